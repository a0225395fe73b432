namespace Slipway.Http;

/// <summary>How long to keep trying what can succeed by waiting.</summary>
public sealed record Patience
{
    /// <summary>The most requests sent for one operation, the first included.</summary>
    public int Attempts { get; init; } = 6;

    /// <summary>The wait before the second attempt; it doubles from there, with jitter.</summary>
    public TimeSpan FirstWait { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest single wait, also when a server's Retry-After asks for more.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// About how long all requests to one host together may spend waiting; waits at the same time count once. A wait that began stays
    /// as long as it is.
    /// </summary>
    public TimeSpan PerHost { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Draws numbers from 0 up to 1, which waits are spread by.</summary>
    public Func<double> Jitter { get; init; } = Random.Shared.NextDouble;

    /// <summary>How long to wait for the headers of one answer, and for any part of its body, beside the time that sending a body takes.</summary>
    public TimeSpan AnswerWithin { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>The slowest upload to put up with, in bytes per second: a peer that stops reading does not hold us for ever.</summary>
    public int SlowestUpload { get; init; } = 64 * 1024;

    /// <summary>How long one request with a body of this many bytes may take.</summary>
    public TimeSpan For(long bodySize) =>
        AnswerWithin + TimeSpan.FromSeconds(Math.Min((double)bodySize / SlowestUpload, TimeSpan.SecondsPerDay));
}
