using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace Slipway.Testing;

/// <summary>A program to run as a child of the tests, to its end, within bounded time.</summary>
public sealed record ChildProcess(string Program, params IReadOnlyList<string> Arguments)
{
    private const int Interval = 10;

    public string WorkingDirectory { get; init; } = Environment.CurrentDirectory;

    /// <summary>Set over the tests' own environment; null removes.</summary>
    public IReadOnlyDictionary<string, string?> Variables { get; init; } = new Dictionary<string, string?>();

    /// <summary>How long it may take before it is killed, with what it started, and the test fails.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Whether to find out the most memory it held: <c>VmHWM</c> of <c>/proc/PID/status</c>, the kernel's own high-water
    /// mark of resident memory. The mark only rises, so reading it every 10 ms misses no peak but a rise in the last 10 ms
    /// of the program's life. (The usual alternative, getrusage's ru_maxrss, begins at the size of the parent that forked.)
    /// </summary>
    public bool MeasuresMemory { get; init; }

    /// <summary>
    /// Whether to find out how many bytes it read from files and pipes: <c>rchar</c> of <c>/proc/PID/io</c>, read every 10 ms, so
    /// that the last of them may be missed. What comes from sockets is no part of it, as long as it is received and not read.
    /// </summary>
    public bool MeasuresReading { get; init; }

    /// <summary>Told of the process's id as soon as it runs.</summary>
    public Action<int>? Started { get; init; }

    /// <exception cref="Win32Exception">There is no such program.</exception>
    /// <exception cref="TimeoutException">It took longer than <see cref="RetryPolicy"/>.</exception>
    public async Task<ChildResult> RunAsync()
    {
        Stopwatch clock = Stopwatch.StartNew();
        using Process process = Process.Start(StartInfo())!;
        Started?.Invoke(process.Id);
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(),
            error = process.StandardError.ReadToEndAsync();
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeLimit);
        try
        {
            (long peak, long read) = await WatchAsync(process, limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return new ChildResult(ToString(), process.ExitCode, await output, await error, clock.Elapsed, peak) { BytesRead = read };
        }
        catch (OperationCanceledException e)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{this}: not done after {clock.Elapsed.TotalSeconds:0} s, killed\n{await error}{await output}", e);
        }
    }

    public override string ToString() => string.Join(' ', Arguments.Prepend(Path.GetFileName(Program)));

    /// <summary>What <see cref="Process.Start(ProcessStartInfo)"/> takes, with all three streams redirected.</summary>
    internal ProcessStartInfo StartInfo()
    {
        ProcessStartInfo start = new(Program, Arguments)
        {
            WorkingDirectory = WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string? value) in Variables)
        {
            if (value is null)
                start.Environment.Remove(name);
            else
                start.Environment[name] = value;
        }

        return start;
    }

    private async Task<(long Peak, long Read)> WatchAsync(Process process, CancellationToken cancellationToken)
    {
        (long peak, long read) = (0, 0);
        while ((MeasuresMemory || MeasuresReading) && !process.HasExited)
        {
            peak = Math.Max(peak, MeasuresMemory ? 1024 * Figure(process.Id, "status", "VmHWM:") : 0);
            read = Math.Max(read, MeasuresReading ? Figure(process.Id, "io", "rchar:") : 0);
            await Task.Delay(Interval, cancellationToken);
        }

        return (peak, read);
    }

    /// <summary>As the kernel gives it, without unit; 0 for a process that has ended.</summary>
    private static long Figure(int id, string file, string name)
    {
        try
        {
            string? line = File.ReadLines($"/proc/{id}/{file}").FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
            return line is null
                ? 0
                : long.Parse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}

/// <summary>How a child process ended.</summary>
/// <param name="Command">What ran, for messages.</param>
/// <param name="PeakResident">In bytes; 0 unless it was measured.</param>
public sealed record ChildResult(string Command, int ExitCode, string Output, string Error, TimeSpan Duration, long PeakResident)
{
    /// <summary>In bytes; 0 unless it was measured.</summary>
    public long BytesRead { get; init; }

    /// <summary>The lines of standard output.</summary>
    public IReadOnlyList<string> Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Fails the test, with all that it said, when it ended with another code.</summary>
    public ChildResult Require(int exitCode = 0)
    {
        Assert.True(ExitCode == exitCode, $"{Command}: wanted exit code {exitCode}, got {ExitCode}\n{Tail(Error)}{Tail(Output)}");
        return this;
    }

    private static string Tail(string text) => text.Length <= 8000 ? text : "…" + text[^8000..];
}
