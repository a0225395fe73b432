using System.Collections.Immutable;
using Slipway.Oci;
using Index = Slipway.Oci.Index;

namespace Slipway.Trust.Tests;

/// <summary>An image with one form of its signatures and statements alone, and what is stored of it.</summary>
internal static class StoredForms
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static VerificationPolicy Policy(KeySigner signer) =>
        VerificationPolicy.RequireKey(signer.Key).WithAttestations(Statement.SpdxType, Statement.ProvenanceType);

    public static Task<SignedImageFixture> BundlesAloneAsync() => AloneAsync(entry => entry.ArtifactType is not null, null);

    public static Task<SignedImageFixture> TagsAloneAsync(KeySigner? signer = null) =>
        AloneAsync(entry => entry.ArtifactType is null, signer);

    public static async Task<SignedImageFixture> AloneAsync(Func<Descriptor, bool> form, KeySigner? signer)
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

    public static Task<VerificationResult> VerifyAsync(SignedImageFixture fixture, IContentReader signatures, KeySigner? signer) =>
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

    public static async Task AssertFailsAsync(
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

    public static string TypeOf(string what) =>
        what switch
        {
            "signature" => Statement.SignType,
            "SBOM" => Statement.SpdxType,
            _ => Statement.ProvenanceType,
        };

    public static void Keep(SignedImageFixture fixture, Func<Descriptor, bool> wanted) =>
        fixture.Store.Layout.WriteIndex(new Index([.. fixture.Store.Layout.ReadIndex().Manifests.Where(wanted)]));

    public static void Move(SignedImageFixture fixture, string tag, Descriptor to) =>
        fixture.Store.Layout.WriteIndex(
            new Index([
                .. fixture.Store.Layout.ReadIndex().Manifests.Where(entry => TagOf(entry) != tag),
                to with
                {
                    Annotations = Descriptor.NoAnnotations.Add(OciLayout.RefName, tag),
                },
            ])
        );

    public static string? TagOf(Descriptor entry) => entry.Annotations.GetValueOrDefault(OciLayout.RefName);

    public static string TagOf(Descriptor subject, string kind) => $"sha256-{subject.Digest.Hex}{kind}";

    public static Descriptor Bundle(SignedImageFixture fixture, Descriptor subject, string type) =>
        fixture
            .Store.Layout.ReadIndex()
            .Manifests.Single(entry => entry.ArtifactType is not null && IsBundle(fixture, entry, subject, type));

    public static bool IsBundle(SignedImageFixture fixture, Descriptor entry, Descriptor subject, string type)
    {
        Manifest manifest = Manifest.Parse(File.ReadAllBytes(SignedImageFixture.BlobPath(fixture.Store.Layout, entry.Digest)));
        return manifest.Subject?.Digest == subject.Digest && manifest.Annotations.ContainsValue(type);
    }

    public static Digest BlobOf(SignedImageFixture fixture, Descriptor manifest, Descriptor subject) =>
        BundleManifest
            .BundleOf(
                new ManifestContent(
                    MediaType.Manifest,
                    File.ReadAllBytes(SignedImageFixture.BlobPath(fixture.Store.Layout, manifest.Digest))
                ),
                subject.Digest
            )
            .Digest;

    public static byte[] BundleBytes(SignedImageFixture fixture, Descriptor subject, string type) =>
        File.ReadAllBytes(SignedImageFixture.BlobPath(fixture.Store.Layout, BlobOf(fixture, Bundle(fixture, subject, type), subject)));

    /// <summary>Makes this the one bundle of its kind about a subject.</summary>
    public static async Task PutBundleAsync(SignedImageFixture fixture, Descriptor subject, string type, byte[] bundle)
    {
        Keep(fixture, entry => !IsBundle(fixture, entry, subject, type));
        await fixture.Store.Layout.AddBlobAsync(MediaType.Empty, BundleManifest.Config);
        await fixture.Store.Layout.AddBlobAsync(MediaType.SigstoreBundle, bundle);
        Descriptor manifest = await fixture.Store.Layout.AddManifestAsync(BundleManifest.For(subject, bundle, type));
        fixture.Store.Layout.WriteIndex(
            new Index([.. fixture.Store.Layout.ReadIndex().Manifests, manifest with { ArtifactType = MediaType.SigstoreBundle }])
        );
    }

    public static async Task<ImmutableArray<Descriptor>> AttestationsAsync(SignedImageFixture fixture, Descriptor subject)
    {
        Descriptor? stored = await fixture.Store.Layout.ResolveAsync(TagOf(subject, ".att"), Stop);
        return Manifest.Parse((await fixture.Store.Layout.ReadManifestAsync(stored!.Digest, Stop))!.Bytes).Layers;
    }

    public static async Task PutAttestationsAsync(SignedImageFixture fixture, Descriptor subject, ImmutableArray<Descriptor> layers)
    {
        SignatureManifest manifest = new(layers);
        await fixture.Store.Layout.AddBlobAsync(MediaType.Config, manifest.Config);
        Move(fixture, TagOf(subject, ".att"), await fixture.Store.Layout.AddManifestAsync(manifest.Content));
    }

    public static void Spoil(SignedImageFixture fixture, Digest digest, bool cut)
    {
        string path = SignedImageFixture.BlobPath(fixture.Store.Layout, digest);
        byte[] bytes = File.ReadAllBytes(path);
        File.Delete(path);
        if (cut)
            File.WriteAllBytes(path, bytes[..^10]);
    }

    /// <summary>A registry that lists other referrers of one manifest than it has.</summary>
    public sealed class Lists(IContentReader inner, Digest about, Func<ImmutableArray<Descriptor>, ImmutableArray<Descriptor>> change)
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
