using System.Security.Cryptography;

namespace Slipway.Trust.Tests;

/// <summary>Each starts from an image that passes with the key in a text, and changes the text: no other key is ever made of it.</summary>
public sealed class KeyTamperingTests
{
    public static TheoryData<string> Changes { get; } =
        new()
        {
            "empty",
            "cut short",
            "without its end",
            "without its beginning",
            "its name changed",
            "trailing data in it",
            "twice",
            "another after it",
            "the private key",
            "a certificate",
            "an RSA key that is too short",
            "a key on another curve",
            "a point beside the curve",
        };

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task A_changed_key_file_is_no_key(string what)
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        string pem = fixture.Signer.Key.Pem;
        Assert.True((await VerifyAsync(fixture, pem)).Passed);
        string changed = Changed(pem, what);
        Assert.NotEqual(pem, changed);
        SigningKeyException e = Assert.Throws<SigningKeyException>(() => VerificationPolicy.RequireKey(changed, "release.pub"));
        Assert.StartsWith("release.pub: ", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_key_in_the_file_has_signed_nothing()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        using KeySigner other = KeySigner.CreateThrowAway();
        Assert.All((await VerifyAsync(fixture, other.Key.Pem)).Subjects, subject =>
            Assert.Equal(FailureReason.SignedByOtherKey, subject.Failure)
        );
    }

    private static string Changed(string pem, string what)
    {
        switch (what)
        {
            case "empty":
                return "";
            case "cut short":
                return pem[..(pem.Length / 2)] + pem[pem.IndexOf("\n-----END", StringComparison.Ordinal)..];
            case "without its end":
                return pem[..pem.IndexOf("-----END", StringComparison.Ordinal)];
            case "without its beginning":
                return pem[(pem.IndexOf('\n', StringComparison.Ordinal) + 1)..];
            case "its name changed":
                return pem.Replace("PUBLIC KEY", "PUBLIC KEYS", StringComparison.Ordinal);
            case "twice":
                return pem + "\n" + pem;
            case "another after it":
                using (KeySigner other = KeySigner.CreateThrowAway())
                    return pem + "\n" + other.Key.Pem;
            case "the private key":
                using (ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256))
                    return key.ExportPkcs8PrivateKeyPem();
            case "a certificate":
                return pem.Replace("PUBLIC KEY", "CERTIFICATE", StringComparison.Ordinal);
            case "an RSA key that is too short":
                using (RSA key = RSA.Create(1024))
                    return key.ExportSubjectPublicKeyInfoPem();
            case "a key on another curve":
                using (ECDsa key = ECDsa.Create(ECCurve.NamedCurves.brainpoolP256r1))
                    return key.ExportSubjectPublicKeyInfoPem();
        }

        byte[] der = Convert.FromBase64String(string.Concat(pem.Split('\n').Where(line => !line.StartsWith('-'))).Trim());
        if (what == "trailing data in it")
            der = [.. der, 0];
        else
            der[^1] ^= 1;
        return PemEncoding.WriteString("PUBLIC KEY", der);
    }

    private static Task<VerificationResult> VerifyAsync(SignedImageFixture fixture, string pem) =>
        new Verifier(VerificationPolicy.RequireKey(pem, "release.pub")).VerifyAsync(
            new VerificationRequest
            {
                Content = fixture.Image,
                Signatures = fixture.Store.Layout,
                Wanted = SignedImageFixture.Tag,
                Official = fixture.Official,
            },
            TestContext.Current.CancellationToken
        );
}
