namespace Slipway.Trust;

/// <summary>
/// Which certificate authority and log a keyless signature is made with and believed by; by default the public ones that cosign knows.
/// </summary>
public sealed record SigstoreInstance
{
    /// <summary>The public instance.</summary>
    public static SigstoreInstance Public { get; } = new();

    /// <summary>
    /// A file with the keys to believe (Sigstore's protobuf-specs, <c>TrustedRoot</c>); null lets cosign fetch the public instance's.
    /// </summary>
    public string? TrustedRoot { get; init; }

    /// <summary>
    /// A file with the services to sign with (Sigstore's protobuf-specs, <c>SigningConfig</c>); null for the public instance's.
    /// </summary>
    public string? SigningConfig { get; init; }
}
