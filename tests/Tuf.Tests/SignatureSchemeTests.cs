using System.Security.Cryptography;
using System.Text;

namespace Slipway.Tuf.Tests;

/// <summary>Keys and signatures by type (specification, 4.2).</summary>
public sealed class SignatureSchemeTests
{
    private static readonly byte[] Content = Encoding.UTF8.GetBytes("content");

    /// <summary>RFC 8032, 7.1, tests 1 to 3.</summary>
    [Theory]
    [InlineData(
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )]
    [InlineData(
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )]
    [InlineData(
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
    )]
    public void Ed25519_is_that_of_RFC_8032(string key, string content, string signature)
    {
        SignatureScheme scheme = SignatureScheme.Find("ed25519", "ed25519")!;
        byte[] own = scheme.ReadKey(key)!,
            message = Convert.FromHexString(content),
            good = Convert.FromHexString(signature);
        Assert.True(scheme.Verifies(own, message, good));
        good[0] ^= 1;
        Assert.False(scheme.Verifies(own, message, good));
    }

    [Fact]
    public void Each_type_verifies_its_own_signatures_and_no_others()
    {
        foreach (TestKey key in (TestKey[])[TestKeys.RootOne, TestKeys.RootTwo, TestKeys.RootThree])
        {
            SignatureScheme scheme = SignatureScheme.Find((string)key.Json["keytype"]!, (string)key.Json["scheme"]!)!;
            byte[] own = scheme.ReadKey((string)key.Json["keyval"]!["public"]!)!,
                signature = key.Sign(Content);
            Assert.True(scheme.Verifies(own, Content, signature));
            Assert.False(scheme.Verifies(own, "other"u8, signature));
            Assert.False(scheme.Verifies(own, Content, signature.AsSpan(1)));
            Assert.False(scheme.Verifies(own, Content, []));
            Assert.False(scheme.Verifies(own, Content, [.. signature, 0]));
        }
    }

    [Theory]
    [InlineData("ecdsa", "ed25519")]
    [InlineData("ed25519", "ecdsa-sha2-nistp256")]
    [InlineData("rsa", "rsa-pkcs1v15-sha256")]
    [InlineData("ecdsa", "ecdsa-sha2-nistp384")]
    [InlineData("ECDSA", "ecdsa-sha2-nistp256")]
    [InlineData("", "")]
    public void Other_pairs_of_type_and_scheme_are_not_known(string type, string scheme) => Assert.Null(SignatureScheme.Find(type, scheme));

    [Fact]
    public void A_key_that_does_not_fit_its_scheme_is_none()
    {
        using ECDsa p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using ECDsa p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using RSA small = RSA.Create(1024);
        string good = p256.ExportSubjectPublicKeyInfoPem();
        SignatureScheme ecdsa = SignatureScheme.Find("ecdsa", "ecdsa-sha2-nistp256")!,
            rsa = SignatureScheme.Find("rsa", "rsassa-pss-sha256")!,
            edwards = SignatureScheme.Find("ed25519", "ed25519")!;
        Assert.NotNull(ecdsa.ReadKey(good));
        Assert.Null(ecdsa.ReadKey(p384.ExportSubjectPublicKeyInfoPem()));
        Assert.Null(ecdsa.ReadKey((string)TestKeys.RootThree.Json["keyval"]!["public"]!));
        Assert.NotNull(ecdsa.ReadKey(good + "\n"));
        Assert.Null(ecdsa.ReadKey(good + "\n" + good));
        Assert.Null(ecdsa.ReadKey(good[..^40]));
        Assert.Null(ecdsa.ReadKey("04" + new string('0', 128)));
        Assert.Null(ecdsa.ReadKey("02" + new string('1', 64)));
        Assert.Null(ecdsa.ReadKey(""));
        Assert.Null(rsa.ReadKey(small.ExportSubjectPublicKeyInfoPem()));
        Assert.Null(rsa.ReadKey(good));
        Assert.Null(rsa.ReadKey("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"));
        Assert.Null(edwards.ReadKey(new string('z', 64)));
        Assert.Null(edwards.ReadKey(new string('a', 62)));
    }

    [Fact]
    public void A_signature_of_RSA_in_the_old_padding_is_none()
    {
        using RSA key = RSA.Create(2048);
        SignatureScheme rsa = SignatureScheme.Find("rsa", "rsassa-pss-sha256")!;
        byte[] own = rsa.ReadKey(key.ExportSubjectPublicKeyInfoPem())!;
        Assert.False(rsa.Verifies(own, Content, key.SignData(Content, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)));
        Assert.False(rsa.Verifies(own, Content, key.SignData(Content, HashAlgorithmName.SHA512, RSASignaturePadding.Pss)));
    }
}
