using Slipway.Sigstore;

namespace Slipway.Trust;

/// <summary>What is proven of whoever signed, beside who it was.</summary>
/// <param name="Claims">What the certificate says of the CI run; null where a key signed.</param>
/// <param name="SignedAt">
/// The earliest time at which the signature was there, by the word of a log or a timestamp authority; null where none says.
/// </param>
public sealed record SignatureProof(CertificateClaims? Claims, DateTimeOffset? SignedAt)
{
    /// <summary>A key signed: nothing else is proven.</summary>
    public static SignatureProof ByKey { get; } = new(null, null);
}
