using System.Collections.Immutable;
using System.Text;
using Slipway.Oci;
using Slipway.Registry;
using Slipway.Rehearsal;
using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.Release.Tests;

/// <summary>Two registries with a release, what others say about it, and a copy from one to the other.</summary>
public abstract class MirrorEvidenceCases : IDisposable
{
    private protected const string Ours = "https://example.org/made",
        Theirs = "https://example.org/made-again";

    private protected readonly KeySigner _rebuilder = KeySigner.CreateThrowAway(),
        _other = KeySigner.CreateThrowAway();
    private protected readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("slipway-mirror-");
    private protected readonly List<string> _log = [];

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        _rebuilder.Dispose();
        _other.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>A release on both registries that says something more of itself; or in bundles alone, without cosign's tag.</summary>
    private protected static async Task<SignedReleaseFixture> PublishedAsync(
        Func<RehearsalOptions, RehearsalOptions>? with = null,
        bool said = true
    )
    {
        SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync(with: with, stated: true);
        ImmutableArray<Digest> subjects = [.. (await fixture.PlanAsync()).Subjects.Select(subject => subject.Digest)];
        if (said)
            fixture.Says.Add(new WantedStatement(subjects, Ours, "{}"u8.ToArray()));
        await fixture.PublishAsync();
        foreach (Digest subject in said ? [] : subjects)
            await fixture.At(fixture.Official).DeleteTagAsync(AttestationLayer.TagOf(subject), default);
        return fixture;
    }

    /// <summary>What a rebuilder's <c>Reproduce --attest --push</c> does.</summary>
    private protected async Task SayAsync(SignedReleaseFixture fixture, Reference site, KeySigner by)
    {
        TrustStore store = TrustStore.Create(Path.Combine(_folder.FullName, by.Key.Fingerprint.Hex));
        await store.AttestAsync(Image(fixture), [new WantedStatement([fixture.Index.Digest], Theirs, "{}"u8.ToArray())], by, [], default);
        Assert.Equal(2, await new StatementPush(store.Layout, fixture.At(site)).RunAsync(default));
    }

    private protected static async Task<ImmutableArray<Statement>> SaidAsync(
        SignedReleaseFixture fixture,
        Reference site,
        KeySigner by,
        string kind
    ) =>
        (
            await new StatementSearch(by.Key).FindAsync(
                new VerificationRequest
                {
                    Content = fixture.At(site),
                    Signatures = fixture.At(site),
                    Wanted = fixture.Index.Digest.ToString(),
                    Official = fixture.Official,
                },
                fixture.Index.Digest,
                kind,
                default
            )
        ).Statements;

    private protected Task<ReleaseRecord> MirrorAsync(SignedReleaseFixture fixture, Reference from, Reference to) =>
        new Mirror(fixture.Connect, ReleasePolicy.Require(fixture.Signer.Key), _log.Add).CopyAsync(
            new MirrorRequest
            {
                Image = "tiny",
                Source = from.WithTag("v1.0.0"),
                Official = fixture.Official,
                Destination = to,
            },
            default
        );

    private protected static SignedImage Image(SignedReleaseFixture fixture) => new(fixture.Layout, fixture.Index.Digest, fixture.Official);

    private protected static string Att(SignedReleaseFixture fixture) => AttestationLayer.TagOf(fixture.Index.Digest);

    private protected static async Task<ImmutableArray<Descriptor>> LayersAsync(SignedReleaseFixture fixture, Reference site, string tag) =>
        SignatureManifest.Parse((await fixture.At(site).FindTagAsync(tag, default))!.Content!).Layers;

    private protected static async Task<SortedSet<Digest>> ReferrersAsync(SignedReleaseFixture fixture, Reference site) =>
        new(
            (await fixture.At(site).ReferrersAsync(fixture.Index.Digest, null, default)).Select(referrer => referrer.Digest),
            Comparer<Digest>.Create((one, other) => string.CompareOrdinal(one.ToString(), other.ToString()))
        );

    /// <summary>The blobs of what the release says of its index, in either form.</summary>
    private protected static async Task<IEnumerable<string>> DigestsAsync(SignedReleaseFixture fixture)
    {
        List<string> digests = [.. (await LayersAsync(fixture, fixture.Official, Att(fixture))).Select(layer => layer.Digest.ToString())];
        foreach (Digest referrer in await ReferrersAsync(fixture, fixture.Official))
            digests.Add(
                Manifest.Parse((await fixture.At(fixture.Official).ReadManifestAsync(referrer, default))!.Bytes).Layers[0].Digest.ToString()
            );
        return digests;
    }

    private protected static async Task<Descriptor> BlobAsync(Repository site, string type, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Descriptor blob = Descriptor.Of(type, bytes);
        await site.PushBlobAsync(blob, () => new MemoryStream(bytes), default);
        return blob;
    }

    private protected static async Task<Descriptor> ClaimAsync(Repository site, SimpleSigning claim, KeySigner by)
    {
        byte[] payload = claim.ToBytes();
        await site.PushBlobAsync(Descriptor.Of(MediaType.SimpleSigning, payload), () => new MemoryStream(payload), default);
        return (await by.SignClaimAsync(payload, default))!;
    }

    private protected static async Task PutAsync(Repository site, string tag, ImmutableArray<Descriptor> layers)
    {
        SignatureManifest manifest = new(layers);
        await site.PushBlobAsync(
            Descriptor.Of(MediaType.Config, manifest.Config.Span),
            () => new MemoryStream(manifest.Config.ToArray()),
            default
        );
        await site.PushManifestAsync(manifest.Content, tag, default);
    }

    private protected static async Task BundleAsync(SignedReleaseFixture fixture, string bundle, Reference? at = null)
    {
        Repository site = fixture.At(at ?? fixture.Official);
        await BlobAsync(site, MediaType.Empty, "{}");
        await BlobAsync(site, MediaType.SigstoreBundle, bundle);
        await site.PushReferrerAsync(BundleManifest.For(fixture.Index, Encoding.UTF8.GetBytes(bundle), Theirs), default);
    }
}
