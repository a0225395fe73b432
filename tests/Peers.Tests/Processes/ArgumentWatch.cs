using System.Collections.Concurrent;

namespace Slipway.Peers.Tests;

/// <summary>Reads the argument lists of all processes of the machine, again and again, until it is disposed.</summary>
internal sealed class ArgumentWatch : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<string, bool> _seen = new(StringComparer.Ordinal);
    private readonly Task _watching;

    public ArgumentWatch()
    {
        _watching = Task.Run(WatchAsync);
    }

    /// <summary>Each once.</summary>
    public IEnumerable<string> CommandLines => _seen.Keys;

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _watching;
        _end.Dispose();
    }

    private async Task WatchAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            foreach (string process in Directory.EnumerateDirectories("/proc").Where(path => char.IsAsciiDigit(path[^1])))
            {
                try
                {
                    _seen.TryAdd((await File.ReadAllTextAsync(Path.Combine(process, "cmdline"))).Replace('\0', ' '), true);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    // It has ended meanwhile, or is not ours to read.
                }
            }

            await Task.Delay(5, CancellationToken.None);
        }
    }
}
