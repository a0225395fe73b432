using System.Reflection;
using Nuke.Common;

namespace Slipway.Nuke.Tests;

public sealed class FailureTests : IDisposable
{
    private readonly TestWorkflow _run = new();

    public void Dispose() => _run.Dispose();

    public class Failing : Recorded
    {
        public Target First => _ => _.Executes(() => Record("First"));
        public Target Broken => _ => _.DependsOn(First).Executes(() => throw new InvalidDataException("sha256 wanted 8ffd, got 91a2"));
        public Target Last => _ => _.DependsOn(Broken).Executes(() => Record("Last"));
        public Target Bug =>
            _ =>
                _.Executes(async () =>
                {
                    await Task.Yield();
                    throw new NotSupportedException("odd");
                });
        public Target Wrapped =>
            _ =>
                _.Executes(() =>
                    throw new TargetInvocationException(new AggregateException(new AggregateException(new InvalidDataException("inside"))))
                );
        public Target Many =>
            _ =>
                _.Executes(() =>
                    throw new AggregateException(
                        new OperationCanceledException("stopped"),
                        new InvalidDataException("one"),
                        new InvalidDataException("two")
                    )
                );
        public Target Misused => _ => _.Executes(() => throw new BuildUsageException("--platforms wants OS/ARCH, got 'arm'"));
        public Target TimedOut => _ => _.Executes(() => throw new TaskCanceledException("no answer in 30 s"));
        public Target SetsCode => _ => _.Executes(() => ExitCode = 3);
    }

    [Fact]
    public void The_first_failure_stops_the_rest_and_gives_the_exit_code()
    {
        Assert.Equal(65, _run.Of<Failing>(x => x.Last));
        Assert.Equal(["First"], Recorded.Ran);
        Assert.Matches(@"(?m)^First +Succeeded +\d", _run.Log);
        Assert.Matches(@"(?m)^Broken +Failed +\d", _run.Log);
        Assert.Matches(@"(?m)^Last +NotRun$", _run.Log);
        Assert.Matches(@"(?m)^Build failed on \d{4}-\d\d-\d\d ", _run.Log);
    }

    [Fact]
    public void A_failure_is_told_once_and_whole_after_the_table()
    {
        _run.Of<Failing>(x => x.Last);
        int atOnce = _run.Log.IndexOf("Broken failed\n", StringComparison.Ordinal);
        int table = _run.Log.IndexOf("Target ", StringComparison.Ordinal);
        int told = _run.Log.IndexOf("\nBroken failed: sha256 wanted 8ffd, got 91a2\n", StringComparison.Ordinal);
        Assert.True(atOnce >= 0 && atOnce < table && table < told, _run.Log);
        Assert.Equal(2, _run.Log.Split("sha256 wanted 8ffd").Length);
        Assert.DoesNotContain("   at ", _run.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void An_asynchronous_failure_counts_like_any()
    {
        Assert.Equal(1, _run.Of<Failing>(x => x.Bug));
        Assert.Contains("Bug failed: unexpected NotSupportedException: odd", _run.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrapping_exceptions_are_taken_off()
    {
        Assert.Equal(65, _run.Of<Failing>(x => x.Wrapped));
        Assert.Contains("Wrapped failed: inside\n", _run.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void Failures_at_once_are_all_described_and_the_first_that_is_no_cancellation_gives_the_code()
    {
        Assert.Equal(65, _run.Of<Failing>(x => x.Many));
        Assert.Contains("\none\ntwo\n", _run.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void A_target_may_find_the_use_wrong()
    {
        Assert.Equal(64, _run.Of<Failing>(x => x.Misused));
        Assert.Contains("Misused failed: --platforms wants OS/ARCH, got 'arm'\n", _run.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void A_time_out_is_a_failure_and_no_cancellation()
    {
        Assert.Equal(1, _run.Of<Failing>(x => x.TimedOut));
        Assert.Matches(@"(?m)^TimedOut +Failed ", _run.Log);
    }

    [Fact]
    public void The_build_can_set_its_exit_code() => Assert.Equal(3, _run.Of<Failing>(x => x.SetsCode));

    public class Unmakeable : NukeBuild
    {
        public Unmakeable() => throw new InvalidDataException("no constructor");

        public Target Any => _ => _.Executes(() => { });
    }

    [Fact]
    public void A_build_that_cannot_be_made_ends_in_words_and_a_code()
    {
        Assert.Equal(65, _run.Of<Unmakeable>(x => x.Any));
        Assert.Equal("no constructor\n", _run.Log);
    }

    public sealed class OwnWords : TestConventions, IBuildConventions
    {
        bool IBuildConventions.IsOwn(Exception exception) => exception is InvalidDataException;

        string IBuildConventions.Printable(string line) => line.Replace('\u001b', '?');
    }

    public class Words : NukeBuild
    {
        [Parameter]
        [Secret]
        public string? Password { get; }

        public Target Own => _ => _.Executes(() => throw new InvalidDataException("kubelet: the password is wrong\u001b[2J"));

        public Target Foreign => _ => _.Executes(() => throw new IOException("wrong, wrongly"));

        public Target Fault => _ => _.Executes(() => throw new NotSupportedException("a fault"));
    }

    [Fact]
    public void A_password_that_is_a_word_garbles_no_words_of_our_own()
    {
        _run.Conventions = new OwnWords();
        _run.Variables["SLIPWAY_PASSWORD"] = "wrong";
        Assert.Equal(65, _run.Of<Words>(null, "Own"));
        Assert.Contains("Own failed: kubelet: the password is wrong?[2J\n", _run.Log, StringComparison.Ordinal);
        Assert.Equal(1, _run.Of<Words>(null, "Foreign"));
        Assert.Contains("***, wrongly", _run.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fault_of_the_program_is_told_once()
    {
        _run.Conventions = new OwnWords();
        Assert.Equal(1, _run.Of<Words>(null, "Fault"));
        Assert.Equal(2, _run.Log.Split("a fault").Length);
    }

    [Fact]
    public void A_secret_in_a_failure_is_starred_out_at_every_verbosity()
    {
        _run.Variables["SLIPWAY_KEY_PASSWORD"] = "hunter2-hunter2";
        Assert.Equal(1, _run.Of<ParameterBuild>(null, "Leak", "--verbosity", "verbose"));
        Assert.Contains("cannot open with ***", _run.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", _run.Log + _run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Verbose_shows_where_it_failed()
    {
        _run.Of<Failing>(x => x.Broken, "--verbosity", "Verbose");
        Assert.Contains("   at ", _run.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void Quiet_says_nothing_of_success_and_one_line_of_a_failure()
    {
        Assert.Equal(0, _run.Of<Failing>(x => x.First, "--verbosity", "Quiet"));
        Assert.Equal("", _run.Log);
        Assert.Equal(65, _run.Of<Failing>(x => x.Broken, "--verbosity", "Quiet"));
        Assert.Equal("Broken failed: sha256 wanted 8ffd, got 91a2\n", _run.Log);
    }

    [Fact]
    public void Without_conventions_any_failure_is_minus_one()
    {
        Assert.Equal(-1, new NukeConventions().ExitCodeOf(new InvalidDataException()));
        Assert.Equal("", new NukeConventions().EnvironmentPrefix);
    }
}
