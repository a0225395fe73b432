using System.Formats.Asn1;
using System.Security.Cryptography;
using Slipway.Oci;

namespace Slipway.Sigstore;

/// <summary>A public key that verifies signatures. Equality is by the key itself.</summary>
public sealed class PublicKey : IEquatable<PublicKey>
{
    private const string EcPublicKey = "1.2.840.10045.2.1",
        RsaEncryption = "1.2.840.113549.1.1.1",
        Ed25519Oid = "1.3.101.112";

    private const int SmallestRsa = 2048,
        LargestRsa = 8192,
        MaximumSize = 4096;

    /// <summary>Of Ed25519 the 32 bytes of the key; of others empty.</summary>
    private readonly byte[] _raw;

    private PublicKey(KeyAlgorithm algorithm, byte[] der, byte[] raw) => (Algorithm, Der, _raw) = (algorithm, der, raw);

    public KeyAlgorithm Algorithm { get; }

    /// <summary>DER of the SubjectPublicKeyInfo (RFC 5280, 4.1).</summary>
    public ReadOnlyMemory<byte> Der { get; }

    /// <summary>SHA-256 of <see cref="Der"/>.</summary>
    public Digest Fingerprint => Digest.Of(Der.Span);

    /// <param name="der">DER of a SubjectPublicKeyInfo, and nothing after it.</param>
    /// <exception cref="ContentException">It is none, or of a kind that is not verified here.</exception>
    public static PublicKey FromSubjectPublicKeyInfo(ReadOnlyMemory<byte> der)
    {
        if (der.Length > MaximumSize)
            throw new ContentException($"a public key: wanted at most {MaximumSize} bytes, got {der.Length}");
        try
        {
            AsnReader all = new(der, AsnEncodingRules.DER);
            AsnReader info = all.ReadSequence();
            all.ThrowIfNotEmpty();
            string oid = info.ReadSequence().ReadObjectIdentifier();
            return oid switch
            {
                EcPublicKey => OfCurve(der),
                RsaEncryption => OfRsa(der),
                Ed25519Oid => OfEd25519(der, info.ReadBitString(out _)),
                _ => throw new ContentException($"a public key of the algorithm {Name(oid)}: wanted ECDSA, Ed25519 or RSA"),
            };
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException or PlatformNotSupportedException)
        {
            throw new ContentException("a public key is damaged or incomplete", e);
        }
    }

    /// <param name="pem">A text with one <c>PUBLIC KEY</c> block, and nothing else in PEM.</param>
    /// <exception cref="ContentException">It is none, or of a kind that is not verified here.</exception>
    public static PublicKey FromPem(string pem)
    {
        ArgumentNullException.ThrowIfNull(pem);
        return
            PemEncoding.TryFind(pem, out PemFields fields)
            && pem[fields.Label] == "PUBLIC KEY"
            && !PemEncoding.TryFind(pem.AsSpan(fields.Location.End), out _)
            ? FromSubjectPublicKeyInfo(Convert.FromBase64String(pem[fields.Base64Data]))
            : throw new ContentException("a public key wanted in PEM form, as one block 'PUBLIC KEY'");
    }

    /// <param name="der">DER of an RSAPublicKey (RFC 8017, A.1.1), as Sigstore's older trusted roots have it.</param>
    /// <exception cref="ContentException">It is none.</exception>
    public static PublicKey FromRsaPublicKey(ReadOnlyMemory<byte> der)
    {
        try
        {
            using RSA rsa = RSA.Create();
            rsa.ImportRSAPublicKey(der.Span, out int length);
            return length == der.Length
                ? FromSubjectPublicKeyInfo(rsa.ExportSubjectPublicKeyInfo())
                : throw new ContentException("something follows an RSA public key");
        }
        catch (CryptographicException e)
        {
            throw new ContentException("an RSA public key is damaged or incomplete", e);
        }
    }

    /// <summary>Whether this is the key's signature of the message.</summary>
    /// <param name="signature">ECDSA: DER (RFC 3279, 2.2.3); the others as their specifications have it.</param>
    public bool Verifies(SignedMessage message, ReadOnlySpan<byte> signature)
    {
        ArgumentNullException.ThrowIfNull(message);
        try
        {
            switch (Algorithm)
            {
                case KeyAlgorithm.Rsa:
                    return VerifiesRsa(message, signature);
                case KeyAlgorithm.Ed25519:
                    return message.ToBytes() is { } bytes && Ed25519.Verifies(_raw, bytes, signature)
                        || message.Hash(HashAlgorithmName.SHA512) is { } prehash && Ed25519.VerifiesPrehash(_raw, prehash, signature);
                default:
                    return VerifiesEcdsa(message, signature);
            }
        }
        catch (Exception e) when (e is CryptographicException or PlatformNotSupportedException)
        {
            return false;
        }
    }

    /// <summary>As the other, of bytes.</summary>
    public bool Verifies(ReadOnlyMemory<byte> message, ReadOnlySpan<byte> signature) => Verifies(SignedMessage.Of(message), signature);

    /// <summary>Whether a digest is enough to verify the key's signature of what has it.</summary>
    internal bool TakesDigest(SignedMessage message) => message.HasBytes || Hashes.Any(name => message.Hash(name) is not null);

    public bool Equals(PublicKey? other) => other is not null && Der.Span.SequenceEqual(other.Der.Span);

    public override bool Equals(object? obj) => Equals(obj as PublicKey);

    public override int GetHashCode() => Fingerprint.GetHashCode();

    private HashAlgorithmName[] Hashes =>
        Algorithm switch
        {
            KeyAlgorithm.EcdsaP384 => [HashAlgorithmName.SHA384, HashAlgorithmName.SHA256],
            KeyAlgorithm.EcdsaP521 => [HashAlgorithmName.SHA512, HashAlgorithmName.SHA256],
            KeyAlgorithm.Ed25519 => [HashAlgorithmName.SHA512],
            _ => [HashAlgorithmName.SHA256],
        };

    private bool VerifiesEcdsa(SignedMessage message, ReadOnlySpan<byte> signature)
    {
        using ECDsa key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(Der.Span, out _);
        foreach (HashAlgorithmName name in Hashes)
        {
            if (message.Hash(name) is { } hash && key.VerifyHash(hash, signature, DSASignatureFormat.Rfc3279DerSequence))
                return true;
        }

        return false;
    }

    private bool VerifiesRsa(SignedMessage message, ReadOnlySpan<byte> signature)
    {
        if (message.Hash(HashAlgorithmName.SHA256) is not { } hash)
            return false;
        using RSA key = RSA.Create();
        key.ImportSubjectPublicKeyInfo(Der.Span, out _);
        return key.VerifyHash(hash, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            || key.VerifyHash(hash, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pss);
    }

    private static string Name(string oid) =>
        oid switch
        {
            "1.3.101.113" => "Ed448",
            "1.2.840.10040.4.1" => "DSA",
            "1.2.840.113549.1.1.10" => "RSA for PSS alone",
            _ => oid,
        };

    private static PublicKey OfCurve(ReadOnlyMemory<byte> der)
    {
        using ECDsa key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(der.Span, out _);
        ECCurve curve = key.ExportParameters(includePrivateParameters: false).Curve;
        KeyAlgorithm algorithm = (curve.IsNamed ? curve.Oid.Value : null) switch
        {
            "1.2.840.10045.3.1.7" => KeyAlgorithm.EcdsaP256,
            "1.3.132.0.34" => KeyAlgorithm.EcdsaP384,
            "1.3.132.0.35" => KeyAlgorithm.EcdsaP521,
            null => throw new ContentException(
                "the curve of an ECDSA key is written out instead of named. Run: openssl ec -pubin -in OLD -param_enc named_curve -out NEW"
            ),
            var other => throw new ContentException(
                $"an ECDSA key on the curve {curve.Oid.FriendlyName ?? other}: wanted P-256, P-384 or P-521"
            ),
        };
        return new PublicKey(algorithm, key.ExportSubjectPublicKeyInfo(), []);
    }

    private static PublicKey OfRsa(ReadOnlyMemory<byte> der)
    {
        using RSA key = RSA.Create();
        key.ImportSubjectPublicKeyInfo(der.Span, out _);
        return key.KeySize is >= SmallestRsa and <= LargestRsa
            ? new PublicKey(KeyAlgorithm.Rsa, key.ExportSubjectPublicKeyInfo(), [])
            : throw new ContentException($"an RSA key of {key.KeySize} bits: wanted {SmallestRsa} to {LargestRsa}");
    }

    private static PublicKey OfEd25519(ReadOnlyMemory<byte> der, byte[] raw) =>
        Ed25519.IsKey(raw)
            ? new PublicKey(KeyAlgorithm.Ed25519, der.ToArray(), raw)
            : throw new ContentException("an Ed25519 key is not a point of its curve, or one of small order");
}
