using System.Globalization;

namespace Slipway.Fetching;

/// <summary>Puts the state of a long download into words, with the time that is left at the pace so far.</summary>
public sealed class FetchEstimate
{
    /// <summary>Before this the pace says little.</summary>
    private static readonly TimeSpan Soonest = TimeSpan.FromSeconds(2);

    private readonly TimeProvider _time;
    private readonly long _begin;

    /// <param name="time">The clock; the download begins now.</param>
    public FetchEstimate(TimeProvider time)
    {
        _time = time;
        _begin = time.GetTimestamp();
    }

    public TimeSpan Elapsed => _time.GetElapsedTime(_begin);

    /// <summary><c>12 of 318 files, 45.2 of 180.3 MB, about 3 min left</c>; less where less is known.</summary>
    public string Say(DownloadProgress progress)
    {
        ArgumentNullException.ThrowIfNull(progress);
        string files = $"{progress.Done} of {progress.Total} files";
        if (progress.Left is not { } left)
            return string.Create(CultureInfo.InvariantCulture, $"{files}, {progress.Bytes / 1e6:0.0} MB");
        string bytes = string.Create(
            CultureInfo.InvariantCulture,
            $"{files}, {progress.Bytes / 1e6:0.0} of {(progress.Bytes + left) / 1e6:0.0} MB"
        );
        return progress.Bytes == 0 || left <= 0 || Elapsed < Soonest
            ? bytes
            : $"{bytes}, about {Rounded(Elapsed * ((double)left / progress.Bytes))} left";
    }

    private static string Rounded(TimeSpan span) =>
        span.TotalSeconds switch
        {
            < 10 => $"{Math.Max(1, (int)Math.Ceiling(span.TotalSeconds))} s",
            < 90 => $"{(int)Math.Ceiling(span.TotalSeconds / 5) * 5} s",
            < 5400 => $"{(int)Math.Ceiling(span.TotalMinutes)} min",
            _ => string.Create(CultureInfo.InvariantCulture, $"{Math.Min(span.TotalHours, 999):0.0} h"),
        };
}
