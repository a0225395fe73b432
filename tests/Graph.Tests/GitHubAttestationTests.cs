using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Slipway.Oci;
using Slipway.Sigstore;
using Slipway.StandIns;
using Slipway.Testing;
using Slipway.Trust;

namespace Slipway.Graph.Tests;

/// <summary>
/// What <c>gh attestation verify oci://… --bundle-from-oci --repo OWNER/NAME</c> asks of an image, rule by rule
/// (<c>docs/decisions/0037-sigstores-bundles-and-roots.md</c> lists them), of what a keyless release publishes. The certificate is as
/// Fulcio makes it for a job of GitHub Actions.
/// </summary>
public sealed class GitHubAttestationTests(KeylessTools published) : IClassFixture<KeylessTools>
{
    private const string BundleType = "application/vnd.dev.sigstore.bundle";

    [Fact]
    public void Rule_1_the_index_and_every_manifest_have_referrers_whose_artifact_type_begins_as_a_bundle_s() =>
        Assert.All(published.Subjects, subject =>
            Assert.Contains(published.Referrers[subject], referrer =>
                ((string?)referrer["artifactType"])?.StartsWith(BundleType, StringComparison.Ordinal) == true
            )
        );

    /// <summary>One that cannot be read ends the command, whatever else there is.</summary>
    [Fact]
    public void Rule_2_the_first_layer_of_each_of_them_is_a_bundle_as_it_is() =>
        Assert.All(published.Bundles, bundle => Assert.StartsWith(BundleType, (string)bundle.Json["mediaType"]!, StringComparison.Ordinal));

    /// <summary>sigstore-go takes 0.3 with one certificate, and every version from 0.2 on with a proof of inclusion.</summary>
    [Fact]
    public void Rule_3_a_bundle_is_at_least_of_version_0_2_with_one_certificate_and_proofs_of_inclusion() =>
        Assert.All(published.Bundles, bundle =>
        {
            Assert.Equal("application/vnd.dev.sigstore.bundle.v0.3+json", (string?)bundle.Json["mediaType"]);
            JsonNode material = bundle.Json["verificationMaterial"]!;
            Assert.NotNull(material["certificate"]);
            Assert.Null(material["x509CertificateChain"]);
            Assert.NotEmpty(material["tlogEntries"]!.AsArray());
            Assert.All(material["tlogEntries"]!.AsArray(), entry => Assert.NotNull(entry!["inclusionProof"]!["checkpoint"]!["envelope"]));
        });

    /// <summary>It chooses the trusted root by it: <c>sigstore.dev</c> is the public instance's.</summary>
    [Fact]
    public void Rule_4_the_issuer_of_the_certificate_has_one_organization() =>
        Assert.All(published.Bundles, bundle =>
            Assert.Single(bundle.Certificate.IssuerName.EnumerateRelativeDistinguishedNames(), part =>
                part.GetSingleElementType().Value == "2.5.4.10"
            )
        );

    [Fact]
    public void Rule_5_one_of_them_is_an_in_toto_statement_with_SLSA_s_provenance_as_its_predicate() =>
        Assert.All(published.Subjects, subject => Assert.NotEmpty(published.Provenances(subject)));

    [Fact]
    public void Rule_6_a_subject_of_that_statement_has_the_image_s_digest_as_its_sha256() =>
        Assert.All(published.Subjects, subject =>
            Assert.All(published.Provenances(subject), provenance =>
                Assert.Contains(Statement.Parse(provenance.Envelope.Payload).Subjects, about =>
                    about.Digest == subject && about.Digest.Algorithm == "sha256"
                )
            )
        );

    /// <summary>A timestamp of a certificate log, an entry in a log, and a time that somebody but the signer states: one of each.</summary>
    [Fact]
    public async Task Rule_7_certificate_log_log_and_time_are_proven_once_each()
    {
        SigstoreVerifier verifier = new(TrustedRoot.Parse(await File.ReadAllBytesAsync(published.Root)));
        SigstorePolicy policy = SigstorePolicy.RequireIdentity(RecordingCosign.Subject, RecordingCosign.Issuer) with
        {
            CertificateTimestamps = 1,
            LogEntries = 1,
            SigningTimes = 1,
        };
        Assert.All(published.Bundles, bundle =>
        {
            SigstoreProof proof = verifier.Verify(bundle.Bytes, content: null, policy);
            Assert.NotEmpty(proof.LogEntries);
            Assert.NotNull(proof.SignedAt);
            Assert.Equal(1, proof.CertificateTimestamps);
        });
    }

    [Fact]
    public void Rule_8_the_certificate_names_a_workflow_of_the_repository() =>
        Assert.All(published.Bundles, bundle =>
            Assert.Matches(
                new Regex("^https://github.com/poseidon/slipway/", RegexOptions.IgnoreCase),
                bundle.Certificate.Extensions.OfType<X509Extension>().Single(extension => extension.Oid!.Value == "2.5.29.17") is var names
                    ? System.Text.Encoding.ASCII.GetString(names.RawData)[4..]
                    : ""
            )
        );

    /// <summary>Letter case does not matter to it. The provenance says the same, or our own verification refuses it.</summary>
    [Theory]
    [InlineData(8, RecordingCosign.Issuer)]
    [InlineData(11, "github-hosted")]
    [InlineData(12, "https://github.com/poseidon/slipway")]
    [InlineData(16, "https://github.com/poseidon")]
    public async Task Rule_9_the_certificate_says_issuer_runner_repository_and_owner(int claim, string value)
    {
        SigstoreVerifier verifier = new(TrustedRoot.Parse(await File.ReadAllBytesAsync(published.Root)));
        Assert.All(published.Bundles, bundle =>
            Assert.Equal(
                value,
                verifier
                    .Verify(bundle.Bytes, content: null, SigstorePolicy.RequireIdentity(RecordingCosign.Subject, RecordingCosign.Issuer))
                    .Claims!.Values[claim]
            )
        );
    }

    /// <summary>It prints both parts of it, and fails where it cannot take it apart.</summary>
    [Fact]
    public async Task Rule_10_the_signer_s_workflow_can_be_taken_apart_and_is_the_builder_of_the_provenance()
    {
        SigstoreVerifier verifier = new(TrustedRoot.Parse(await File.ReadAllBytesAsync(published.Root)));
        Assert.All(published.Subjects.SelectMany(published.Provenances), provenance =>
        {
            string workflow = verifier
                .Verify(provenance.Bytes, content: null, SigstorePolicy.RequireIdentity(RecordingCosign.Subject, RecordingCosign.Issuer))
                .Claims!.BuildSignerUri!;
            Assert.Matches(@"^https://github\.com/[^/]+/[^/]+/.+", workflow);
            JsonNode predicate = JsonNode.Parse(Statement.Parse(provenance.Envelope.Payload).Predicate.Span)!;
            Assert.Equal(workflow, (string?)predicate["runDetails"]!["builder"]!["id"]);
        });
    }

    /// <summary>What it would take, ours takes as well, with all that such a certificate says.</summary>
    [Fact]
    public async Task Our_own_programs_verify_it_by_the_same_identity() =>
        (await published.VerifyAsync("--identity", RecordingCosign.Subject, "--issuer", RecordingCosign.Issuer)).Require();
}

/// <summary>A bundle as a registry gives it away.</summary>
public sealed record PublishedBundle(byte[] Bytes)
{
    public JsonNode Json { get; } = JsonNode.Parse(Bytes)!;

    public DsseEnvelope Envelope { get; } = SigstoreBundle.Parse(Bytes).Envelope;

    public X509Certificate2 Certificate =>
        X509CertificateLoader.LoadCertificate(Convert.FromBase64String((string)Json["verificationMaterial"]!["certificate"]!["rawBytes"]!));
}
