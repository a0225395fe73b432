using System.Collections.Immutable;
using Slipway.Oci;
using Slipway.Trust;

namespace Slipway.Verification;

/// <summary>So many of some signers must have signed.</summary>
/// <param name="Threshold">At least 1, and at most as many as there are.</param>
/// <param name="Of">Each once.</param>
public sealed record SignerThreshold(int Threshold, ImmutableArray<AcceptedSigner> Of)
{
    /// <summary>More than these are in no policy: each is looked for by itself.</summary>
    public const int MostSigners = 16;
}

/// <summary>Somebody whose signatures are accepted, and in which time.</summary>
/// <param name="From">The earliest time; null for any.</param>
/// <param name="Until">The latest time, which belongs to it; null for any.</param>
public sealed record AcceptedSigner(ITrustedSigner Signer, DateTimeOffset? From = null, DateTimeOffset? Until = null)
{
    public bool HasPeriod => (From ?? Until) is not null;

    /// <param name="time">When it was signed, as far as anybody says; null where nobody does, which fits no period.</param>
    public bool Accepts(DateTimeOffset? time) =>
        !HasPeriod || time is { } known && (From is null || From <= known) && (Until is null || known <= Until);

    /// <summary>As <c>2026-01-01T00:00:00Z to now</c>.</summary>
    public string Period =>
        $"{(From is { } from ? UtcSecond.Text(from) : "always")} to {(Until is { } until ? UtcSecond.Text(until) : "now")}";
}
