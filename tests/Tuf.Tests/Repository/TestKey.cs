using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace Slipway.Tuf.Tests;

/// <summary>A key pair of a test's repository, in one of the three types of the specification or in one that nobody knows.</summary>
internal sealed class TestKey
{
    private readonly Func<byte[], byte[]> _sign;

    private TestKey(string type, string scheme, string publicPart, Func<byte[], byte[]> sign)
    {
        _sign = sign;
        Json = new JsonObject
        {
            ["keytype"] = type,
            ["scheme"] = scheme,
            ["keyval"] = new JsonObject { ["public"] = publicPart },
        };
        Id = Convert.ToHexStringLower(SHA256.HashData(TestJson.Canonical(Json)));
    }

    public JsonObject Json { get; }

    public string Id { get; init; }

    public byte[] Sign(byte[] content) => _sign(content);

    public static TestKey Ecdsa()
    {
        ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new("ecdsa", "ecdsa-sha2-nistp256", key.ExportSubjectPublicKeyInfoPem() + "\n", SignBy(key));
    }

    /// <summary>The same key written twice: as PEM, and as Sigstore's first roots had it.</summary>
    public static (TestKey Pem, TestKey Hex) EcdsaTwice()
    {
        ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        ECPoint q = key.ExportParameters(includePrivateParameters: false).Q;
        string point = "04" + Convert.ToHexStringLower(q.X!) + Convert.ToHexStringLower(q.Y!);
        return (
            new("ecdsa", "ecdsa-sha2-nistp256", key.ExportSubjectPublicKeyInfoPem(), SignBy(key)),
            new("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", point, SignBy(key))
        );
    }

    public static TestKey Edwards()
    {
        byte[] secret = RandomNumberGenerator.GetBytes(Ed25519.SecretKeySize),
            own = new byte[Ed25519.PublicKeySize];
        Ed25519.GeneratePublicKey(secret, 0, own, 0);
        return new("ed25519", "ed25519", Convert.ToHexStringLower(own), content =>
        {
            byte[] signature = new byte[Ed25519.SignatureSize];
            Ed25519.Sign(secret, 0, content, 0, content.Length, signature, 0);
            return signature;
        });
    }

    public static TestKey Rsa(int size = 2048)
    {
        RSA key = RSA.Create(size);
        return new("rsa", "rsassa-pss-sha256", key.ExportSubjectPublicKeyInfoPem(), content =>
            key.SignData(content, HashAlgorithmName.SHA256, RSASignaturePadding.Pss)
        );
    }

    /// <summary>A good key of a type that no client knows.</summary>
    public static TestKey Unknown()
    {
        ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new("lattice", "lattice-9", key.ExportSubjectPublicKeyInfoPem(), SignBy(key));
    }

    /// <summary>The same key under another id.</summary>
    public TestKey Called(string id) =>
        new((string)Json["keytype"]!, (string)Json["scheme"]!, (string)Json["keyval"]!["public"]!, _sign) { Id = id };

    private static Func<byte[], byte[]> SignBy(ECDsa key) =>
        content => key.SignData(content, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
}
