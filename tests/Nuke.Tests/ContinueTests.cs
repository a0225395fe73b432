using Nuke.Common;

namespace Slipway.Nuke.Tests;

public sealed class ContinueTests : IDisposable
{
    private const string File = ".nuke/temp/build-attempt.log";
    private readonly TestWorkflow _run = new();

    public void Dispose() => _run.Dispose();

    public class Release : Recorded
    {
        [Parameter]
        public string[] Images { get; } = [];

        [Parameter]
        [Secret]
        public string? Password { get; }

        public Target Fetch => _ => _.Executes(() => Record("Fetch"));
        public Target Assemble => _ => _.DependsOn(Fetch).Executes(() => Record("Assemble"));
        public Target Publish =>
            _ =>
                _.DependsOn(Assemble)
                    .Executes(() =>
                    {
                        Record("Publish");
                        if (!System.IO.File.Exists(RootDirectory / "registry"))
                            throw new InvalidDataException("no registry");
                    });
    }

    private string Ran(int code, params string[] arguments)
    {
        Assert.Equal(code, _run.Of<Release>(x => x.Publish, arguments));
        return string.Join(' ', Recorded.Ran);
    }

    [Fact]
    public void The_next_run_of_the_same_command_skips_what_the_failed_one_had_done()
    {
        Assert.Equal("Fetch Assemble Publish", Ran(65, "--images", "kubelet"));
        Assert.Equal("Publish", Ran(65, "--images", "kubelet", "--continue"));
        Assert.Matches(@"(?m)^Fetch +Skipped +done by the previous run$", _run.Log);
        _run.Files.Write("registry", "");
        Assert.Equal("Publish", Ran(0, "--continue", "--images", "kubelet"));
    }

    [Fact]
    public void Without_it_everything_runs_again()
    {
        Ran(65);
        Assert.Equal("Fetch Assemble Publish", Ran(65));
    }

    [Theory]
    [InlineData("Publish", "--images", "flannel-cni")]
    [InlineData("Publish")]
    [InlineData("Publish", "--images", "kubelet", "--no-logo")]
    [InlineData("Publish", "--images", "kubelet", "flannel-cni")]
    [InlineData("Assemble", "Publish", "--images", "kubelet")]
    public void Another_command_line_starts_from_the_beginning_and_says_so(params string[] arguments)
    {
        Ran(65, "Publish", "--images", "kubelet");
        _run.Of<Release>(x => x.Publish, [.. arguments, "--continue"]);
        Assert.Equal("Fetch Assemble Publish", string.Join(' ', Recorded.Ran));
        Assert.Contains(
            "--continue: the last failed run had another command line; starting from the beginning\n",
            _run.Log,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void After_a_success_there_is_nothing_to_go_on_from()
    {
        _run.Files.Write("registry", "");
        Ran(0);
        Assert.False(_run.Files.Has(File));
        Assert.Equal("Fetch Assemble Publish", Ran(0, "--continue"));
        Assert.Contains(
            "--continue: no failed run to continue was found; starting from the beginning\n",
            _run.Log,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void The_file_names_the_targets_that_succeeded_below_a_digest_of_the_command_line_and_holds_no_secret()
    {
        _run.Variables["SLIPWAY_PASSWORD"] = "hunter2-hunter2";
        Ran(65);
        Assert.Matches("^[0-9a-f]{64}\nFetch\nAssemble\n$", _run.Files.Read(File));
        string first = _run.Files.Read(File);
        Ran(65, "--password", "hunter3-hunter3");
        string typed = _run.Files.Read(File);
        Ran(65, "--password", "hunter4-hunter4");
        Assert.Equal(typed, _run.Files.Read(File));
        Assert.NotEqual(first, typed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a digest\nFetch\nAssemble\nPublish\n")]
    public void A_file_that_is_not_of_this_command_is_not_believed(string text)
    {
        _run.Files.Write(File, text);
        Assert.Equal("Fetch Assemble Publish", Ran(65, "--continue"));
    }

    [Fact]
    public void A_file_that_cannot_be_kept_fails_no_build()
    {
        _run.Files.Write("registry", "");
        _run.Files.Write(".nuke/temp", "a file where the folder should be");
        Assert.Equal("Fetch Assemble Publish", Ran(0));
        Assert.Contains("build-attempt.log cannot be written", _run.Log, StringComparison.Ordinal);
    }
}
