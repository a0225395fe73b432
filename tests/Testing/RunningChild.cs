using System.Diagnostics;
using Xunit;

namespace Slipway.Testing;

/// <summary>A program that runs beside the test until it is told to end. Disposing kills it if it still runs.</summary>
public sealed class RunningChild : IAsyncDisposable
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(1);

    private readonly Process _process;
    private readonly Task<string> _error;

    private RunningChild(Process process, Task<string> error)
    {
        _process = process;
        _error = error;
    }

    /// <summary>The first line of its standard output.</summary>
    public string FirstLine { get; private set; } = "";

    /// <summary>Starts it and waits for the first line of its standard output; fails when there is none.</summary>
    public static async Task<RunningChild> StartAsync(ChildProcess child)
    {
        Process process = Process.Start(child.StartInfo())!;
        process.StandardInput.Close();
        RunningChild running = new(process, process.StandardError.ReadToEndAsync());
        try
        {
            running.FirstLine = await process
                .StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken)
                .AsTask()
                .WaitAsync(TimeLimit)
                ?? throw new InvalidOperationException($"{child}: ended without a result\n{await running._error}");
            return running;
        }
        catch
        {
            await running.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends SIGTERM and waits for the end.</summary>
    public async Task<ChildResult> TerminateAsync()
    {
        Stopwatch clock = Stopwatch.StartNew();
        (await new ChildProcess("/bin/kill", "-TERM", $"{_process.Id}").RunAsync()).Require();
        string rest = await _process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(TimeLimit);
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeLimit);
        return new ChildResult("kill -TERM", _process.ExitCode, $"{FirstLine}\n{rest}", await _error, clock.Elapsed, 0);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
