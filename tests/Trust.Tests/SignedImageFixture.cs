using System.Collections.Immutable;
using Slipway.Oci;
using Index = Slipway.Oci.Index;

namespace Slipway.Trust.Tests;

/// <summary>
/// A signed image of two platforms in a layout folder with its signatures beside it, which passes verification when it
/// is made; tests then change one thing.
/// </summary>
internal sealed partial class SignedImageFixture : IDisposable
{
    public const string Tag = "v1";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("slipway-trust-");

    private SignedImageFixture()
    {
        Image = OciLayout.Create(At("layout"));
        Store = TrustStore.Create(At("trust"));
    }

    public OciLayout Image { get; }

    public TrustStore Store { get; }

    public KeySigner Signer { get; } = KeySigner.CreateThrowAway();

    public Reference Official { get; } = Reference.Parse("quay.io/poseidon/kubelet");

    public Descriptor Root { get; private set; } = null!;

    public Descriptor Amd64 { get; private set; } = null!;

    public Descriptor Arm64 { get; private set; } = null!;

    /// <summary>What the store says beside that the image is signed: a document about each platform, and one about all three.</summary>
    public IReadOnlyList<WantedStatement> Statements { get; private set; } = [];

    public SignedImage Signed => new(Image, Root.Digest, Official);

    public static async Task<SignedImageFixture> CreateAsync()
    {
        SignedImageFixture fixture = new();
        fixture.Amd64 = await fixture.AddImageAsync(Platform.LinuxAmd64);
        fixture.Arm64 = await fixture.AddImageAsync(Platform.LinuxArm64);
        await fixture.SetRootAsync(new Index([fixture.Amd64, fixture.Arm64]));
        fixture.Statements =
        [
            new WantedStatement([fixture.Amd64.Digest], Statement.SpdxType, "{\"about\":\"amd64\"}"u8.ToArray()),
            new WantedStatement([fixture.Arm64.Digest], Statement.SpdxType, "{\"about\":\"arm64\"}"u8.ToArray()),
            new WantedStatement(
                [fixture.Root.Digest, fixture.Amd64.Digest, fixture.Arm64.Digest],
                Statement.ProvenanceType,
                "{\"about\":\"all\"}"u8.ToArray()
            )
            {
                Accepts = _ => true,
            },
        ];
        await fixture.Store.SignAsync(fixture.Signed, fixture.Statements, fixture.Signer, CancellationToken.None);
        Assert.True((await fixture.VerifyAsync()).Passed);
        return fixture;
    }

    public void Dispose()
    {
        Signer.Dispose();
        _folder.Delete(recursive: true);
    }

    public string At(string name) => Path.Combine(_folder.FullName, name);

    public async Task<VerificationResult> VerifyAsync(string wanted = Tag, VerificationKey? key = null, IContentReader? signatures = null)
    {
        VerificationResult result = await VerifyAsync(VerificationPolicy.RequireKey(key ?? Signer.Key), wanted, signatures);
        if (signatures is null)
            await CompareAsync(result, wanted, key ?? Signer.Key);
        return result;
    }

    /// <summary>Where these tests run beside a program that verifies, it says the same.</summary>
    private partial Task CompareAsync(VerificationResult result, string wanted, VerificationKey key);

    public Task<VerificationResult> VerifyAsync(VerificationPolicy policy, string wanted = Tag, IContentReader? signatures = null) =>
        new Verifier(policy).VerifyAsync(
            new VerificationRequest
            {
                Content = Image,
                Signatures = signatures ?? Store.Layout,
                Wanted = wanted,
                Official = Official,
            },
            CancellationToken.None
        );

    /// <summary>Asserts that one subject fails for this reason and the others pass.</summary>
    public async Task AssertFailsAsync(Descriptor subject, FailureReason reason)
    {
        VerificationResult result = await VerifyAsync();
        Assert.False(result.Passed);
        SubjectVerdict failure = Assert.Single(result.Failures);
        Assert.Equal((reason, subject.Digest), (failure.Failure, failure.Digest));
        Assert.NotEmpty(failure.Text);
    }

    /// <summary>Stores an image without naming it anywhere; its descriptor says the platform.</summary>
    public async Task<Descriptor> AddImageAsync(Platform platform, Func<Manifest, Manifest>? change = null, string? config = null)
    {
        Descriptor layer = await Image.AddBlobAsync(MediaType.LayerGzip, System.Text.Encoding.UTF8.GetBytes($"layer of {platform}"));
        ImageConfig sound = new()
        {
            Platform = platform,
            Created = DateTimeOffset.UnixEpoch,
            DiffIds = [layer.Digest],
        };
        ReadOnlyMemory<byte> bytes = config is null ? sound.ToBytes() : System.Text.Encoding.UTF8.GetBytes(config);
        Manifest manifest = new(await Image.AddBlobAsync(MediaType.Config, bytes), [layer]);
        manifest = change is null ? manifest : change(manifest);
        return await Image.AddManifestAsync(new ManifestContent(MediaType.Manifest, manifest.ToBytes())) with { Platform = platform };
    }

    /// <summary>Makes another index the tag's; nothing signs it.</summary>
    public Task SetRootAsync(Index index) => SetRootAsync(MediaType.Index, index.ToBytes());

    public async Task SetRootAsync(string mediaType, byte[] content)
    {
        Root = await Image.AddBlobAsync(mediaType, content);
        Image.WriteIndex(new Index([Root with { Annotations = Descriptor.NoAnnotations.Add(OciLayout.RefName, Tag) }]));
    }

    /// <summary>Signs, by hand and rightly, whatever a digest names.</summary>
    public Task SignByHandAsync(Digest subject) => SignPayloadAsync(subject, SimpleSigning.For(Official, subject).ToBytes());

    /// <summary>Puts under the subject's signature tag a payload with a right signature over it.</summary>
    public async Task SignPayloadAsync(Digest subject, byte[] payload, KeyedSigner? signer = null)
    {
        await Store.Layout.AddBlobAsync(MediaType.SimpleSigning, payload);
        byte[] signature = await (signer ?? Signer).SignAsync(payload, CancellationToken.None);
        await PutAsync(subject, [SignatureManifest.LayerOf(payload, signature)]);
    }

    /// <summary>Puts these layers under the subject's signature tag.</summary>
    public async Task PutAsync(Digest subject, ImmutableArray<Descriptor> layers)
    {
        SignatureManifest manifest = new(layers);
        await Store.Layout.AddBlobAsync(MediaType.Config, manifest.Config);
        await PutAsync(subject, manifest.Content.MediaType, manifest.Content.Bytes);
    }

    /// <summary>Puts any content under the subject's signature tag.</summary>
    public async Task PutAsync(Digest subject, string mediaType, ReadOnlyMemory<byte> content)
    {
        Descriptor stored = await Store.Layout.AddBlobAsync(mediaType, content);
        string tag = SignatureManifest.TagOf(subject);
        Descriptor entry = stored with { Annotations = Descriptor.NoAnnotations.Add(OciLayout.RefName, tag) };
        Store.Layout.WriteIndex(new Index([.. Others(subject), entry]));
    }

    public void RemoveSignature(Digest subject) => Store.Layout.WriteIndex(new Index([.. Others(subject)]));

    /// <summary>Takes away the statement that a subject is signed, so that its signature tag alone says so.</summary>
    public void LeaveTagAlone(Digest subject) =>
        Store.Layout.WriteIndex(new Index([.. Store.Layout.ReadIndex().Manifests.Where(entry => !SaysSigned(entry.Digest, subject))]));

    /// <summary>The manifest stored under the subject's signature tag.</summary>
    public async Task<ManifestContent> SignatureOfAsync(Digest subject)
    {
        Descriptor? stored = await Store.Layout.ResolveAsync(SignatureManifest.TagOf(subject), CancellationToken.None);
        return (await Store.Layout.ReadManifestAsync(stored!.Digest, CancellationToken.None))!;
    }

    /// <summary>The envelopes of the bundles about a subject.</summary>
    public async Task<List<DsseEnvelope>> EnvelopesAsync(Digest subject)
    {
        List<DsseEnvelope> envelopes = [];
        foreach (Descriptor referrer in await Store.Layout.ReferrersAsync(subject, MediaType.SigstoreBundle, default))
        {
            ManifestContent manifest = (await Store.Layout.ReadManifestAsync(referrer.Digest, default))!;
            byte[] bundle = await File.ReadAllBytesAsync(BlobPath(Store.Layout, BundleManifest.BundleOf(manifest, subject).Digest));
            envelopes.Add(SigstoreBundle.Parse(bundle).Envelope);
        }

        return envelopes;
    }

    public async Task<Descriptor> LayerOfAsync(Digest subject) => SignatureManifest.Parse(await SignatureOfAsync(subject)).Layers.Single();

    /// <summary>Where a layout keeps a blob, for tests that damage it.</summary>
    public static string BlobPath(OciLayout layout, Digest digest) => Path.Combine(layout.Name, "blobs", "sha256", digest.Hex);

    /// <summary>Changes one bit of a stored blob; its size stays.</summary>
    public static void Damage(OciLayout layout, Digest digest)
    {
        string path = BlobPath(layout, digest);
        byte[] bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    /// <summary>All but what says that a subject is signed, in either form: one would do where the other is changed.</summary>
    private IEnumerable<Descriptor> Others(Digest subject) =>
        Store
            .Layout.ReadIndex()
            .Manifests.Where(entry =>
                entry.Annotations.GetValueOrDefault(OciLayout.RefName) != SignatureManifest.TagOf(subject)
                && !SaysSigned(entry.Digest, subject)
            );

    private bool SaysSigned(Digest referrer, Digest subject)
    {
        Manifest manifest = Manifest.Parse(File.ReadAllBytes(BlobPath(Store.Layout, referrer)));
        return manifest.Subject?.Digest == subject && manifest.Annotations.ContainsValue(Statement.SignType);
    }
}
