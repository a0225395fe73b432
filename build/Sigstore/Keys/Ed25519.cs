using Curve = Org.BouncyCastle.Math.EC.Rfc8032.Ed25519;

namespace Slipway.Sigstore;

/// <summary>Verifies Ed25519 signatures (RFC 8032, 5.1.7), which .NET does not.</summary>
public static class Ed25519
{
    public const int KeySize = 32,
        SignatureSize = 64;

    /// <summary>Whether this is the key's signature of the message itself.</summary>
    public static bool Verifies(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != SignatureSize || key.Length != KeySize)
            return false;
        byte[] bytes = message.ToArray();
        return Curve.Verify(signature.ToArray(), 0, key.ToArray(), 0, bytes, 0, bytes.Length);
    }

    /// <summary>Whether this is the key's signature of a message with this SHA-512, and no context: Ed25519ph (RFC 8032, 5.1).</summary>
    public static bool VerifiesPrehash(ReadOnlySpan<byte> key, ReadOnlySpan<byte> sha512, ReadOnlySpan<byte> signature) =>
        signature.Length == SignatureSize
        && key.Length == KeySize
        && sha512.Length == Curve.PrehashSize
        && Curve.VerifyPrehash(signature.ToArray(), 0, key.ToArray(), 0, [], sha512.ToArray(), 0);

    /// <summary>Whether the bytes are a point of the curve, and no one of small order.</summary>
    public static bool IsKey(ReadOnlySpan<byte> key) => key.Length == KeySize && Curve.ValidatePublicKeyFull(key.ToArray(), 0);
}
