using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Slipway.Trust;

/// <summary>Which kinds of key sign here, ECDSA on P-256 or P-384 by named curve, and what to call the others.</summary>
internal static class KeyKind
{
    private const string Wanted = "wanted an ECDSA key on P-256 or P-384";
    private const string EcPublicKey = "1.2.840.10045.2.1";
    private const string Pbes2 = "1.2.840.113549.1.5.13";
    private const string Scrypt = "1.3.6.1.4.1.11591.4.11";

    /// <exception cref="SigningKeyException">The key is on another curve, or its curve has no name.</exception>
    public static void RequireFit(ECDsa key, string name)
    {
        ECCurve curve = key.ExportParameters(includePrivateParameters: false).Curve;
        if (!curve.IsNamed)
            throw new SigningKeyException(
                $"{name}: the curve is written out instead of named. Run: openssl ec -in OLD -param_enc named_curve -out NEW"
            );
        if (curve.Oid.Value is not ("1.2.840.10045.3.1.7" or "1.3.132.0.34"))
            throw new SigningKeyException($"{name}: {Wanted}, got curve {curve.Oid.FriendlyName ?? curve.Oid.Value}");
    }

    /// <summary>Refuses, by name, a PKCS#8 private key (RFC 5208, 5) that is no elliptic curve key.</summary>
    public static void RequireEllipticPrivate(ReadOnlyMemory<byte> der, string name)
    {
        AsnReader key = Open(der);
        key.ReadInteger();
        RequireElliptic(key.ReadSequence(), name);
    }

    /// <summary>Refuses an encrypted private key whose password is stretched by scrypt, which .NET cannot do.</summary>
    public static void RequireKnownEncryption(ReadOnlyMemory<byte> der, string name)
    {
        AsnReader algorithm = Open(der).ReadSequence();
        if (algorithm.ReadObjectIdentifier() == Pbes2 && algorithm.ReadSequence().ReadSequence().ReadObjectIdentifier() == Scrypt)
        {
            throw new SigningKeyException(
                $"{name}: it is encrypted with scrypt, which is not supported. Run: openssl pkcs8 -topk8 -v2 aes-256-cbc -in "
                    + "OLD -out NEW"
            );
        }
    }

    private static AsnReader Open(ReadOnlyMemory<byte> der) => new AsnReader(der, AsnEncodingRules.BER).ReadSequence();

    private static void RequireElliptic(AsnReader algorithm, string name)
    {
        string oid = algorithm.ReadObjectIdentifier();
        if (oid == EcPublicKey)
            return;
        string got = oid switch
        {
            "1.2.840.113549.1.1.1" or "1.2.840.113549.1.1.10" => "an RSA key",
            "1.3.101.112" => "an Ed25519 key",
            "1.3.101.113" => "an Ed448 key",
            "1.2.840.10040.4.1" => "a DSA key",
            _ => $"a key of algorithm {oid}",
        };
        throw new SigningKeyException($"{name}: {Wanted}, got {got}");
    }
}
