using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Slipway.StandIns;

namespace Slipway.Definitions.Tests;

/// <summary>Which certificates and signatures of upstream's stop a lock.</summary>
public sealed class UpstreamCertificateTests : UpstreamSignatureCases
{
    [Fact]
    public async Task A_certificate_in_plain_PEM_will_do_and_so_will_one_of_before_the_new_extension()
    {
        SignedBlob blob = SignedBlob.Sign(_authority, Content, Signer);
        Publish(blob with { Certificate = blob.Pem });
        Assert.Equal(SignatureState.Verified, (await JudgeAsync())?.State);
        Publish(Crafted(request => Extend(request, Names(Identity), Old(Issuer))));
        Assert.Equal(SignatureState.Verified, (await JudgeAsync())?.State);
    }

    [Theory]
    [InlineData("signed by another identity: wanted release@example.org, got other@example.org", Issuer, "other@example.org")]
    [InlineData(
        "signed by another identity: wanted release@example.org, got release@example.org.evil.test",
        Issuer,
        "release@example.org.evil.test"
    )]
    [InlineData(
        "signed by another identity: wanted release@example.org, got https://release@example.org/",
        Issuer,
        "https://release@example.org/"
    )]
    [InlineData(
        "the signer's certificate names another issuer: wanted https://accounts.example.org, got https://accounts.example.org/",
        Issuer + "/",
        Identity
    )]
    [InlineData("certificate: wanted one name, got release@example.org, other@example.org", Issuer, Identity, "other@example.org")]
    [InlineData("certificate: wanted one name, got other@example.org, release@example.org", Issuer, "other@example.org", Identity)]
    [InlineData("certificate: wanted one name, got none", Issuer)]
    [InlineData("certificate: wanted one issuer, got none", null, Identity)]
    public async Task A_certificate_for_another_stops_the_lock_before_the_log_is_asked(
        string because,
        string? issuer,
        params string[] identities
    )
    {
        Publish(SignedBlob.Sign(_authority, Content, new SigningSubject(issuer, [.. identities])));
        await RefusedAsync(because);
        Assert.Equal(0, _log.Requests);
    }

    [Fact]
    public async Task A_crafted_certificate_stops_the_lock()
    {
        foreach (
            (X509Extension[] extensions, string because) in ((X509Extension[], string)[])
                [
                    (
                        [Names(Identity), New(Issuer), Old("https://other.example.org")],
                        "wanted one issuer, got https://accounts.example.org, https://other.example.org"
                    ),
                    (
                        [Names(Identity), new X509Extension("1.3.6.1.4.1.57264.1.8", Encoding.UTF8.GetBytes(Issuer), false)],
                        "an extension is not valid DER"
                    ),
                    (
                        [Names(Identity), new X509Extension("1.3.6.1.4.1.57264.1.8", [.. New(Issuer).RawData, 0], false)],
                        "an extension is not valid DER"
                    ),
                    ([Dns("release.example.org"), New(Issuer)], "wanted an e-mail address or URI as its name, got a name of kind 2"),
                    ([new X509Extension("2.5.29.17", [0x30, 0x80], true), New(Issuer)], "an extension is not valid DER"),
                ]
        )
        {
            Publish(Crafted(request => Extend(request, extensions)));
            await RefusedAsync(because);
        }
    }

    [Fact]
    public async Task A_key_that_is_no_ECDSA_key_stops_the_lock()
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=x", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        Extend(request, Names(Identity), New(Issuer));
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(1));
        byte[] signature = key.SignData(Content, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        Publish(Blob(signature, certificate));
        await RefusedAsync("certificate: wanted an ECDSA key, got RSA");
    }

    [Fact]
    public async Task A_signature_of_another_file_or_by_another_key_or_changed_stops_the_lock()
    {
        SignedBlob blob = SignedBlob.Sign(_authority, Content, Signer);
        byte[] changed = Convert.FromBase64String(blob.Signature);
        changed[^1] ^= 1;
        foreach (
            SignedBlob wrong in (SignedBlob[])
                [
                    SignedBlob.Sign(_authority, "another tool"u8, Signer),
                    blob with
                    {
                        Signature = SignedBlob.Sign(_authority, Content, Signer).Signature,
                    },
                    blob with
                    {
                        Signature = Convert.ToBase64String(changed),
                    },
                    blob with
                    {
                        Signature = Convert.ToBase64String("no DER"u8),
                    },
                ]
        )
        {
            Publish(wrong);
            await RefusedAsync("the signature is not over this file by the certificate's key");
        }
    }

    [Theory]
    [InlineData(".sig", "", "signature: wanted base64, got ''")]
    [InlineData(".sig", "%%%%", "signature: wanted base64, got '%%%%'")]
    [InlineData(".cert", "", "certificate: wanted one certificate in PEM, plain or in base64, got ''")]
    [InlineData(".cert", "%%%%", "certificate: wanted one certificate in PEM, plain or in base64, got '%%%%'")]
    [InlineData(".cert", "AAAA", "certificate: wanted one certificate in PEM, plain or in base64, got something else")]
    [InlineData(".cert", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "certificate: ")]
    [InlineData(
        ".cert",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
        "certificate: wanted one certificate in PEM, plain or in base64, got something else"
    )]
    public async Task Garbage_stops_the_lock(string ending, string text, string because)
    {
        _server.Serve(Tool + ending, Encoding.ASCII.GetBytes(text));
        await RefusedAsync(because);
    }

    [Fact]
    public async Task Two_certificates_and_files_that_are_too_long_stop_the_lock()
    {
        SignedBlob blob = SignedBlob.Sign(_authority, Content, Signer);
        Publish(
            blob with
            {
                Certificate = blob.Pem + SignedBlob.Sign(_authority, Content, new SigningSubject(Issuer, "other@example.org")).Pem,
            }
        );
        await RefusedAsync("wanted one certificate in PEM, plain or in base64, got something else");
        foreach (string ending in (string[])[".sig", ".cert"])
        {
            Publish(blob);
            _server.Serve(Tool + ending, new byte[PublishedSignature.Limit + 1]);
            await RefusedAsync($"wanted at most {PublishedSignature.Limit} bytes, got more");
        }
    }

    private static SignedBlob Crafted(Action<CertificateRequest> describe)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=x", key, HashAlgorithmName.SHA256);
        describe(request);
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(1));
        return Blob(key.SignData(Content, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence), certificate);
    }

    private static SignedBlob Blob(byte[] signature, X509Certificate2 certificate) =>
        new(Convert.ToBase64String(signature), Convert.ToBase64String(Encoding.ASCII.GetBytes(certificate.ExportCertificatePem())), "");

    private static void Extend(CertificateRequest request, params X509Extension[] extensions)
    {
        foreach (X509Extension extension in extensions)
            request.CertificateExtensions.Add(extension);
    }

    private static X509Extension Names(string email)
    {
        SubjectAlternativeNameBuilder names = new();
        names.AddEmailAddress(email);
        return names.Build();
    }

    private static X509Extension Dns(string name)
    {
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName(name);
        return names.Build();
    }

    private static X509Extension Old(string issuer) => new("1.3.6.1.4.1.57264.1.1", Encoding.UTF8.GetBytes(issuer), false);

    private static X509Extension New(string issuer) =>
        new("1.3.6.1.4.1.57264.1.8", [12, (byte)issuer.Length, .. Encoding.UTF8.GetBytes(issuer)], false);
}
