using System.Collections.Immutable;
using Slipway.Http;
using Slipway.Oci;
using Slipway.StandIns;

namespace Slipway.Trust.Tests;

/// <summary>Keyless signatures of images, verified with the trusted root alone.</summary>
[Collection(nameof(KeylessCases))]
public sealed class KeylessVerificationTests : KeylessCases
{
    [Fact]
    public async Task Nothing_but_the_trusted_root_is_needed_to_verify()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        TrustStore store = TrustStore.Create(fixture.At("keyless"));
        await store.SignAsync(fixture.Signed, fixture.Statements, await SignerAsync(), default);
        int asked = Cosign.Calls.Count;
        Assert.True((await VerifyAsync(fixture, store, Identity())).Passed);
        Assert.Equal(asked, Cosign.Calls.Count);
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

    [Fact]
    public async Task What_is_signed_by_another_identity_issuer_or_instance_is_somebody_elses()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        TrustStore store = TrustStore.Create(fixture.At("keyless"));
        await store.SignAsync(fixture.Signed, [], await SignerAsync(), default);
        CertificateIdentity identity = Identity();
        foreach (
            CertificateIdentity other in (CertificateIdentity[])
                [
                    identity with
                    {
                        Subject = identity.Subject + "x",
                    },
                    identity with
                    {
                        Issuer = identity.Issuer + ".example",
                    },
                    Identity(new SigstoreInstance { TrustedRoot = Cosign.TiledRoot }),
                    Identity(new SigstoreInstance()),
                ]
        )
            Assert.All((await VerifyAsync(fixture, store, other)).Subjects, subject =>
                Assert.Equal(FailureReason.SignedByOtherKey, subject.Failure)
            );
        Assert.True((await VerifyAsync(fixture, store, identity)).Passed);
    }

    [Fact]
    public async Task A_trusted_root_that_cannot_be_fetched_is_no_verdict()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        TrustStore store = TrustStore.Create(fixture.At("keyless"));
        await store.SignAsync(fixture.Signed, [], await SignerAsync(), default);
        RemoteException outage = new(RemoteFault.TryAgain, "nobody answers");
        CertificateIdentity identity = Identity(new SigstoreInstance { ReadPublicRoot = _ => throw outage });
        Assert.Same(outage, await Assert.ThrowsAsync<RemoteException>(() => VerifyAsync(fixture, store, identity)));
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
    public async Task A_trusted_root_that_is_none_is_wrong_configuration_and_no_verdict(string how)
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
        CertificateIdentity identity = Identity(new SigstoreInstance { TrustedRoot = path });
        SigningKeyException e = await Assert.ThrowsAsync<SigningKeyException>(() => VerifyAsync(fixture, store, identity));
        Assert.Contains($"--trusted-root {path}", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Junk_beside_it_hides_no_good_signature(bool tagForm)
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
        CertificateIdentity identity = Identity();
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
    }
}
