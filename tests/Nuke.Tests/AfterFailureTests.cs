using Nuke.Common;

namespace Slipway.Nuke.Tests;

public sealed class AfterFailureTests : IDisposable
{
    private readonly TestWorkflow _run = new();

    public void Dispose() => _run.Dispose();

    public class Fragile : Recorded
    {
        private static readonly AsyncLocal<CancellationTokenSource?> Key = new();

        [Parameter]
        public bool Idle { get; }

        public static CancellationTokenSource? ControlC
        {
            get => Key.Value;
            set => Key.Value = value;
        }

        public Target Lint => _ => _.ProceedAfterFailure().Executes(() => Fail("Lint", new InvalidDataException("lint: two spaces")));
        public Target Build => _ => _.DependsOn(Lint).Executes(() => Record("Build"));
        public Target Broken => _ => _.DependsOn(Build).Executes(() => Fail("Broken", new NotSupportedException("broken")));
        public Target Stopped =>
            _ =>
                _.Executes(() =>
                {
                    Record("Stopped");
                    ControlC!.Cancel();
                    BuildCancellation.Token.ThrowIfCancellationRequested();
                });
        public Target Ship => _ => _.DependsOn(Broken, Stopped).Executes(() => Record("Ship"));
        public Target Unlock =>
            _ =>
                _.After(Ship)
                    .AssuredAfterFailure()
                    .OnlyWhenDynamic(() => !Idle)
                    .Executes(() => Fail("Unlock", new InvalidDataException("unlock: no lock")));
        public Target Report => _ => _.After(Unlock).AssuredAfterFailure().Executes(() => Record("Report"));

        private static void Fail(string target, Exception exception)
        {
            Record(target);
            throw exception;
        }
    }

    [Fact]
    public void A_failure_that_proceeds_stops_nothing_and_still_fails_the_build()
    {
        Assert.Equal(65, _run.Of<Fragile>(x => x.Build));
        Assert.Equal(["Lint", "Build"], Recorded.Ran);
        Assert.Matches(@"(?m)^Lint +Failed ", _run.Log);
        Assert.Matches(@"(?m)^Build +Succeeded ", _run.Log);
        Assert.Contains("Lint failed: lint: two spaces\n", _run.Log, StringComparison.Ordinal);
        Assert.Contains("Build failed on ", _run.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void After_a_failure_what_is_assured_runs_and_what_is_not_does_not()
    {
        Assert.Equal(65, _run.Of<Fragile>(null, "Broken", "Report", "Ship", "--skip", "Stopped"));
        Assert.Equal(["Lint", "Build", "Broken", "Report"], Recorded.Ran);
        Assert.Matches(@"(?m)^Ship +NotRun$", _run.Log);
    }

    [Fact]
    public void An_assured_target_that_fails_does_not_keep_the_next_one_from_running_nor_change_the_exit_code()
    {
        Assert.Equal(65, _run.Of<Fragile>(null, "Broken", "Unlock", "Report"));
        Assert.Equal(["Lint", "Build", "Broken", "Unlock", "Report"], Recorded.Ran);
        Assert.Equal(1, _run.Of<Fragile>(null, "Broken", "Unlock", "--skip", "Lint"));
        Assert.Contains("Unlock failed: unlock: no lock\n", _run.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void An_assured_target_runs_only_when_it_is_scheduled()
    {
        _run.Of<Fragile>(x => x.Broken);
        Assert.DoesNotContain("Report", Recorded.Ran);
    }

    [Fact]
    public void An_assured_target_still_heeds_its_conditions()
    {
        _run.Of<Fragile>(null, "Broken", "Unlock", "--idle");
        Assert.DoesNotContain("Unlock", Recorded.Ran);
        Assert.Matches(@"(?m)^Unlock +Skipped +only when !Idle$", _run.Log);
    }

    [Fact]
    public void After_control_C_what_is_assured_runs_and_the_exit_code_stays_130()
    {
        using CancellationTokenSource source = new();
        Fragile.ControlC = source;
        _run.Stop = source.Token;
        Assert.Equal(130, _run.Of<Fragile>(null, "Stopped", "Ship", "Report", "--skip", "Broken"));
        Assert.Equal(["Stopped", "Report"], Recorded.Ran);
        Assert.Matches(@"(?m)^Stopped +Aborted ", _run.Log);
        Assert.Matches(@"(?m)^Ship +NotRun$", _run.Log);
    }
}
