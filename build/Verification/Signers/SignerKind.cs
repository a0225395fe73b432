namespace Slipway.Verification;

/// <summary>What makes signatures.</summary>
public enum SignerKind
{
    /// <summary>This program, with a key file.</summary>
    Key,

    /// <summary>The cosign program: keyless, with a key of a key management service, or with a key file of its own.</summary>
    Cosign,
}
