namespace Slipway.GitHub.Tests;

/// <summary>A clock on which waits are over at once: it goes on by as much as they last, and by that alone.</summary>
public sealed class HurriedTime : TimeProvider
{
    /// <summary>How long to wait for an answer, so that no wait is taken for it: timers of so long are the system's.</summary>
    public static readonly TimeSpan ResponseTimeLimit = TimeSpan.FromDays(1);

    private readonly Lock _lock = new();
    private TimeSpan _hurried;

    /// <summary>By how much it was hurried so far.</summary>
    public TimeSpan Hurried
    {
        get
        {
            lock (_lock)
                return _hurried;
        }
    }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Hurried;

    public override long GetTimestamp() => base.GetTimestamp() + (long)(Hurried.TotalSeconds * TimestampFrequency);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime <= TimeSpan.Zero || dueTime >= ResponseTimeLimit)
            return base.CreateTimer(callback, state, dueTime, period);
        lock (_lock)
            _hurried += dueTime;
        return base.CreateTimer(callback, state, TimeSpan.FromMilliseconds(1), period);
    }
}
