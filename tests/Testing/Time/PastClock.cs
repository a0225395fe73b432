namespace Slipway.Testing;

/// <summary>The system's clock, so much behind.</summary>
public sealed class PastClock(TimeSpan behind) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() - behind;
}
