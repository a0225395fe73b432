using System.Collections.Immutable;
using System.Text;
using Slipway.Oci;
using Index = Slipway.Oci.Index;

namespace Slipway.Trust.Tests;

/// <summary>
/// Each starts from an image whose three manifests have a valid statement, changes one thing of the statement about one of them and
/// asserts the exact reason.
/// </summary>
public sealed class AttestationTamperingTests
{
    private const string Type = Statement.ProvenanceType;

    [Fact]
    public async Task Untouched_it_passes_and_tells_the_statement()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        VerificationResult result = await VerifyAsync(fixture);
        Assert.True(result.Passed);
        Assert.All(result.Subjects, subject =>
        {
            Assert.Equal([Statement.SignType, Type], subject.Statements.Select(statement => statement.PredicateType));
            Assert.Equal("{\"about\":\"all\"}", Encoding.UTF8.GetString(subject.Statements[1].Predicate.Span));
            Assert.All(subject.Statements, statement => Assert.NotNull(statement.Stored));
        });
    }

    [Fact]
    public async Task Without_any_it_is_missing()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        Keep(fixture, entry => !IsAboutArm64(fixture, entry));
        await AssertFailsAsync(fixture, FailureReason.AttestationMissing);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Either_form_suffices(bool bundles)
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        Keep(fixture, entry =>
            bundles
                ? entry.Annotations.GetValueOrDefault(OciLayout.RefName)?.EndsWith(".att", StringComparison.Ordinal) != true
                : entry.ArtifactType is null
        );
        Assert.True((await VerifyAsync(fixture)).Passed);
    }

    [Fact]
    public async Task Another_kind_is_not_the_wanted_one()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        await PutAsync(fixture, await SignAsync(fixture, Wanted(fixture) with { PredicateType = Statement.SpdxType }));
        await AssertFailsAsync(fixture, FailureReason.AttestationMissing);
    }

    [Fact]
    public async Task A_right_statement_by_another_key()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        using KeySigner other = KeySigner.CreateThrowAway();
        await PutAsync(fixture, await SignAsync(fixture, Wanted(fixture), other));
        await AssertFailsAsync(fixture, FailureReason.AttestationSignedByOtherKey);
    }

    [Fact]
    public async Task A_changed_payload_under_the_old_signature()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        DsseEnvelope envelope = await SignAsync(fixture, Wanted(fixture));
        await PutAsync(fixture, envelope with { Payload = (Wanted(fixture) with { Predicate = "{}"u8.ToArray() }).ToBytes() });
        await AssertFailsAsync(fixture, FailureReason.AttestationSignedByOtherKey);
    }

    [Fact]
    public async Task A_changed_payload_type_under_the_old_signature()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        await PutAsync(fixture, await SignAsync(fixture, Wanted(fixture)) with { PayloadType = "application/json" });
        await AssertFailsAsync(fixture, FailureReason.AttestationSignedByOtherKey);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(-1)]
    public async Task A_signature_with_one_bit_changed(int at)
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        DsseEnvelope envelope = await SignAsync(fixture, Wanted(fixture));
        byte[] signature = envelope.Signatures[0].ToArray();
        signature[at < 0 ? signature.Length + at : at] ^= 1;
        await PutAsync(fixture, envelope with { Signatures = [signature] });
        await AssertFailsAsync(fixture, FailureReason.AttestationSignedByOtherKey);
    }

    [Fact]
    public async Task The_signature_of_the_image_is_none_of_the_statement()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        Descriptor layer = await fixture.LayerOfAsync(fixture.Arm64.Digest);
        byte[] signature = Convert.FromBase64String(layer.Annotations[SignatureManifest.SignatureKey]);
        await PutAsync(fixture, await SignAsync(fixture, Wanted(fixture)) with { Signatures = [signature] });
        await AssertFailsAsync(fixture, FailureReason.AttestationSignedByOtherKey);
    }

    [Fact]
    public async Task A_statement_about_another_manifest_is_replayed()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        await PutAsync(
            fixture,
            await SignAsync(
                fixture,
                Wanted(fixture) with
                {
                    Subjects = [new StatementSubject(fixture.Official.Name, fixture.Amd64.Digest)],
                }
            )
        );
        await AssertFailsAsync(fixture, FailureReason.AttestationSubjectMismatch);
    }

    [Theory]
    [InlineData("quay.io/evil/kubelet")]
    [InlineData("quay.io.evil.com/poseidon/kubelet")]
    [InlineData("quay.io:443@evil.com/poseidon/kubelet")]
    [InlineData("")]
    public async Task A_statement_about_another_repository_or_none(string name)
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        await PutAsync(
            fixture,
            await SignAsync(fixture, Wanted(fixture) with { Subjects = [new StatementSubject(name, fixture.Arm64.Digest)] })
        );
        await AssertFailsAsync(fixture, FailureReason.AttestationReferenceMismatch);
    }

    [Theory]
    [InlineData("no JSON", "hello")]
    [InlineData(
        "another type",
        """{"_type":"https://in-toto.io/Statement/v2","subject":[{"name":"NAME","digest":{"sha256":"HEX"}}],"predicateType":"TYPE","predicate":{}}"""
    )]
    [InlineData("no subject", """{"_type":"https://in-toto.io/Statement/v1","subject":[],"predicateType":"TYPE","predicate":{}}""")]
    [InlineData(
        "no predicate",
        """{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"NAME","digest":{"sha256":"HEX"}}],"predicateType":"TYPE"}"""
    )]
    [InlineData(
        "a predicate that is a list",
        """{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"NAME","digest":{"sha256":"HEX"}}],"predicateType":"TYPE","predicate":[]}"""
    )]
    [InlineData(
        "subjects twice",
        """{"_type":"https://in-toto.io/Statement/v1","subject":[],"subject":[{"name":"NAME","digest":{"sha256":"HEX"}}],"predicateType":"TYPE","predicate":{}}"""
    )]
    [InlineData(
        "trailing data",
        """{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"NAME","digest":{"sha256":"HEX"}}],"predicateType":"TYPE","predicate":{}}{}"""
    )]
    [InlineData("a list", "[]")]
    public async Task Something_that_the_key_signed_and_is_no_statement(string what, string payload)
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        string filled = payload
            .Replace("NAME", fixture.Official.Name, StringComparison.Ordinal)
            .Replace("HEX", fixture.Arm64.Digest.Hex, StringComparison.Ordinal)
            .Replace("TYPE", Type, StringComparison.Ordinal);
        await PutAsync(fixture, await DsseEnvelope.SignAsync(DsseEnvelope.InToto, Encoding.UTF8.GetBytes(filled), fixture.Signer, default));
        await AssertFailsAsync(fixture, FailureReason.StatementMalformed);
        Assert.NotEmpty(what);
    }

    [Theory]
    [InlineData("\"signatures\":[", "\"signatures\":[],\"signatures\":[")]
    [InlineData("\"payloadType\"", "\"payload\":\"e30=\",\"payloadType\"")]
    [InlineData("\"sig\":\"", "\"sig\":\"!")]
    [InlineData("\"payload\":\"", "\"payload\":\"!")]
    [InlineData("\"sig\":", "\"gis\":")]
    [InlineData("\"dsseEnvelope\"", "\"messageSignature\"")]
    [InlineData("bundle.v0.3", "bundle.v0.9")]
    [InlineData("\"publicKey\"", "\"certificate\"")]
    public async Task A_bundle_that_is_none_any_more(string from, string to)
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        string bundle = Encoding.UTF8.GetString(
            SigstoreBundle.For(await SignAsync(fixture, Wanted(fixture)), fixture.Signer.Key).ToBytes()
        );
        Assert.Contains(from, bundle, StringComparison.Ordinal);
        await PutAsync(fixture, Encoding.UTF8.GetBytes(bundle.Replace(from, to, StringComparison.Ordinal)));
        await AssertFailsAsync(fixture, FailureReason.AttestationUnreadable);
    }

    [Fact]
    public async Task A_bundle_with_trailing_data()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        await PutAsync(
            fixture,
            [.. SigstoreBundle.For(await SignAsync(fixture, Wanted(fixture)), fixture.Signer.Key).ToBytes(), .. "{}"u8]
        );
        await AssertFailsAsync(fixture, FailureReason.AttestationUnreadable);
    }

    [Fact]
    public async Task A_bundle_whose_bytes_are_gone_or_others()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        Descriptor stored = await PutAsync(fixture, await SignAsync(fixture, Wanted(fixture)));
        SignedImageFixture.Damage(fixture.Store.Layout, stored.Digest);
        await AssertFailsAsync(fixture, FailureReason.AttestationUnreadable);
        File.Delete(SignedImageFixture.BlobPath(fixture.Store.Layout, stored.Digest));
        await AssertFailsAsync(fixture, FailureReason.AttestationUnreadable);
    }

    [Fact]
    public async Task A_bundle_that_refers_to_another_manifest_is_not_found_here()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        await PutAsync(fixture, await SignAsync(fixture, Wanted(fixture)), about: fixture.Amd64);
        await AssertFailsAsync(fixture, FailureReason.AttestationMissing);
    }

    [Fact]
    public async Task What_others_put_beside_ours_changes_nothing()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        using KeySigner other = KeySigner.CreateThrowAway();
        ImmutableArray<Descriptor> before = fixture.Store.Layout.ReadIndex().Manifests;
        await PutAsync(fixture, await SignAsync(fixture, Wanted(fixture), other));
        await PutAsync(fixture, "junk"u8.ToArray(), keep: true);
        fixture.Store.Layout.WriteIndex(new Index([.. fixture.Store.Layout.ReadIndex().Manifests, .. before]));
        Assert.True((await VerifyAsync(fixture)).Passed);
    }

    [Fact]
    public async Task More_bytes_than_any_release_has_are_not_read()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        Statement large = Wanted(fixture) with { Predicate = Encoding.UTF8.GetBytes($"{{\"about\":\"{new string('x', 9 << 20)}\"}}") };
        byte[] bundle = SigstoreBundle.For(await SignAsync(fixture, large), fixture.Signer.Key).ToBytes();
        await PutAsync(fixture, bundle);
        Assert.True((await VerifyAsync(fixture)).Passed);
        for (int i = 0; i < 5; i++)
        {
            byte[] junk = new byte[(i == 0 ? 40 : 15) << 20];
            junk[0] = (byte)i;
            await PutAsync(fixture, junk, keep: i > 0);
        }

        await PutAsync(fixture, bundle, keep: true);
        await AssertFailsAsync(fixture, FailureReason.AttestationUnreadable);
        ImmutableArray<string> told = (await VerifyAsync(fixture)).Subjects[2].PassedOver;
        Assert.Contains(told, one =>
            one.Contains("1 entry", StringComparison.Ordinal) && one.Contains("larger than", StringComparison.Ordinal)
        );
        Assert.Contains(told, one => one.Contains("more than 67108864 bytes of statements", StringComparison.Ordinal));
    }

    /// <summary>RIGHT is what the digest of that algorithm is, WRONG is another one.</summary>
    [Theory]
    [InlineData("\"sha256\":\"RIGHT\"", true)]
    [InlineData("\"sha512\":\"RIGHT\"", true)]
    [InlineData("\"sha256\":\"RIGHT\",\"sha512\":\"RIGHT\"", true)]
    [InlineData("\"sha384\":\"RIGHT\",\"sha256\":\"RIGHT\"", true)]
    [InlineData("\"sha256\":\"RIGHT\",\"sha512\":\"WRONG\"", false)]
    [InlineData("\"sha512\":\"WRONG\",\"sha256\":\"RIGHT\"", false)]
    [InlineData("\"sha256\":\"WRONG\",\"sha512\":\"RIGHT\"", false)]
    [InlineData("\"sha256\":\"RIGHT\",\"sha384\":\"WRONG\"", false)]
    [InlineData("\"sha256\":\"RIGHT\",\"sha1\":\"00\"", false)]
    [InlineData("\"sha256\":\"RIGHT\",\"SHA512\":\"RIGHT\"", false)]
    [InlineData("\"sha256\":\"RIGHT\",\"gitCommit\":\"00\"", false)]
    [InlineData("\"sha256\":\"RIGHT\",\"sha512\":\"\"", false)]
    [InlineData("\"sha256\":\"UPPER\"", false)]
    public async Task A_subject_is_the_image_by_every_digest_that_it_gives(string digests, bool holds)
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        byte[] manifest = File.ReadAllBytes(SignedImageFixture.BlobPath(fixture.Image, fixture.Arm64.Digest));
        string filled = System.Text.RegularExpressions.Regex.Replace(digests, "\"(sha[0-9]+|SHA512)\":\"(RIGHT|WRONG|UPPER)\"", match =>
        {
            byte[] content = match.Groups[2].Value == "WRONG" ? [1] : manifest;
            string hex = Convert.ToHexStringLower(
                match.Groups[1].Value.ToUpperInvariant() switch
                {
                    "SHA256" => System.Security.Cryptography.SHA256.HashData(content),
                    "SHA384" => System.Security.Cryptography.SHA384.HashData(content),
                    _ => System.Security.Cryptography.SHA512.HashData(content),
                }
            );
            return $"\"{match.Groups[1].Value}\":\"{(match.Groups[2].Value == "UPPER" ? hex.ToUpperInvariant() : hex)}\"";
        });
        string statement = Said(Subject(fixture, filled));
        await PutAsync(
            fixture,
            await DsseEnvelope.SignAsync(DsseEnvelope.InToto, Encoding.UTF8.GetBytes(statement), fixture.Signer, default)
        );
        if (holds)
            Assert.True((await VerifyAsync(fixture)).Passed);
        else
            await AssertFailsAsync(fixture, FailureReason.AttestationSubjectMismatch);
    }

    [Fact]
    public async Task A_sound_subject_beside_one_that_disagrees_does_not_help()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        string sound = $"\"sha256\":\"{fixture.Arm64.Digest.Hex}\"";
        string statement = Said($"{Subject(fixture, sound)},{Subject(fixture, $"{sound},\"sha512\":\"{new string('0', 128)}\"")}");
        await PutAsync(
            fixture,
            await DsseEnvelope.SignAsync(DsseEnvelope.InToto, Encoding.UTF8.GetBytes(statement), fixture.Signer, default)
        );
        await AssertFailsAsync(fixture, FailureReason.AttestationSubjectMismatch);
    }

    [Theory]
    [InlineData("\"dsseEnvelope\":", "\"messageSignature\":{\"signature\":\"AAAA\"},\"dsseEnvelope\":", false)]
    [InlineData("\"dsseEnvelope\":", "\"messageSignature\":null,\"dsseEnvelope\":", true)]
    [InlineData("\"publicKey\":{", "\"x509CertificateChain\":{},\"publicKey\":{", false)]
    [InlineData("\"payload\":\"", "\"payload\":\" ", false)]
    [InlineData("\"payload\":\"", "\"payload\":\"\\n", false)]
    [InlineData("\"sig\":\"", "\"sig\":\"\\t", false)]
    [InlineData("=\",\"payloadType\"", "\",\"payloadType\"", false)]
    public async Task A_bundle_has_one_content_and_its_bytes_one_text(string from, string to, bool holds)
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        // A predicate of such a length that the payload is padded by one sign.
        Statement wanted = Wanted(fixture);
        while (wanted.ToBytes().Length % 3 != 2)
            wanted = wanted with { Predicate = (byte[])[.. wanted.Predicate[..^1].Span, (byte)' ', (byte)'}'] };
        string bundle = Encoding.UTF8.GetString(SigstoreBundle.For(await SignAsync(fixture, wanted), fixture.Signer.Key).ToBytes());
        Assert.Contains(from, bundle, StringComparison.Ordinal);
        await PutAsync(fixture, Encoding.UTF8.GetBytes(bundle.Replace(from, to, StringComparison.Ordinal)));
        if (holds)
            Assert.True((await VerifyAsync(fixture)).Passed);
        else
            await AssertFailsAsync(fixture, FailureReason.AttestationUnreadable);
    }

    [Fact]
    public async Task More_subjects_than_an_image_has_manifests_are_no_statement()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        StatementSubject subject = Wanted(fixture).Subjects[0];
        await PutAsync(fixture, await SignAsync(fixture, Wanted(fixture) with { Subjects = [.. Enumerable.Repeat(subject, 1024)] }));
        Assert.True((await VerifyAsync(fixture)).Passed);
        await PutAsync(fixture, await SignAsync(fixture, Wanted(fixture) with { Subjects = [.. Enumerable.Repeat(subject, 1025)] }));
        await AssertFailsAsync(fixture, FailureReason.StatementMalformed);
    }

    private static string Said(string subjects) =>
        $"{{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{subjects}],\"predicateType\":\"{Type}\",\"predicate\":{{\"about\":\"all\"}}}}";

    private static string Subject(SignedImageFixture fixture, string digests) =>
        $"{{\"name\":\"{fixture.Official.Name}\",\"digest\":{{{digests}}}}}";

    private static Statement Wanted(SignedImageFixture fixture) =>
        new([new StatementSubject(fixture.Official.Name, fixture.Arm64.Digest)], Type, "{\"about\":\"all\"}"u8.ToArray());

    private static Task<DsseEnvelope> SignAsync(SignedImageFixture fixture, Statement statement, KeyedSigner? signer = null) =>
        DsseEnvelope.SignAsync(DsseEnvelope.InToto, statement.ToBytes(), signer ?? fixture.Signer, default);

    private static Task<Descriptor> PutAsync(SignedImageFixture fixture, DsseEnvelope envelope, Descriptor? about = null) =>
        PutAsync(fixture, SigstoreBundle.For(envelope, fixture.Signer.Key).ToBytes(), about);

    /// <summary>Makes this the one bundle about the image for arm64, and takes its attestations away.</summary>
    private static async Task<Descriptor> PutAsync(SignedImageFixture fixture, byte[] bundle, Descriptor? about = null, bool keep = false)
    {
        if (!keep)
            Keep(fixture, entry => !IsAboutArm64(fixture, entry));
        await fixture.Store.Layout.AddBlobAsync(MediaType.Empty, BundleManifest.Config);
        Descriptor stored = await fixture.Store.Layout.AddBlobAsync(MediaType.SigstoreBundle, bundle);
        Descriptor manifest = await fixture.Store.Layout.AddManifestAsync(BundleManifest.For(about ?? fixture.Arm64, bundle, Type));
        fixture.Store.Layout.WriteIndex(
            new Index([.. fixture.Store.Layout.ReadIndex().Manifests, manifest with { ArtifactType = MediaType.SigstoreBundle }])
        );
        return stored;
    }

    private static void Keep(SignedImageFixture fixture, Func<Descriptor, bool> wanted) =>
        fixture.Store.Layout.WriteIndex(new Index([.. fixture.Store.Layout.ReadIndex().Manifests.Where(wanted)]));

    private static bool IsAboutArm64(SignedImageFixture fixture, Descriptor entry) =>
        entry.Annotations.GetValueOrDefault(OciLayout.RefName) == AttestationLayer.TagOf(fixture.Arm64.Digest)
        || fixture.Store.Layout.ReferrersAsync(fixture.Arm64.Digest, null, default).Result.Any(referrer => referrer.Digest == entry.Digest);

    private static Task<VerificationResult> VerifyAsync(SignedImageFixture fixture) =>
        fixture.VerifyAsync(VerificationPolicy.RequireKey(fixture.Signer.Key).WithAttestations(Type));

    private static async Task AssertFailsAsync(SignedImageFixture fixture, FailureReason reason)
    {
        SubjectVerdict failure = Assert.Single((await VerifyAsync(fixture)).Failures);
        Assert.Equal((reason, fixture.Arm64.Digest), (failure.Failure, failure.Digest));
        Assert.NotEmpty(failure.Text);
        Assert.True((await fixture.VerifyAsync()).Passed);
    }
}
