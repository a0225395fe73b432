using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Slipway.Oci;
using Slipway.StandIns;

namespace Slipway.Sigstore.Tests;

/// <summary>
/// Bundles by an authority, logs and a timestamp authority of the tests' own: what proves something, and what no longer does.
/// </summary>
public sealed class VerifierTests
{
    private const string Old = "application/vnd.dev.sigstore.bundle+json;version=";

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void A_sound_bundle_proves_who_signed_and_when(bool isEnvelope, bool isTiled)
    {
        using BundleCase one = BundleCase.Create(isEnvelope, isTiled);
        SigstoreProof proof = one.Verify();
        Assert.Equal(BundleCase.Subject, proof.Subject);
        Assert.Equal(BundleCase.Issuer, proof.Claims!.Issuer);
        Assert.Equal(1, proof.CertificateTimestamps);
        Assert.Equal(isTiled ? "log2.test" : "log.test", Assert.Single(proof.LogEntries).Log);
        Assert.Equal(isTiled ? 1 : 0, proof.Timestamps.Length);
        Assert.InRange(DateTimeOffset.UtcNow - proof.SignedAt!.Value, TimeSpan.FromSeconds(-2), TimeSpan.FromMinutes(5));
        Assert.Equal(isEnvelope, proof.PayloadType is not null);
    }

    [Theory]
    [InlineData("0.1", true)]
    [InlineData("0.1", false)]
    [InlineData("0.2", true)]
    [InlineData("0.2", false)]
    [InlineData("0.3", false)]
    public void Older_versions_are_read_with_a_chain_or_a_certificate(string version, bool isChain)
    {
        using BundleCase one = BundleCase.Create();
        one.Bundle["mediaType"] = Old + version;
        if (isChain)
            ToChain(one);
        Assert.Null(one.Failure());
    }

    [Fact]
    public void The_oldest_version_does_with_the_logs_promise_and_the_others_do_not()
    {
        using BundleCase one = BundleCase.Create();
        one.Entry.Remove("inclusionProof");
        Assert.Equal(SigstoreFailure.InclusionProofMissing, one.Failure());
        one.Bundle["mediaType"] = Old + "0.2";
        Assert.Equal(SigstoreFailure.InclusionProofMissing, one.Failure());
        one.Bundle["mediaType"] = Old + "0.1";
        Assert.Null(one.Failure());
        one.Entry.Remove("inclusionPromise");
        Assert.Equal(SigstoreFailure.InclusionPromiseMissing, one.Failure());
    }

    [Fact]
    public void A_digest_is_enough_where_the_key_signs_that_and_an_envelope_takes_its_subject_so()
    {
        using BundleCase file = BundleCase.Create(),
            envelope = BundleCase.Create(isEnvelope: true);
        foreach (BundleCase one in (BundleCase[])[file, envelope])
        {
            SigstoreVerifier verifier = new(TrustedRoot.Parse(Bytes(one.Root)));
            Assert.NotNull(verifier.Verify(Bytes(one.Bundle), SignedMessage.Of(Digest.Of(one.Content)), one.Policy).Subject);
            SigstoreException e = Assert.Throws<SigstoreException>(() =>
                verifier.Verify(Bytes(one.Bundle), SignedMessage.Of(Digest.Of("other"u8)), one.Policy)
            );
            Assert.Equal(one == file ? SigstoreFailure.DigestMismatch : SigstoreFailure.SubjectMismatch, e.Failure);
        }
    }

    [Fact]
    public void A_pattern_matches_the_whole_identity_and_nothing_less()
    {
        using BundleCase one = BundleCase.Create();
        foreach (
            (string pattern, bool holds) in ((string, bool)[])
                [
                    ("https://github\\.com/example/images/.*@refs/tags/v.*", true),
                    ("https://github\\.com/example/images/", false),
                    ("x|.*", true),
                    ("github|com", false),
                    ("(?i)HTTPS://GITHUB.COM/.*", true),
                ]
        )
        {
            one.Policy = SigstorePolicy.RequireMatchingIdentity(pattern, BundleCase.Issuer);
            Assert.Equal(holds ? null : SigstoreFailure.IdentityMismatch, one.Failure());
        }

        foreach (string wrong in (string[])["(", "(?<=x)y", "(a)\\1", new string('a', 5000)])
            Assert.Throws<ContentException>(() => SigstorePolicy.RequireMatchingIdentity(wrong, BundleCase.Issuer));
    }

    [Fact]
    public void What_the_policy_counts_has_to_be_there_as_often()
    {
        using BundleCase one = BundleCase.Create(),
            tiled = BundleCase.Create(isTiled: true);
        Assert.Null(one.Failure());
        one.Policy = one.Policy with { LogEntries = 2 };
        Assert.Equal(SigstoreFailure.LogEntryMissing, one.Failure());
        one.Policy = one.Policy with { LogEntries = 1, CertificateTimestamps = 2 };
        Assert.Equal(SigstoreFailure.CertificateTimestampMissing, one.Failure());
        one.Policy = one.Policy with { CertificateTimestamps = 1, SigningTimes = 2 };
        Assert.Equal(SigstoreFailure.SigningTimeMissing, one.Failure());
        tiled.Policy = tiled.Policy with { SigningTimes = 2 };
        Assert.Equal(SigstoreFailure.SigningTimeMissing, tiled.Failure());
    }

    /// <summary>The same entry, or the same timestamp, twice is no second witness.</summary>
    [Fact]
    public void The_same_witness_counts_once()
    {
        using BundleCase one = BundleCase.Create(),
            tiled = BundleCase.Create(isTiled: true);
        one.Policy = one.Policy with { LogEntries = 2 };
        one.Material["tlogEntries"]!.AsArray().Add(one.Entry.DeepClone());
        Assert.Equal(SigstoreFailure.BundleMalformed, one.Failure());
        tiled.Policy = tiled.Policy with { SigningTimes = 2 };
        JsonArray timestamps = tiled.Material["timestampVerificationData"]!["rfc3161Timestamps"]!.AsArray();
        timestamps.Add(timestamps[0]!.DeepClone());
        Assert.Equal(SigstoreFailure.SigningTimeMissing, tiled.Failure());
    }

    [Theory]
    [InlineData("nistP256")]
    [InlineData("nistP384")]
    [InlineData("nistP521")]
    public void A_key_that_is_given_verifies_its_own_signature_alone(string curve)
    {
        using ECDsa key = ECDsa.Create(ECCurve.CreateFromFriendlyName(curve)),
            other = ECDsa.Create(ECCurve.CreateFromFriendlyName(curve));
        using BundleCase one = BundleCase.Create();
        one.Bundle["verificationMaterial"] = new JsonObject { ["publicKey"] = new JsonObject { ["hint"] = "x" } };
        foreach (HashAlgorithmName hash in (HashAlgorithmName[])[HashAlgorithmName.SHA256, NaturalHash(curve)])
        {
            one.Bundle["messageSignature"]!["signature"] = Convert.ToBase64String(
                key.SignData(one.Content, hash, DSASignatureFormat.Rfc3279DerSequence)
            );
            one.Policy = SigstorePolicy.RequireKey(PublicKey.FromPem(key.ExportSubjectPublicKeyInfoPem()));
            Assert.Null(one.Failure());
            one.Policy = SigstorePolicy.RequireKey(PublicKey.FromPem(other.ExportSubjectPublicKeyInfoPem()));
            Assert.Equal(SigstoreFailure.SignatureInvalid, one.Failure());
        }

        one.Policy = SigstorePolicy.RequireIdentity(BundleCase.Subject, BundleCase.Issuer);
        Assert.Equal(SigstoreFailure.CertificateMissing, one.Failure());
    }

    [Fact]
    public void An_identity_is_no_key()
    {
        using BundleCase one = BundleCase.Create();
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(
            Convert.FromBase64String(one.Material["certificate"]!["rawBytes"]!.GetValue<string>())
        );
        // Not even the certificate's own.
        one.Policy = SigstorePolicy.RequireKey(PublicKey.FromSubjectPublicKeyInfo(certificate.PublicKey.ExportSubjectPublicKeyInfo()));
        Assert.Equal(SigstoreFailure.KeyMissing, one.Failure());
    }

    private static HashAlgorithmName NaturalHash(string curve) =>
        curve switch
        {
            "nistP384" => HashAlgorithmName.SHA384,
            "nistP521" => HashAlgorithmName.SHA512,
            _ => HashAlgorithmName.SHA256,
        };

    internal static void ToChain(BundleCase one)
    {
        JsonNode certificate = one.Material["certificate"]!.DeepClone();
        one.Material.Remove("certificate");
        one.Material["x509CertificateChain"] = new JsonObject { ["certificates"] = new JsonArray(certificate) };
    }

    private static byte[] Bytes(JsonObject document) => System.Text.Encoding.UTF8.GetBytes(document.ToJsonString());
}
