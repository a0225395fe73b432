using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Http;
using Slipway.Oci;
using Slipway.StandIns;

namespace Slipway.Trust.Tests;

/// <summary>What cosign is asked about keyless signatures, and what becomes of its answers.</summary>
[Collection(nameof(KeylessCases))]
public sealed class KeylessVerificationTests : KeylessCases
{
    [Fact]
    public async Task What_cosign_verifies_is_asked_with_identity_issuer_and_kind()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        TrustStore store = TrustStore.Create(fixture.At("keyless"));
        KeylessSigner signer = await SignerAsync(new SigstoreInstance { TrustedRoot = Cosign.Root });
        await store.SignAsync(fixture.Signed, fixture.Statements, signer, default);
        string said =
            $"--new-bundle-format=true --certificate-identity {RecordingCosign.Subject} "
            + $"--certificate-oidc-issuer {RecordingCosign.Issuer} --trusted-root /";
        Assert.Contains(Cosign.Calls, asked =>
            asked.StartsWith("verify-blob --bundle ", StringComparison.Ordinal) && asked.Contains(said, StringComparison.Ordinal)
        );
        Assert.Contains(Cosign.Calls, asked =>
            asked.StartsWith("verify-blob-attestation --bundle ", StringComparison.Ordinal)
            && asked.Contains(said, StringComparison.Ordinal)
            && asked.Contains($"/root --type {Statement.SpdxType} ", StringComparison.Ordinal)
        );
        Assert.DoesNotContain(Cosign.Calls, asked => asked.StartsWith("initialize", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_signed_with_a_key_is_not_by_an_identity_nor_the_other_way_round()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        TrustStore store = TrustStore.Create(fixture.At("keyless"));
        KeylessSigner signer = await SignerAsync();
        await store.SignAsync(fixture.Signed, fixture.Statements, signer, default);
        Assert.All((await VerifyAsync(fixture, fixture.Store, signer.Trusted)).Failures, failure =>
            Assert.Equal(FailureReason.SignedByOtherKey, failure.Failure)
        );
        Assert.All((await VerifyAsync(fixture, store, fixture.Signer.Key)).Failures, failure =>
            Assert.Equal(FailureReason.SignedByOtherKey, failure.Failure)
        );
    }

    [Theory]
    [InlineData("echo 'error: none of the expected identities matched' >&2; exit 1", FailureReason.SignedByOtherKey)]
    [InlineData("exit 3", FailureReason.SignedByOtherKey)]
    [InlineData("echo 'none of the expected identities matched, got 503 Service Unavailable' >&2; exit 1", FailureReason.SignedByOtherKey)]
    [InlineData(
        "echo 'none matched, got dial tcp: no such host: context deadline exceeded [429] giving up after TLS handshake' >&2; exit 1",
        FailureReason.SignedByOtherKey
    )]
    public async Task What_cosign_denies_is_denied(string verifies, FailureReason reason)
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        TrustStore store = TrustStore.Create(fixture.At("keyless"));
        await store.SignAsync(fixture.Signed, [], await SignerAsync(), default);
        VerificationResult result = await VerifyAsync(fixture, store, Identity(await Cosign.OpenAsync(verifies: verifies)));
        Assert.All(result.Subjects, subject => Assert.Equal(reason, subject.Failure));
    }

    [Theory]
    [InlineData("exit 1")]
    [InlineData("echo 'whatever it says' >&2; exit 7")]
    public async Task A_trusted_root_that_cannot_be_fetched_is_no_verdict(string initializes)
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        TrustStore store = TrustStore.Create(fixture.At("keyless"));
        await store.SignAsync(fixture.Signed, [], await SignerAsync(), default);
        CertificateIdentity identity = Identity(await Cosign.OpenAsync(initializes: initializes));
        int asked = Cosign.Calls.Count;
        RemoteException e = await Assert.ThrowsAsync<RemoteException>(() => VerifyAsync(fixture, store, identity));
        Assert.Equal(RemoteFault.TryAgain, e.Fault);
        Assert.Equal(["initialize"], Cosign.Calls.Skip(asked));
    }

    [Theory]
    [InlineData("exit 0", "left no trusted_root.json")]
    [InlineData("mkdir -p \"$TUF_ROOT/targets\" && echo '{}' > \"$TUF_ROOT/targets/trusted_root.json\"", "is not a trusted root")]
    public async Task A_fetched_root_that_is_none_is_told_and_nothing_is_verified(string initializes, string problem)
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        TrustStore store = TrustStore.Create(fixture.At("keyless"));
        await store.SignAsync(fixture.Signed, [], await SignerAsync(), default);
        CertificateIdentity identity = Identity(await Cosign.OpenAsync(initializes: initializes));
        Assert.Contains(
            problem,
            (await Assert.ThrowsAsync<CosignException>(() => VerifyAsync(fixture, store, identity))).Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("gone")]
    [InlineData("empty")]
    [InlineData("cut short")]
    [InlineData("no authority")]
    [InlineData("no log")]
    [InlineData("damaged certificate")]
    [InlineData("of another kind")]
    [InlineData("device")]
    [InlineData("too large")]
    public async Task A_trusted_root_that_is_none_is_wrong_configuration_before_cosign_is_asked(string how)
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        TrustStore store = TrustStore.Create(fixture.At("keyless"));
        await store.SignAsync(fixture.Signed, [], await SignerAsync(), default);
        string sound = File.ReadAllText(Cosign.Root),
            path = how == "device" ? "/dev/zero" : fixture.At("root.json");
        string? text = how switch
        {
            "empty" => "",
            "cut short" => sound[..^20],
            "no authority" => sound.Replace("certificateAuthorities", "authorities", StringComparison.Ordinal),
            "no log" => sound.Replace("tlogs", "logs", StringComparison.Ordinal),
            "damaged certificate" => sound.Replace(
                "\"certificates\":[{\"rawBytes\":\"MII",
                "\"certificates\":[{\"rawBytes\":\"AAA",
                StringComparison.Ordinal
            ),
            "of another kind" => "{\"mediaType\":\"application/vnd.dev.sigstore.bundle.v0.3+json\"}",
            "too large" => sound + new string(' ', 1 << 20),
            _ => null,
        };
        if (text is not null)
            File.WriteAllText(path, text);
        int asked = Cosign.Calls.Count;
        CertificateIdentity identity = Identity(await Cosign.OpenAsync(), new SigstoreInstance { TrustedRoot = path });
        SigningKeyException e = await Assert.ThrowsAsync<SigningKeyException>(() => VerifyAsync(fixture, store, identity));
        Assert.Contains($"--trusted-root {path}", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Cosign.Calls.Skip(asked), line => line.StartsWith("verify", StringComparison.Ordinal));
    }

    /// <summary>cosign 2.5 repeats what a log entry calls itself: <c>invalid kind value: "dial tcp"</c>.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Junk_that_makes_cosign_talk_of_an_outage_hides_no_good_signature(bool tagForm)
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        TrustStore store = TrustStore.Create(fixture.At("keyless"));
        await store.SignAsync(fixture.Signed, fixture.Statements, await SignerAsync(), default);
        Oci.Index sound = store.Layout.ReadIndex();
        ImmutableArray<Descriptor> junk =
        [
            await JunkClaimAsync(fixture, store),
            await JunkBundleAsync(fixture, store, Statement.SignType),
            await JunkBundleAsync(fixture, store, Statement.SpdxType),
        ];
        string tag = SignatureManifest.TagOf(fixture.Root.Digest);
        store.Layout.WriteIndex(
            new Oci.Index([.. junk, .. sound.Manifests.Where(entry => entry.Annotations.GetValueOrDefault(OciLayout.RefName) != tag)])
        );
        CertificateIdentity identity = Identity(
            await Cosign.OpenAsync(
                verifies: "if grep -q -e AAAAAAAA \"$out\"; then echo 'invalid kind value: \"dial tcp\"' >&2; exit 1; fi"
            )
        );
        VerificationPolicy policy = VerificationPolicy.Require(identity).WithAttestations(Statement.ProvenanceType);
        Assert.True((await fixture.VerifyAsync(tagForm ? policy.WithTagForm() : policy, signatures: store.Layout)).Passed);

        store.Layout.WriteIndex(new Oci.Index([junk[1]]));
        Assert.Equal(FailureReason.SignedByOtherKey, (await VerifyAsync(fixture, store, identity)).Subjects[0].Failure);
    }

    /// <summary>A tag with a claim that nobody signed before the good one.</summary>
    private static async Task<Descriptor> JunkClaimAsync(SignedImageFixture fixture, TrustStore store)
    {
        string tag = SignatureManifest.TagOf(fixture.Root.Digest);
        Descriptor good = (await LayersAsync(store, tag)).Single();
        Descriptor junk = good with { Annotations = good.Annotations.SetItem(SignatureManifest.SignatureKey, "AAAAAAAA") };
        return await store.Layout.AddManifestAsync(new SignatureManifest([junk, good]).Content) with
        {
            Annotations = Descriptor.NoAnnotations.Add(OciLayout.RefName, tag),
        };
    }

    private static async Task<Descriptor> JunkBundleAsync(SignedImageFixture fixture, TrustStore store, string type)
    {
        Statement claim = new([new StatementSubject(fixture.Official.Name, fixture.Root.Digest)], type, "{}"u8.ToArray());
        SigstoreBundle bundle = new(
            new DsseEnvelope(DsseEnvelope.InToto, claim.ToBytes(), [new byte[6]]),
            """{"certificate":{"rawBytes":"MAA="}}"""u8.ToArray()
        );
        await store.Layout.AddBlobAsync(MediaType.Empty, BundleManifest.Config, default);
        await store.Layout.AddBlobAsync(MediaType.SigstoreBundle, bundle.ToBytes(), default);
        return await store.Layout.AddManifestAsync(BundleManifest.For(fixture.Root, bundle.ToBytes(), type)) with
        {
            ArtifactType = MediaType.SigstoreBundle,
        };
    }

    [Theory]
    [InlineData("dev.sigstore.cosign/certificate", "no certificate")]
    [InlineData("dev.sigstore.cosign/bundle", "{}")]
    [InlineData(
        "dev.sigstore.cosign/bundle",
        """{"SignedEntryTimestamp":"AwQ=","Payload":{"body":"e30=","integratedTime":1,"logIndex":1,"logID":"0102"}}"""
    )]
    [InlineData(
        "dev.sigstore.cosign/bundle",
        """{"SignedEntryTimestamp":"AwQ=","Payload":{"body":"eyJraW5kIjoiZHNzZSIsImFwaVZlcnNpb24iOiIwLjAuMSJ9","integratedTime":1,"logIndex":1,"logID":"x"}}"""
    )]
    public async Task A_malformed_proof_in_an_annotation_is_told(string annotation, string value)
    {
        KeylessSigner signer = await SignerAsync();
        Descriptor layer = (await signer.SignClaimAsync("{}"u8.ToArray(), default))!;
        await Assert.ThrowsAsync<ContentException>(() =>
            signer.Trusted.SignedAsync(
                StoredSignature.Of(layer with { Annotations = layer.Annotations.SetItem(annotation, value) }, "{}"u8.ToArray()),
                default
            )
        );
        Assert.True(await signer.Trusted.SignedAsync(StoredSignature.Of(layer, "{}"u8.ToArray()), default));
        using JsonDocument bundle = JsonDocument.Parse(Cosign.Verified);
        Assert.Equal("application/vnd.dev.sigstore.bundle+json;version=0.1", bundle.RootElement.GetProperty("mediaType").GetString());
    }
}
