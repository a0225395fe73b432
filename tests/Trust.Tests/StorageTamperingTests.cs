using System.Collections.Immutable;
using Slipway.Oci;
using static Slipway.Trust.Tests.StoredForms;
using Index = Slipway.Oci.Index;

namespace Slipway.Trust.Tests;

/// <summary>
/// What whoever keeps the signatures can do without any key. Each starts from an image that passes with one form of its signatures
/// and statements alone, changes one thing of what is stored, and asserts the exact reason.
/// </summary>
public sealed class StorageTamperingTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("signature", FailureReason.SignatureMissing, FailureReason.ChildUnsigned)]
    [InlineData("provenance", FailureReason.AttestationMissing, FailureReason.AttestationMissing)]
    public async Task An_entry_of_the_list_of_referrers_removed(string what, FailureReason ofRoot, FailureReason ofChild)
    {
        foreach (bool child in (bool[])[false, true])
        {
            using SignedImageFixture fixture = await BundlesAloneAsync();
            Descriptor subject = child ? fixture.Arm64 : fixture.Root;
            Keep(fixture, entry => !IsBundle(fixture, entry, subject, TypeOf(what)));
            await AssertFailsAsync(fixture, subject, child ? ofChild : ofRoot);
        }
    }

    [Theory]
    [InlineData("signature", FailureReason.SignatureUnreadable)]
    [InlineData("provenance", FailureReason.AttestationUnreadable)]
    public async Task An_entry_that_the_list_gives_to_another_subject(string what, FailureReason reason)
    {
        using SignedImageFixture fixture = await BundlesAloneAsync();
        Descriptor another = Bundle(fixture, fixture.Amd64, TypeOf(what));
        Lists lists = new(fixture.Store.Layout, fixture.Arm64.Digest, listed =>
            [.. listed.Where(entry => !IsBundle(fixture, entry, fixture.Arm64, TypeOf(what))), another]
        );
        await AssertFailsAsync(fixture, fixture.Arm64, reason, lists);
    }

    [Theory]
    [InlineData("signature", FailureReason.PayloadDigestMismatch)]
    [InlineData("SBOM", FailureReason.AttestationSubjectMismatch)]
    public async Task Another_manifests_bundle_under_a_forged_subject(string what, FailureReason reason)
    {
        using SignedImageFixture fixture = await BundlesAloneAsync();
        await PutBundleAsync(fixture, fixture.Arm64, TypeOf(what), BundleBytes(fixture, fixture.Amd64, TypeOf(what)));
        await AssertFailsAsync(fixture, fixture.Arm64, reason);
    }

    [Theory]
    [InlineData("signature", FailureReason.SignatureMissing)]
    [InlineData("provenance", FailureReason.AttestationMissing)]
    public async Task A_bundle_that_the_list_says_is_of_another_kind_is_not_opened(string what, FailureReason reason)
    {
        using SignedImageFixture fixture = await BundlesAloneAsync();
        Dictionary<string, string> kind = new() { ["dev.sigstore.bundle.predicateType"] = "https://example.org/other" };
        Lists lists = new(fixture.Store.Layout, fixture.Root.Digest, listed =>
            [
                .. listed.Select(entry =>
                    IsBundle(fixture, entry, fixture.Root, TypeOf(what))
                        ? entry with
                        {
                            Annotations = kind.ToImmutableSortedDictionary(StringComparer.Ordinal),
                        }
                        : entry
                ),
            ]
        );
        await AssertFailsAsync(fixture, fixture.Root, reason, lists);
    }

    [Theory]
    [InlineData(true, true, FailureReason.SignatureUnreadable)]
    [InlineData(true, false, FailureReason.SignatureUnreadable)]
    [InlineData(false, true, FailureReason.SignatureMissing)]
    [InlineData(false, false, FailureReason.SignatureMissing)]
    public async Task A_stored_bundle_or_its_manifest_cut_short_or_gone(bool blob, bool cut, FailureReason reason)
    {
        using SignedImageFixture fixture = await BundlesAloneAsync();
        Descriptor manifest = Bundle(fixture, fixture.Root, Statement.SignType);
        Spoil(fixture, blob ? BlobOf(fixture, manifest, fixture.Root) : manifest.Digest, cut);
        await AssertFailsAsync(fixture, fixture.Root, reason);
    }

    [Fact]
    public async Task A_referrer_that_a_registry_lists_and_lacks()
    {
        using SignedImageFixture fixture = await BundlesAloneAsync();
        Descriptor gone = new(MediaType.Manifest, Digest.Of("gone"u8), 4) { ArtifactType = MediaType.SigstoreBundle };
        await AssertFailsAsync(
            fixture,
            fixture.Root,
            FailureReason.SignatureUnreadable,
            new Lists(fixture.Store.Layout, fixture.Root.Digest, _ => [gone])
        );
    }

    [Fact]
    public async Task A_list_of_referrers_without_end()
    {
        using SignedImageFixture fixture = await BundlesAloneAsync();
        Lists lists = new(fixture.Store.Layout, fixture.Root.Digest, listed =>
            [
                .. listed,
                .. Enumerable
                    .Range(0, 256)
                    .Select(i => new Descriptor(MediaType.Manifest, Digest.Of([(byte)i]), 1) { ArtifactType = MediaType.SigstoreBundle }),
            ]
        );
        SubjectVerdict verdict = (await VerifyAsync(fixture, lists, null)).Subjects[0];
        Assert.True(verdict.Passed);
        Assert.Contains("passed over: more than 256 bundles of a kind", Assert.Single(verdict.PassedOver), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("quay.io/poseidon/flannel-cni")]
    [InlineData("docker.io/psdn/kubelet")]
    public async Task Another_images_signature_as_a_bundle(string repository)
    {
        using SignedImageFixture fixture = await BundlesAloneAsync();
        Statement signed = new([new StatementSubject(repository, fixture.Root.Digest)], Statement.SignType, "{}"u8.ToArray());
        await PutBundleAsync(
            fixture,
            fixture.Root,
            Statement.SignType,
            SigstoreBundle
                .For(await DsseEnvelope.SignAsync(DsseEnvelope.InToto, signed.ToBytes(), fixture.Signer, Stop), fixture.Signer.Key)
                .ToBytes()
        );
        await AssertFailsAsync(fixture, fixture.Root, FailureReason.ReferenceMismatch);
    }

    [Fact]
    public async Task A_signature_bundle_by_another_key()
    {
        using SignedImageFixture fixture = await BundlesAloneAsync();
        using KeySigner other = KeySigner.CreateThrowAway();
        Statement signed = new([new StatementSubject(fixture.Official.Name, fixture.Root.Digest)], Statement.SignType, "{}"u8.ToArray());
        await PutBundleAsync(
            fixture,
            fixture.Root,
            Statement.SignType,
            SigstoreBundle
                .For(await DsseEnvelope.SignAsync(DsseEnvelope.InToto, signed.ToBytes(), other, Stop), fixture.Signer.Key)
                .ToBytes()
        );
        await AssertFailsAsync(fixture, fixture.Root, FailureReason.SignedByOtherKey);
    }

    [Fact]
    public async Task The_provenance_of_an_older_release_is_replayed_in_either_form()
    {
        using SignedImageFixture older = await SignedImageFixture.CreateAsync(),
            fixture = await BundlesAloneAsync();
        Descriptor child = await older.AddImageAsync(Platform.LinuxArm64, manifest =>
            manifest with
            {
                Annotations = Descriptor.NoAnnotations.Add("release", "older"),
            }
        );
        await older.SetRootAsync(new Index([child]));
        await older.Store.SignAsync(
            older.Signed,
            [new WantedStatement([older.Root.Digest, child.Digest], Statement.ProvenanceType, "{\"about\":\"older\"}"u8.ToArray())],
            fixture.Signer,
            Stop
        );
        byte[] bundle = BundleBytes(older, child, Statement.ProvenanceType);

        await PutBundleAsync(fixture, fixture.Arm64, Statement.ProvenanceType, bundle);
        await AssertFailsAsync(fixture, fixture.Arm64, FailureReason.AttestationSubjectMismatch);
        using SignedImageFixture tagged = await TagsAloneAsync(fixture.Signer);
        byte[] envelope = SigstoreBundle.Parse(bundle).Envelope.ToBytes();
        await PutAttestationsAsync(
            tagged,
            tagged.Arm64,
            [
                await tagged.Store.Layout.AddBlobAsync(MediaType.DsseEnvelope, envelope),
                .. (await AttestationsAsync(tagged, tagged.Arm64)).Where(layer =>
                    !layer.Annotations.ContainsValue(Statement.ProvenanceType)
                ),
            ]
        );
        await AssertFailsAsync(tagged, tagged.Arm64, FailureReason.AttestationSubjectMismatch, signer: fixture.Signer);
    }
}
