namespace Slipway.Http.Tests;

/// <summary>
/// A clock that no test waits for: a timer fires at once and moves the clock to its due time, except those of the
/// durations held back, which fire when <see cref="FireHeld"/> is called.
/// </summary>
internal sealed class InstantTime(params TimeSpan[] held) : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<(TimerCallback Callback, object? State)> _held = [];
    private readonly List<TimeSpan> _waits = [];
    private DateTimeOffset _now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>How long each wait was that is not held back, in order.</summary>
    public IReadOnlyList<TimeSpan> Waits => _waits;

    /// <summary>Whether every timer is held back: for what waits for nothing, and only has limits.</summary>
    public bool HoldsAll { get; init; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => _now;

    public override long GetTimestamp() => _now.Ticks;

    public void Advance(TimeSpan by) => _now += by;

    public void FireHeld()
    {
        (TimerCallback Callback, object? State)[] due;
        lock (_lock)
        {
            due = [.. _held];
            _held.Clear();
        }

        foreach ((TimerCallback callback, object? state) in due)
            callback(state);
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        lock (_lock)
        {
            if (HoldsAll || held.Contains(dueTime))
            {
                _held.Add((callback, state));
            }
            else if (dueTime != Timeout.InfiniteTimeSpan)
            {
                _waits.Add(dueTime);
                _now += dueTime;
                ThreadPool.QueueUserWorkItem(_ => callback(state));
            }
        }

        return new Nothing();
    }

    private sealed class Nothing : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose() { }

        public ValueTask DisposeAsync() => default;
    }
}
