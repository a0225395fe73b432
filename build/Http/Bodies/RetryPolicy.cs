namespace Slipway.Http;

/// <summary>How long to keep trying what can succeed by waiting.</summary>
public sealed record RetryPolicy
{
    /// <summary>The most requests sent for one operation, the first included.</summary>
    public int Attempts { get; init; } = 6;

    /// <summary>The wait before the second attempt; it doubles from there, with jitter.</summary>
    public TimeSpan FirstWait { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The longest single wait of our own choice. A server that asks for more gets more, or, beyond <see cref="WholeExchange"/>, no further
    /// try.
    /// </summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// About how long all requests to one host together may spend waiting; waits at the same time count once. A wait that began stays
    /// as long as it is.
    /// </summary>
    public TimeSpan PerHost { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Draws numbers from 0 up to 1, which waits are spread by.</summary>
    public Func<double> Jitter { get; init; } = Random.Shared.NextDouble;

    /// <summary>
    /// How long to wait for the headers of one answer, and for any part of its body, beside the time that sending a body takes.
    /// </summary>
    public TimeSpan ResponseTimeLimit { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>The slowest upload to put up with, in bytes per second: a peer that stops reading does not hold us for ever.</summary>
    public int SlowestUpload { get; init; } = 64 * 1024;

    /// <summary>
    /// How long one exchange may take: a request with its tries, waits, redirects and its response's body, beside the time that bytes which
    /// move need at <see cref="SlowestAverage"/>; what has begun by then may still take <see cref="ResponseTimeLimit"/>. Null for as long
    /// as three answers may take.
    /// </summary>
    public TimeSpan? Exchange { get; init; }

    /// <summary>The time of one exchange.</summary>
    public TimeSpan WholeExchange => Exchange ?? ResponseTimeLimit * 3;

    /// <summary>In bytes per second: what the bodies of an exchange must come to on average once its time is used up.</summary>
    public int SlowestAverage { get; init; } = 16 * 1024;

    /// <summary>In bytes per second: the least that a body must move, either way, over each <see cref="RateWindow"/>.</summary>
    public int LeastRate { get; init; } = 1024;

    /// <summary>Over how long <see cref="LeastRate"/> is judged.</summary>
    public TimeSpan RateWindow { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Our own wait before the next try: it doubles, with jitter, and never exceeds <see cref="LongestWait"/>.</summary>
    /// <param name="tries">How often it failed by now, from 1.</param>
    public TimeSpan Backoff(int tries)
    {
        double wait = Math.Min(FirstWait.TotalSeconds * Math.Pow(2, tries - 1), LongestWait.TotalSeconds);
        return TimeSpan.FromSeconds(wait * (0.5 + (Jitter() / 2)));
    }

    /// <summary>How long one request with a body of this many bytes may take.</summary>
    public TimeSpan For(long bodySize) =>
        ResponseTimeLimit + TimeSpan.FromSeconds(Math.Min((double)bodySize / SlowestUpload, TimeSpan.SecondsPerDay));
}
