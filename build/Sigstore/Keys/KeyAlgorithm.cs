namespace Slipway.Sigstore;

/// <summary>
/// The kinds of public key whose signatures are verified (sigstore_common.proto, <c>PublicKeyDetails</c>): with each goes the hash, or the
/// hashes, that Sigstore's registry of algorithms names for it.
/// </summary>
public enum KeyAlgorithm
{
    /// <summary>ECDSA on NIST P-256, over SHA-256.</summary>
    EcdsaP256,

    /// <summary>ECDSA on NIST P-384, over SHA-384; over SHA-256, too, as older signers do.</summary>
    EcdsaP384,

    /// <summary>ECDSA on NIST P-521, over SHA-512; over SHA-256, too, as older signers do.</summary>
    EcdsaP521,

    /// <summary>Ed25519 (RFC 8032, 5.1), over the message itself, or over its SHA-512 as Ed25519ph.</summary>
    Ed25519,

    /// <summary>RSA of 2048 to 8192 bits over SHA-256, with the padding of PKCS #1 1.5 or PSS (RFC 8017, 8).</summary>
    Rsa,
}
