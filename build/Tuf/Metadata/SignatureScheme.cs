using System.Security.Cryptography;

namespace Slipway.Tuf;

/// <summary>
/// How a key of a repository signs (specification, 4.2): <c>ecdsa-sha2-nistp256</c>, <c>ed25519</c> or <c>rsassa-pss-sha256</c>.
/// </summary>
internal abstract class SignatureScheme
{
    private const string P256 = "1.2.840.10045.3.1.7";

    private const int SmallestModulus = 2048,
        LargestModulus = 8192;

    private static SignatureScheme Ecdsa { get; } = new EcdsaP256();

    private static SignatureScheme Edwards { get; } = new Ed25519();

    private static SignatureScheme Rsa { get; } = new RsaPss();

    /// <summary>The scheme of a key; null when it is not known here.</summary>
    /// <param name="keyType">As the key says; <c>ecdsa-sha2-nistp256</c> is what old repositories call <c>ecdsa</c>.</param>
    /// <param name="scheme">As the key says.</param>
    public static SignatureScheme? Find(string keyType, string scheme) =>
        (keyType, scheme) switch
        {
            ("ecdsa" or "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256") => Ecdsa,
            ("ed25519", "ed25519") => Edwards,
            ("rsa", "rsassa-pss-sha256") => Rsa,
            _ => null,
        };

    /// <summary>The key in the one form that all ways of writing it share; null when it is no fit key.</summary>
    /// <param name="text">Its public part as the specification has it: PEM, or hex.</param>
    public byte[]? ReadKey(string text)
    {
        try
        {
            return Read(text);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Whether this is a signature by the key over the bytes; false for whatever is no signature.</summary>
    /// <param name="key">What <see cref="ReadKey"/> gave.</param>
    public bool Verifies(byte[] key, ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
    {
        try
        {
            return Verify(key, content, signature);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    protected abstract byte[]? Read(string text);

    protected abstract bool Verify(byte[] key, ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature);

    /// <summary>DER of SubjectPublicKeyInfo (RFC 5280) from its PEM, which holds nothing else.</summary>
    private static byte[]? Pem(string text) =>
        PemEncoding.TryFind(text, out PemFields fields)
        && text[fields.Label] == "PUBLIC KEY"
        && text.AsSpan(fields.Location.End.Value).IsWhiteSpace()
            ? Convert.FromBase64String(text[fields.Base64Data])
            : null;

    private sealed class EcdsaP256 : SignatureScheme
    {
        /// <summary>An uncompressed point (SEC 1, 2.3.3), as Sigstore's first roots have keys.</summary>
        private const int PointSize = 65;

        protected override byte[]? Read(string text)
        {
            using ECDsa key = ECDsa.Create();
            if (Pem(text) is { } der)
            {
                key.ImportSubjectPublicKeyInfo(der, out int length);
                ECCurve curve = key.ExportParameters(includePrivateParameters: false).Curve;
                return length == der.Length && curve.IsNamed && curve.Oid.Value == P256 ? key.ExportSubjectPublicKeyInfo() : null;
            }

            byte[] point = Convert.FromHexString(text);
            if (point.Length != PointSize || point[0] != 4)
                return null;
            ECPoint q = new() { X = point[1..33], Y = point[33..] };
            key.ImportParameters(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = q });
            return key.ExportSubjectPublicKeyInfo();
        }

        protected override bool Verify(byte[] key, ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
        {
            using ECDsa ecdsa = ECDsa.Create();
            ecdsa.ImportSubjectPublicKeyInfo(key, out _);
            return ecdsa.VerifyData(content, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        }
    }

    private sealed class Ed25519 : SignatureScheme
    {
        protected override byte[]? Read(string text) => text.Length == 2 * Sigstore.Ed25519.KeySize ? Convert.FromHexString(text) : null;

        protected override bool Verify(byte[] key, ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature) =>
            Sigstore.Ed25519.Verifies(key, content, signature);
    }

    private sealed class RsaPss : SignatureScheme
    {
        protected override byte[]? Read(string text)
        {
            if (Pem(text) is not { } der)
                return null;
            using RSA key = RSA.Create();
            key.ImportSubjectPublicKeyInfo(der, out int length);
            return length == der.Length && key.KeySize is >= SmallestModulus and <= LargestModulus
                ? key.ExportSubjectPublicKeyInfo()
                : null;
        }

        protected override bool Verify(byte[] key, ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
        {
            using RSA rsa = RSA.Create();
            rsa.ImportSubjectPublicKeyInfo(key, out _);
            return rsa.VerifyData(content, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pss);
        }
    }
}
