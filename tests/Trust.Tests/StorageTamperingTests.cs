using System.Collections.Immutable;
using Slipway.Oci;
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

    [Theory]
    [InlineData(".sig", FailureReason.ChildUnsigned)]
    [InlineData(".att", FailureReason.AttestationMissing)]
    public async Task A_tag_removed(string tag, FailureReason reason)
    {
        using SignedImageFixture fixture = await TagsAloneAsync();
        Keep(fixture, entry => TagOf(entry) != TagOf(fixture.Arm64, tag));
        await AssertFailsAsync(fixture, fixture.Arm64, reason);
    }

    [Theory]
    [InlineData(".sig", "amd64.sig", FailureReason.PayloadDigestMismatch)]
    [InlineData(".sig", "arm64.att", FailureReason.ChildUnsigned)]
    [InlineData(".att", "arm64.sig", FailureReason.AttestationMissing)]
    [InlineData(".att", "root.att", FailureReason.AttestationSubjectMismatch)]
    public async Task A_tag_that_points_elsewhere(string tag, string elsewhere, FailureReason reason)
    {
        using SignedImageFixture fixture = await TagsAloneAsync();
        Descriptor subject = elsewhere[..4] switch
        {
            "amd6" => fixture.Amd64,
            "arm6" => fixture.Arm64,
            _ => fixture.Root,
        };
        Descriptor other = fixture.Store.Layout.ReadIndex().Manifests.Single(entry => TagOf(entry) == TagOf(subject, elsewhere[^4..]));
        Move(fixture, TagOf(fixture.Arm64, tag), other);
        await AssertFailsAsync(fixture, fixture.Arm64, reason);
    }

    [Theory]
    [InlineData(".sig", FailureReason.SignatureUnreadable)]
    [InlineData(".att", FailureReason.AttestationUnreadable)]
    public async Task Two_entries_of_one_tag(string tag, FailureReason reason)
    {
        using SignedImageFixture fixture = await TagsAloneAsync();
        Index index = fixture.Store.Layout.ReadIndex();
        Descriptor other = index.Manifests.Single(entry => TagOf(entry) == TagOf(fixture.Amd64, tag));
        fixture.Store.Layout.WriteIndex(
            index with
            {
                Manifests =
                [
                    .. index.Manifests,
                    other with
                    {
                        Annotations = Descriptor.NoAnnotations.Add(OciLayout.RefName, TagOf(fixture.Arm64, tag)),
                    },
                ],
            }
        );
        await AssertFailsAsync(fixture, fixture.Arm64, reason);
    }

    [Theory]
    [InlineData(".sig", true, true, FailureReason.SignatureUnreadable)]
    [InlineData(".sig", true, false, FailureReason.SignatureUnreadable)]
    [InlineData(".sig", false, true, FailureReason.SignatureUnreadable)]
    [InlineData(".att", true, true, FailureReason.AttestationUnreadable)]
    [InlineData(".att", true, false, FailureReason.AttestationUnreadable)]
    [InlineData(".att", false, true, FailureReason.AttestationUnreadable)]
    [InlineData(".att", false, false, FailureReason.AttestationUnreadable)]
    public async Task What_a_tag_leads_to_cut_short_or_gone(string tag, bool blob, bool cut, FailureReason reason)
    {
        using SignedImageFixture fixture = await TagsAloneAsync();
        Descriptor manifest = fixture.Store.Layout.ReadIndex().Manifests.Single(entry => TagOf(entry) == TagOf(fixture.Arm64, tag));
        IEnumerable<Digest> spoilt = blob
            ? Manifest
                .Parse(File.ReadAllBytes(SignedImageFixture.BlobPath(fixture.Store.Layout, manifest.Digest)))
                .Layers.Where(layer => tag == ".sig" || layer.Annotations.ContainsValue(Statement.SpdxType))
                .Select(layer => layer.Digest)
            : [manifest.Digest];
        foreach (Digest digest in spoilt)
            Spoil(fixture, digest, cut);
        await AssertFailsAsync(fixture, fixture.Arm64, reason);
    }

    [Fact]
    public async Task An_index_in_the_place_of_attestations_and_attestations_without_end()
    {
        using SignedImageFixture fixture = await TagsAloneAsync();
        ImmutableArray<Descriptor> layers = await AttestationsAsync(fixture, fixture.Arm64);
        await PutAttestationsAsync(fixture, fixture.Arm64, [.. layers, .. Enumerable.Repeat(layers[0], 257)]);
        SubjectVerdict verdict = (await VerifyAsync(fixture, fixture.Store.Layout, null)).Subjects[2];
        Assert.True(verdict.Passed);
        Assert.Contains("passed over: more than 256 of", Assert.Single(verdict.PassedOver), StringComparison.Ordinal);
        await PutAttestationsAsync(fixture, fixture.Arm64, [.. Enumerable.Repeat(layers[0], 256), .. layers]);
        await AssertFailsAsync(fixture, fixture.Arm64, FailureReason.AttestationMissing);
        Move(fixture, TagOf(fixture.Arm64, ".att"), await fixture.Store.Layout.AddBlobAsync(MediaType.Index, new Index([]).ToBytes()));
        await AssertFailsAsync(fixture, fixture.Arm64, FailureReason.AttestationUnreadable);
    }

    private static VerificationPolicy Policy(KeySigner signer) =>
        VerificationPolicy.RequireKey(signer.Key).WithAttestations(Statement.SpdxType, Statement.ProvenanceType);

    private static Task<SignedImageFixture> BundlesAloneAsync() => AloneAsync(entry => entry.ArtifactType is not null, null);

    private static Task<SignedImageFixture> TagsAloneAsync(KeySigner? signer = null) =>
        AloneAsync(entry => entry.ArtifactType is null, signer);

    private static async Task<SignedImageFixture> AloneAsync(Func<Descriptor, bool> form, KeySigner? signer)
    {
        SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        await fixture.Store.SignAsync(
            fixture.Signed,
            [.. fixture.Statements, new WantedStatement([fixture.Root.Digest], Statement.SpdxType, "{\"about\":\"root\"}"u8.ToArray())],
            signer ?? fixture.Signer,
            Stop
        );
        Keep(fixture, form);
        Assert.True((await VerifyAsync(fixture, fixture.Store.Layout, signer)).Passed);
        return fixture;
    }

    private static Task<VerificationResult> VerifyAsync(SignedImageFixture fixture, IContentReader signatures, KeySigner? signer) =>
        new Verifier(Policy(signer ?? fixture.Signer)).VerifyAsync(
            new VerificationRequest
            {
                Content = fixture.Image,
                Signatures = signatures,
                Wanted = SignedImageFixture.Tag,
                Official = fixture.Official,
            },
            Stop
        );

    private static async Task AssertFailsAsync(
        SignedImageFixture fixture,
        Descriptor subject,
        FailureReason reason,
        IContentReader? signatures = null,
        KeySigner? signer = null
    )
    {
        SubjectVerdict failure = Assert.Single((await VerifyAsync(fixture, signatures ?? fixture.Store.Layout, signer)).Failures);
        Assert.Equal((reason, subject.Digest), (failure.Failure, failure.Digest));
        Assert.NotEmpty(failure.Text);
    }

    private static string TypeOf(string what) =>
        what switch
        {
            "signature" => Statement.SignType,
            "SBOM" => Statement.SpdxType,
            _ => Statement.ProvenanceType,
        };

    private static void Keep(SignedImageFixture fixture, Func<Descriptor, bool> wanted) =>
        fixture.Store.Layout.WriteIndex(new Index([.. fixture.Store.Layout.ReadIndex().Manifests.Where(wanted)]));

    private static void Move(SignedImageFixture fixture, string tag, Descriptor to) =>
        fixture.Store.Layout.WriteIndex(
            new Index([
                .. fixture.Store.Layout.ReadIndex().Manifests.Where(entry => TagOf(entry) != tag),
                to with
                {
                    Annotations = Descriptor.NoAnnotations.Add(OciLayout.RefName, tag),
                },
            ])
        );

    private static string? TagOf(Descriptor entry) => entry.Annotations.GetValueOrDefault(OciLayout.RefName);

    private static string TagOf(Descriptor subject, string kind) => $"sha256-{subject.Digest.Hex}{kind}";

    private static Descriptor Bundle(SignedImageFixture fixture, Descriptor subject, string type) =>
        fixture
            .Store.Layout.ReadIndex()
            .Manifests.Single(entry => entry.ArtifactType is not null && IsBundle(fixture, entry, subject, type));

    private static bool IsBundle(SignedImageFixture fixture, Descriptor entry, Descriptor subject, string type)
    {
        Manifest manifest = Manifest.Parse(File.ReadAllBytes(SignedImageFixture.BlobPath(fixture.Store.Layout, entry.Digest)));
        return manifest.Subject?.Digest == subject.Digest && manifest.Annotations.ContainsValue(type);
    }

    private static Digest BlobOf(SignedImageFixture fixture, Descriptor manifest, Descriptor subject) =>
        BundleManifest
            .BundleOf(
                new ManifestContent(
                    MediaType.Manifest,
                    File.ReadAllBytes(SignedImageFixture.BlobPath(fixture.Store.Layout, manifest.Digest))
                ),
                subject.Digest
            )
            .Digest;

    private static byte[] BundleBytes(SignedImageFixture fixture, Descriptor subject, string type) =>
        File.ReadAllBytes(SignedImageFixture.BlobPath(fixture.Store.Layout, BlobOf(fixture, Bundle(fixture, subject, type), subject)));

    /// <summary>Makes this the one bundle of its kind about a subject.</summary>
    private static async Task PutBundleAsync(SignedImageFixture fixture, Descriptor subject, string type, byte[] bundle)
    {
        Keep(fixture, entry => !IsBundle(fixture, entry, subject, type));
        await fixture.Store.Layout.AddBlobAsync(MediaType.Empty, BundleManifest.Config);
        await fixture.Store.Layout.AddBlobAsync(MediaType.SigstoreBundle, bundle);
        Descriptor manifest = await fixture.Store.Layout.AddManifestAsync(BundleManifest.For(subject, bundle, type));
        fixture.Store.Layout.WriteIndex(
            new Index([.. fixture.Store.Layout.ReadIndex().Manifests, manifest with { ArtifactType = MediaType.SigstoreBundle }])
        );
    }

    private static async Task<ImmutableArray<Descriptor>> AttestationsAsync(SignedImageFixture fixture, Descriptor subject)
    {
        Descriptor? stored = await fixture.Store.Layout.ResolveAsync(TagOf(subject, ".att"), Stop);
        return Manifest.Parse((await fixture.Store.Layout.ReadManifestAsync(stored!.Digest, Stop))!.Bytes).Layers;
    }

    private static async Task PutAttestationsAsync(SignedImageFixture fixture, Descriptor subject, ImmutableArray<Descriptor> layers)
    {
        SignatureManifest manifest = new(layers);
        await fixture.Store.Layout.AddBlobAsync(MediaType.Config, manifest.Config);
        Move(fixture, TagOf(subject, ".att"), await fixture.Store.Layout.AddManifestAsync(manifest.Content));
    }

    private static void Spoil(SignedImageFixture fixture, Digest digest, bool cut)
    {
        string path = SignedImageFixture.BlobPath(fixture.Store.Layout, digest);
        byte[] bytes = File.ReadAllBytes(path);
        File.Delete(path);
        if (cut)
            File.WriteAllBytes(path, bytes[..^10]);
    }

    /// <summary>A registry that lists other referrers of one manifest than it has.</summary>
    private sealed class Lists(IContentReader inner, Digest about, Func<ImmutableArray<Descriptor>, ImmutableArray<Descriptor>> change)
        : IContentReader
    {
        public string Name => inner.Name;

        public Task<Descriptor?> ResolveAsync(string tag, CancellationToken cancellationToken) =>
            inner.ResolveAsync(tag, cancellationToken);

        public Task<ManifestContent?> ReadManifestAsync(Digest digest, CancellationToken cancellationToken) =>
            inner.ReadManifestAsync(digest, cancellationToken);

        public Task<Stream?> OpenBlobAsync(Descriptor descriptor, CancellationToken cancellationToken) =>
            inner.OpenBlobAsync(descriptor, cancellationToken);

        public async Task<ImmutableArray<Descriptor>> ReferrersAsync(
            Digest subject,
            string? artifactType,
            CancellationToken cancellationToken
        )
        {
            ImmutableArray<Descriptor> listed = await inner.ReferrersAsync(subject, artifactType, cancellationToken);
            return subject == about ? change(listed) : listed;
        }
    }
}
