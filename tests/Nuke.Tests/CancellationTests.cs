using Nuke.Common;

namespace Slipway.Nuke.Tests;

public sealed class CancellationTests : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TestWorkflow _run = new();

    public CancellationTests()
    {
        _run.Stop = _stop.Token;
        Stopping.Stop = _stop.Cancel;
    }

    public void Dispose()
    {
        _run.Dispose();
        _stop.Dispose();
    }

    public class Stopping : Recorded
    {
        private static readonly AsyncLocal<Action?> Ambient = new();

        public static Action? Stop
        {
            private get => Ambient.Value;
            set => Ambient.Value = value;
        }

        public Target Waits =>
            _ =>
                _.Executes(async () =>
                {
                    Stop!();
                    await Task.Delay(Timeout.Infinite, BuildCancellation.Token);
                });
        public Target Deaf =>
            _ =>
                _.Executes(() =>
                {
                    Stop!();
                    Record("Deaf");
                });
        public Target Breaks =>
            _ =>
                _.Executes(() =>
                {
                    Stop!();
                    throw new InvalidDataException("broken");
                });
        public Target Later => _ => _.DependsOn(Waits).Executes(() => Record("Later"));
        public Target AfterDeaf => _ => _.DependsOn(Deaf).Executes(() => Record("AfterDeaf"));
        public Target AfterBreaks => _ => _.DependsOn(Breaks).Executes(() => Record("AfterBreaks"));

        protected internal override void OnBuildFinished() => Record("finished");
    }

    [Fact]
    public void A_target_that_listens_is_aborted_and_the_summary_says_so()
    {
        Assert.Equal(130, _run.Of<Stopping>(x => x.Later));
        Assert.Matches(@"(?m)^Waits +Aborted ", _run.Log);
        Assert.Matches(@"(?m)^Later +NotRun$", _run.Log);
        Assert.Contains("Build was cancelled on ", _run.Log, StringComparison.Ordinal);
        Assert.Equal(["finished"], Recorded.Ran);
    }

    [Fact]
    public void A_target_that_does_not_listen_ends_and_nothing_starts_after_it()
    {
        Assert.Equal(130, _run.Of<Stopping>(x => x.AfterDeaf));
        Assert.Equal(["Deaf", "finished"], Recorded.Ran);
        Assert.Matches(@"(?m)^Deaf +Succeeded ", _run.Log);
    }

    [Fact]
    public void A_signal_after_the_work_is_done_changes_nothing() => Assert.Equal(0, _run.Of<Stopping>(x => x.Deaf));

    [Fact]
    public void A_failure_during_the_stop_is_still_shown()
    {
        Assert.Equal(130, _run.Of<Stopping>(x => x.AfterBreaks));
        Assert.Contains("Breaks failed: broken", _run.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_stopped_before_it_began_starts_nothing()
    {
        _stop.Cancel();
        Assert.Equal(130, _run.Of<Stopping>(x => x.AfterDeaf));
        Assert.DoesNotContain("Deaf", Recorded.Ran);
    }

    [Fact]
    public void Outside_a_run_the_token_is_never_cancelled() => Assert.False(BuildCancellation.Token.CanBeCanceled);
}
