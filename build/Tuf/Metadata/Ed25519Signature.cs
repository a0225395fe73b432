using Org.BouncyCastle.Math.EC.Rfc8032;

namespace Slipway.Tuf;

/// <summary>Signatures of Ed25519 (RFC 8032, 5.1), which .NET does not verify.</summary>
internal static class Ed25519Signature
{
    public const int KeySize = 32;

    private const int Size = 64;

    /// <summary>Whether this is a signature by the key over the bytes; false for whatever is no signature or no key.</summary>
    /// <param name="key">32 bytes.</param>
    public static bool Verifies(ReadOnlySpan<byte> key, ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature) =>
        key.Length == KeySize
        && signature.Length == Size
        && Ed25519.Verify(signature.ToArray(), 0, key.ToArray(), 0, content.ToArray(), 0, content.Length);
}
