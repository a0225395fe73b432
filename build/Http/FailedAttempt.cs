namespace Slipway.Http;

/// <summary>A request or a body that failed and may be tried again.</summary>
/// <param name="Address">Whose it was.</param>
/// <param name="Why">The request and what happened, without secrets.</param>
/// <param name="Tries">How often this failed by now, from 1.</param>
public sealed record FailedAttempt(Uri Address, string Why, int Tries)
{
    /// <summary>How long the host asks to be left alone; null when it does not. In full: who comes back earlier is refused again.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>What it belongs to; null for an exchange of its own.</summary>
    public Exchange? Exchange { get; init; }
}
