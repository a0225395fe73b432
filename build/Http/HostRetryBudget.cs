using System.Globalization;

namespace Slipway.Http;

/// <summary>
/// What the requests to one host share: until when it asked to be left alone, how much of the time to wait for it is left, and
/// what was told of their waits. Waits at the same time count once. Safe for concurrent use.
/// </summary>
internal sealed class HostRetryBudget
{
    private readonly Lock _lock = new();
    private readonly string _host;
    private readonly RetryPolicy _retryPolicy;
    private readonly TimeProvider _time;
    private readonly Action<string> _log;
    private readonly long _begin;
    private TimeSpan _spent;
    private TimeSpan _spentUntil;
    private TimeSpan _toldUntil;
    private TimeSpan _leftAloneUntil;
    private int _waiting;
    private int _untold;

    /// <param name="host">What to call it.</param>
    /// <param name="log">Is told of waits, in one line without secrets.</param>
    public HostRetryBudget(string host, RetryPolicy retryPolicy, TimeProvider time, Action<string> log)
    {
        _host = host;
        _retryPolicy = retryPolicy;
        _time = time;
        _log = log;
        _begin = time.GetTimestamp();
    }

    /// <summary>What to say of a request that gives up because of it; empty while there is time left.</summary>
    public string Spent
    {
        get
        {
            lock (_lock)
                return _spent < _retryPolicy.PerHost
                    ? ""
                    : $"; the {Seconds(_retryPolicy.PerHost, "0")} to wait for {_host} in all are used up";
        }
    }

    /// <summary>Whether there is time left, and as much of it as this wait needs.</summary>
    public bool Affords(TimeSpan wait)
    {
        lock (_lock)
            return _spent < _retryPolicy.PerHost && _spent + Now + wait - Later(_spentUntil, Now) <= _retryPolicy.PerHost;
    }

    private TimeSpan Now => _time.GetElapsedTime(_begin);

    /// <summary>The host asked to be left alone: requests that are not sent yet hold back, too.</summary>
    public void LeaveAlone(TimeSpan wait)
    {
        lock (_lock)
            _leftAloneUntil = Later(_leftAloneUntil, Now + wait);
    }

    /// <summary>
    /// Takes note of a wait that begins, and tells of it when it lasts longer than every wait told of so far; the others are counted
    /// and told of when nobody waits any more: sixteen requests that wait for one host make a few lines, not sixteen.
    /// </summary>
    /// <returns>Ends the wait when disposed.</returns>
    public IDisposable Begin(TimeSpan wait, string why)
    {
        bool tell;
        lock (_lock)
        {
            TimeSpan end = Now + wait;
            if (end > _spentUntil)
                (_spent, _spentUntil) = (_spent + end - Later(_spentUntil, Now), end);
            tell = _waiting++ == 0 || end > _toldUntil;
            if (tell)
                _toldUntil = end;
            else
                _untold++;
        }

        if (tell)
            _log($"{why} in {Seconds(wait, "0.0")}");
        return new Wait(this);
    }

    /// <summary>Waits as long as the host asked others to; with jitter, so that they do not come back all at once.</summary>
    public async Task HoldBackAsync(string what, CancellationToken cancellationToken)
    {
        while (true)
        {
            TimeSpan wait;
            lock (_lock)
                wait = _leftAloneUntil - Now;
            if (wait <= TimeSpan.Zero)
                return;
            wait += _retryPolicy.FirstWait * _retryPolicy.Jitter();
            using (Begin(wait, $"{what}: {_host} asked to wait; sending it"))
                await Task.Delay(wait, _time, cancellationToken);
        }
    }

    private static TimeSpan Later(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static string Seconds(TimeSpan time, string format) => time.TotalSeconds.ToString(format, CultureInfo.InvariantCulture) + " s";

    private void End()
    {
        int untold;
        lock (_lock)
        {
            if (--_waiting > 0)
                return;
            untold = _untold;
            _untold = 0;
        }

        if (untold > 0)
            _log($"{_host}: {untold} more {(untold == 1 ? "request" : "requests")} waited, too");
    }

    private sealed class Wait(HostRetryBudget host) : IDisposable
    {
        private int _ended;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _ended, 1) == 0)
                host.End();
        }
    }
}
