using System.Diagnostics;
using Slipway.Testing;

namespace Slipway.Processes.Tests;

/// <summary>A program that must not go on ends with all that it started, and one that has ended is waited for no longer.</summary>
public sealed class EndingTests : IDisposable
{
    /// <summary>
    /// Starts something that starts something else and ends, so that the last has no parent here; it ignores SIGTERM and holds every
    /// output.
    /// </summary>
    private const string Orphans = """
        echo $$ > "$1/root"
        sh -c 'trap "" TERM HUP; sh -c "echo \$\$ > \"\$1/orphan\"; while :; do sleep 1; done" sh "$1" & exit 0' sh "$1"
        sh -c 'trap "" TERM; echo $$ > "$1/child"; while :; do sleep 1; done' sh "$1" &
        wait
        """;

    private static readonly string[] Family = ["root", "orphan", "child"];

    private readonly ScratchFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Nothing_that_a_cancelled_program_started_survives_it()
    {
        using CancellationTokenSource stop = new();
        Task<ProcessResult> run = (Shell.Running(Orphans, _folder.Path) with { Grace = TimeSpan.FromMilliseconds(300) }).RunAsync(
            stop.Token
        );
        int[] ids = await Shell.IdsAsync(_folder, Family);
        Assert.All(ids, id => Assert.True(Shell.Runs(id)));
        Assert.NotEqual(ids[0], ProcessEntry.Read(ids[1])!.Parent);
        await stop.CancelAsync();
        Assert.Equal(stop.Token, (await Assert.ThrowsAsync<OperationCanceledException>(() => run)).CancellationToken);
        Assert.All(ids, id => Assert.False(Shell.Runs(id)));
    }

    [Fact]
    public async Task Nothing_that_a_program_started_survives_its_time_limit()
    {
        ChildProcess slow = Shell.Running("echo slowly >&2\n" + Orphans, _folder.Path) with
        {
            TimeLimit = TimeSpan.FromSeconds(4),
            Grace = TimeSpan.Zero,
        };
        ProgramException e = await Assert.ThrowsAsync<ProgramException>(() => slow.RunAsync(Stop));
        Assert.Equal((true, false), (e.IsTooSlow, e.IsTooMuch));
        Assert.Equal("/bin/sh did not end within 4 s and was ended; run the same command again. Its output: slowly", e.Message);
        Assert.All(await Shell.IdsAsync(_folder, Family), id => Assert.False(Shell.Runs(id)));
    }

    [Fact]
    public async Task Descendants_that_clear_their_environment_are_found_by_their_parents()
    {
        using CancellationTokenSource stop = new();
        Task<ProcessResult> run = (
            Shell.Running(
                "env -i /bin/sh -c 'trap \"\" TERM; echo $$ > \"$1/bare\"; while :; do sleep 1; done' sh \"$1\"; exit 0",
                _folder.Path
            ) with
            {
                Grace = TimeSpan.Zero,
            }
        ).RunAsync(stop.Token);
        int[] ids = await Shell.IdsAsync(_folder, "bare");
        await stop.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => run);
        Assert.All(ids, id => Assert.False(Shell.Runs(id)));
    }

    [Fact]
    public async Task A_program_that_forks_all_the_time_ends_too()
    {
        using CancellationTokenSource stop = new();
        const string Forking = "trap '' TERM; echo $$ > \"$1/root\"; while :; do (trap '' TERM; sleep 5) & sleep 0.005; done";
        Task<ProcessResult> run = (Shell.Running(Forking, _folder.Path) with { Grace = TimeSpan.FromMilliseconds(50) }).RunAsync(
            stop.Token
        );
        await Shell.IdsAsync(_folder, "root");
        await Task.Delay(100, Stop);
        await stop.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => run);
        byte[] folder = System.Text.Encoding.UTF8.GetBytes(_folder.Path);
        Assert.DoesNotContain(ProcessEntry.All(), process =>
            File.Exists($"/proc/{process.Id}/cmdline") && Commands(process.Id).IndexOf(folder) >= 0
        );
    }

    [Fact]
    public async Task A_program_that_is_told_to_end_may_tidy_up()
    {
        using CancellationTokenSource stop = new();
        const string Tidy = "trap 'echo tidied > \"$1/tidied\"; exit 0' TERM; echo $$ > \"$1/root\"; while :; do sleep 0.05; done";
        Task<ProcessResult> run = (Shell.Running(Tidy, _folder.Path) with { Grace = TimeSpan.FromSeconds(50) }).RunAsync(stop.Token);
        await Shell.IdsAsync(_folder, "root");
        Stopwatch clock = Stopwatch.StartNew();
        await stop.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => run);
        Assert.True(File.Exists(_folder.At("tidied")));
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 40);
    }

    [Fact]
    public async Task A_descendant_that_holds_the_output_open_delays_the_end_by_a_second_and_lives_on()
    {
        Stopwatch clock = Stopwatch.StartNew();
        ProcessResult result = await Shell
            .Running(
                "sh -c 'echo $$ > \"$1/holder\"; exec sleep 100' sh \"$1\" & until [ -s \"$1/holder\" ]; do sleep 0.01; done; echo "
                    + "said; echo wrong >&2; exit 5",
                _folder.Path
            )
            .RunAsync(Stop);
        Assert.Equal((5, "said\n", "wrong\n"), (result.ExitCode, result.Output, result.Errors));
        Assert.InRange(clock.Elapsed.TotalSeconds, 0.9, 50);
        int[] ids = await Shell.IdsAsync(_folder, "holder");
        Assert.True(Shell.Runs(ids[0]));
        Shell.End(ids);
    }

    [Fact]
    public async Task A_descendant_that_goes_on_talking_delays_the_end_no_longer()
    {
        Task<ProcessResult> run = (
            Shell.Running("yes & echo $! > \"$1/talker\"; exit 5", _folder.Path) with
            {
                Output = OutputLimit.KeepEnds(1000),
            }
        ).RunAsync(Stop);
        Assert.Equal(5, (await run.WaitAsync(TimeSpan.FromSeconds(20), Stop)).ExitCode);
        // Nobody reads what it says, so it ends.
        int[] ids = await Shell.IdsAsync(_folder, "talker");
        await Shell.UntilAsync(() => !Shell.Runs(ids[0]), "it talks to nobody");
    }

    [Fact]
    public async Task A_program_that_ended_before_it_was_cancelled_has_its_result()
    {
        using CancellationTokenSource stop = new();
        Task<ProcessResult> run = (
            Shell.Running(
                "sh -c 'echo $$ > \"$1/holder\"; exec sleep 100' sh \"$1\" & echo said; echo $$ > \"$1/root\"; exit 4",
                _folder.Path
            ) with
            {
                Grace = TimeSpan.Zero,
            }
        ).RunAsync(stop.Token);
        int[] ids = await Shell.IdsAsync(_folder, "root", "holder");
        await Shell.UntilAsync(() => !Shell.Runs(ids[0]), "it does not end");
        await stop.CancelAsync();
        ProcessResult result = await run;
        Assert.Equal((4, "said\n"), (result.ExitCode, result.Output));
        Assert.False(Shell.Runs(ids[1]));
    }

    [Fact]
    public async Task A_program_is_not_started_for_somebody_who_waits_no_more()
    {
        using CancellationTokenSource stop = new();
        await stop.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() =>
            Shell.Running("echo $$ > \"$1/root\"", _folder.Path).RunAsync(stop.Token)
        );
        Assert.False(File.Exists(_folder.At("root")));
    }

    [Fact]
    public void A_process_is_known_by_its_start_as_well_as_its_id()
    {
        ProcessEntry self = ProcessEntry.Read(Environment.ProcessId)!;
        Assert.True(self.StillRuns);
        Assert.False((self with { StartTime = self.StartTime + 1 }).StillRuns);
        // No signal goes to whoever has the id now: this one would end the tests.
        Signal.Send(self with { StartTime = self.StartTime + 1 }, Signal.Kill);
        Assert.Null(ProcessEntry.Read(int.MaxValue));
    }

    [Fact]
    public async Task A_process_with_a_strange_name_is_read_as_well()
    {
        string program = ProgramFile.Write(_folder.At("a) Z 1 (b"), "#!/bin/sh\necho $$ > \"$1/root\"\nexec sleep 100\n");
        using CancellationTokenSource stop = new();
        Task<ProcessResult> run = (Shell.Running("", _folder.Path) with { Program = program, Arguments = [_folder.Path] }).RunAsync(
            stop.Token
        );
        int[] ids = await Shell.IdsAsync(_folder, "root");
        Assert.Equal(Environment.ProcessId, ProcessEntry.Read(ids[0])!.Parent);
        await stop.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => run);
        Assert.False(Shell.Runs(ids[0]));
    }

    private static Span<byte> Commands(int id)
    {
        try
        {
            return File.ReadAllBytes($"/proc/{id}/cmdline");
        }
        catch (IOException)
        {
            return [];
        }
    }
}
