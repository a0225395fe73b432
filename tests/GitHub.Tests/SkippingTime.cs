namespace Slipway.GitHub.Tests;

/// <summary>A clock on which waits are over at once: it skips as much as they last, and by that alone.</summary>
public sealed class SkippingTime : TimeProvider
{
    /// <summary>How long to wait for an answer, so that no wait is taken for it: timers of so long are the system's.</summary>
    public static readonly TimeSpan ResponseTimeLimit = TimeSpan.FromDays(1);

    private readonly Lock _lock = new();
    private TimeSpan _skipped;

    /// <summary>How much it skipped so far.</summary>
    public TimeSpan Skipped
    {
        get
        {
            lock (_lock)
                return _skipped;
        }
    }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Skipped;

    public override long GetTimestamp() => base.GetTimestamp() + (long)(Skipped.TotalSeconds * TimestampFrequency);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime <= TimeSpan.Zero || dueTime >= ResponseTimeLimit)
            return base.CreateTimer(callback, state, dueTime, period);
        lock (_lock)
            _skipped += dueTime;
        return base.CreateTimer(callback, state, TimeSpan.FromMilliseconds(1), period);
    }
}
