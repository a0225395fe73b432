using System.Globalization;

namespace Slipway.Http;

/// <summary>
/// The time of one exchange: a request with all its tries, its waits, its redirects and its response's body. The clock runs only while
/// somebody waits for the host, so that a body may be read as slowly as its reader likes; every byte that moves gives time back, as much
/// as it needs at <see cref="RetryPolicy.SlowestAverage"/>. Safe for concurrent use.
/// </summary>
public sealed class Exchange
{
    private readonly Lock _lock = new();
    private readonly TimeSpan _whole;
    private readonly int _slowest;
    private readonly TimeProvider _time;
    private TimeSpan _past;
    private TimeSpan _earned;
    private long _since;
    private int _running;
    private bool _isSpent;

    /// <param name="retryPolicy">How long it may take.</param>
    /// <param name="time">The clock.</param>
    public Exchange(RetryPolicy retryPolicy, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(retryPolicy);
        _whole = retryPolicy.WholeExchange;
        _slowest = retryPolicy.SlowestAverage;
        _time = time;
    }

    /// <summary>What is left of it; zero or less when it is over.</summary>
    public TimeSpan Left
    {
        get
        {
            lock (_lock)
                return _whole + _earned - _past - (_running > 0 ? _time.GetElapsedTime(_since) : TimeSpan.Zero);
        }
    }

    /// <summary>The limit in words for people, with the option that changes it.</summary>
    public string Limit => $"the {Seconds(_whole)} that one request may take with its tries (--request-timeout)";

    /// <summary>What to say of a request that ended because of the limit; empty for every other.</summary>
    public string Ended
    {
        get
        {
            lock (_lock)
                return _isSpent ? $"; {Limit} are used up" : "";
        }
    }

    /// <summary>Lets the clock run until the result is disposed; may be nested.</summary>
    public IDisposable Run()
    {
        lock (_lock)
        {
            if (_running++ == 0)
                _since = _time.GetTimestamp();
        }

        return new Running(this);
    }

    /// <summary>Bytes were sent or came.</summary>
    public void Move(long bytes)
    {
        lock (_lock)
            _earned += TimeSpan.FromSeconds((double)bytes / _slowest);
    }

    /// <summary>Whether there is more time left than a wait takes; from the first no on, <see cref="Ended"/> says so.</summary>
    public bool Affords(TimeSpan wait)
    {
        bool affords = wait < Left;
        lock (_lock)
            _isSpent |= !affords;
        return affords;
    }

    internal static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture) + " s";

    private void Stop()
    {
        lock (_lock)
        {
            if (--_running == 0)
                _past += _time.GetElapsedTime(_since);
        }
    }

    private sealed class Running(Exchange exchange) : IDisposable
    {
        private int _ended;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _ended, 1) == 0)
                exchange.Stop();
        }
    }
}
