using System.Diagnostics;
using Slipway.Fetching;

namespace Slipway.Workflows;

/// <summary>Tells of a long download every few seconds, and once at its end; says nothing of what was there already.</summary>
internal sealed class FetchProgress(Action<string> log, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);
    private readonly FetchEstimate _estimate = new(time);
    private readonly Stopwatch _last = Stopwatch.StartNew();
    private DownloadProgress? _latest;

    public void Tell(DownloadProgress progress)
    {
        _latest = progress;
        if (_last.Elapsed < Interval)
            return;
        _last.Restart();
        log($"fetching: {_estimate.Say(progress)}");
    }

    public void Finish()
    {
        if (_latest is { Bytes: > 0 } progress)
            log(
                $"fetched {progress.Bytes / 1e6:0.0} MB in {_estimate.Elapsed.TotalSeconds:0.0} s; {progress.Total} files are in the cache"
            );
        else
            log("every file is in the cache");
    }
}
