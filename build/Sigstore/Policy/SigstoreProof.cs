using System.Collections.Immutable;

namespace Slipway.Sigstore;

/// <summary>What a bundle proves: that somebody signed something, and who says when.</summary>
public sealed record SigstoreProof
{
    /// <summary>The identity that the certificate is for; null where a key signed.</summary>
    public string? Subject { get; init; }

    /// <summary>What else the certificate says of whoever signed; null where a key signed.</summary>
    public CertificateClaims? Claims { get; init; }

    /// <summary>The key that verified the signature.</summary>
    public required PublicKey Key { get; init; }

    /// <summary>The logs that have it.</summary>
    public required ImmutableArray<VerifiedLogEntry> LogEntries { get; init; }

    /// <summary>The timestamps of authorities.</summary>
    public required ImmutableArray<VerifiedTimestamp> Timestamps { get; init; }

    /// <summary>How many logs of certificates have seen the certificate; 0 where a key signed.</summary>
    public int CertificateTimestamps { get; init; }

    /// <summary>What the signed envelope's payload is; null where a file is signed.</summary>
    public string? PayloadType { get; init; }

    /// <summary>The signed envelope's payload; empty where a file is signed.</summary>
    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>The earliest time at which the signature was there, by the word of a log or an authority; null where none says.</summary>
    public DateTimeOffset? SignedAt => Times.Select(time => (DateTimeOffset?)time).Min();

    /// <summary>All times at which somebody who is believed says that the signature was there.</summary>
    internal IEnumerable<DateTimeOffset> Times =>
        LogEntries.Select(entry => entry.Time).OfType<DateTimeOffset>().Concat(Timestamps.Select(timestamp => timestamp.Time));
}
