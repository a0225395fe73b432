using System.Collections.Immutable;
using System.Text;
using Slipway.Http;
using Slipway.Oci;
using Index = Slipway.Oci.Index;

namespace Slipway.Trust.Tests;

/// <summary>
/// What anybody who may push can put beside a valid image: it does not fail the image, costs little, and is told where it was too much.
/// </summary>
public sealed class HostileEvidenceTests : IAsyncLifetime
{
    private const string Type = Statement.ProvenanceType;

    private readonly KeySigner _stranger = KeySigner.CreateThrowAway();
    private SignedImageFixture _fixture = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _fixture = await SignedImageFixture.CreateAsync();

    public ValueTask DisposeAsync()
    {
        _fixture.Dispose();
        _stranger.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>What it costs is measured where the program runs: <c>Graph.Tests/HostileMemoryTests</c>.</summary>
    [Theory]
    [InlineData("no JSON at all")]
    [InlineData("""{"_type":"https://in-toto.io/Statement/v1","subject":[],"predicateType":"https://example.org/other","predicate":{}}""")]
    public async Task A_strangers_payload_is_not_looked_into(string payload)
    {
        DsseEnvelope envelope = await DsseEnvelope.SignAsync(DsseEnvelope.InToto, Encoding.UTF8.GetBytes(payload), _stranger, Stop);
        Descriptor put = await PutAsync(SigstoreBundle.For(envelope, _stranger.Key).ToBytes());
        Assert.True((await VerifyAsync(_fixture.Store.Layout)).Passed);
        // Alone it is what somebody else signed, whatever that is: not malformed, and of no kind.
        _fixture.Store.Layout.WriteIndex(
            new Index([
                .. _fixture
                    .Store.Layout.ReadIndex()
                    .Manifests.Where(entry =>
                        entry.Digest == put.Digest || TagOf(entry)?.EndsWith(".sig", StringComparison.Ordinal) == true
                    ),
            ])
        );
        Assert.Equal(FailureReason.AttestationSignedByOtherKey, (await VerifyAsync(_fixture.Store.Layout)).Subjects[0].Failure);
    }

    [Theory]
    [InlineData("")]
    [InlineData("junk")]
    [InlineData("[]")]
    [InlineData("{\"mediaType\":\"application/vnd.dev.sigstore.bundle.v0.3+json\"}")]
    [InlineData("{\"mediaType\":\"application/vnd.dev.sigstore.bundle.v0.3+json\",\"verificationMaterial\":[],\"dsseEnvelope\":[]}")]
    public async Task Junk_beside_it_fails_nothing(string junk)
    {
        await PutAsync(Encoding.UTF8.GetBytes(junk));
        Assert.True((await VerifyAsync(_fixture.Store.Layout)).Passed);
    }

    [Fact]
    public async Task A_manifest_that_is_no_size_of_a_referrer_is_not_taken_apart()
    {
        Descriptor bundle = await _fixture.Store.Layout.AddBlobAsync(MediaType.SigstoreBundle, "x"u8.ToArray());
        await _fixture.Store.Layout.AddBlobAsync(MediaType.Empty, BundleManifest.Config);
        ImmutableSortedDictionary<string, string> many = Descriptor.NoAnnotations.AddRange(
            Enumerable.Range(0, 1000).Select(i => KeyValuePair.Create($"key{i}", new string('x', 100)))
        );
        Manifest manifest = new(Descriptor.Of(MediaType.Empty, BundleManifest.Config.Span), [bundle])
        {
            ArtifactType = MediaType.SigstoreBundle,
            Subject = _fixture.Root,
            Annotations = many,
        };
        await NameAsync(await _fixture.Store.Layout.AddManifestAsync(new ManifestContent(MediaType.Manifest, manifest.ToBytes())));
        Assert.True((await VerifyAsync(_fixture.Store.Layout)).Passed);
    }

    [Fact]
    public async Task What_the_place_does_not_give_away_is_unknown_only_where_nothing_else_will_do()
    {
        Descriptor bad = await PutAsync("stranger"u8.ToArray());
        Assert.True((await VerifyAsync(new Slow(_fixture.Store.Layout, bad.Digest))).Passed);

        // Now nothing but what the place does not give away could be the one that is wanted.
        _fixture.Store.Layout.WriteIndex(
            new Index([
                .. _fixture
                    .Store.Layout.ReadIndex()
                    .Manifests.Where(entry =>
                        entry.Digest == bad.Digest || TagOf(entry)?.EndsWith(".sig", StringComparison.Ordinal) == true
                    ),
            ])
        );
        await Assert.ThrowsAsync<RemoteException>(() => VerifyAsync(new Slow(_fixture.Store.Layout, bad.Digest)));
    }

    [Fact]
    public async Task Slow_entries_are_read_side_by_side()
    {
        List<Digest> slow = [];
        for (int i = 0; i < 16; i++)
            slow.Add((await PutAsync(Encoding.UTF8.GetBytes($"slow {i}"))).Digest);
        Slow place = new(_fixture.Store.Layout, null) { Together = 8, Held = [.. slow] };
        Assert.True((await VerifyAsync(place)).Passed);
        Assert.True(place.MostAtOnce >= 8, $"{place.MostAtOnce} at once");
    }

    private async Task<Descriptor> PutAsync(byte[] bundle)
    {
        await _fixture.Store.Layout.AddBlobAsync(MediaType.Empty, BundleManifest.Config);
        await _fixture.Store.Layout.AddBlobAsync(MediaType.SigstoreBundle, bundle);
        return await NameAsync(await _fixture.Store.Layout.AddManifestAsync(BundleManifest.For(_fixture.Root, bundle, Type)));
    }

    /// <summary>Before everything else that the place has.</summary>
    private Task<Descriptor> NameAsync(Descriptor manifest)
    {
        _fixture.Store.Layout.WriteIndex(
            new Index([manifest with { ArtifactType = MediaType.SigstoreBundle }, .. _fixture.Store.Layout.ReadIndex().Manifests])
        );
        return Task.FromResult(manifest);
    }

    private Task<VerificationResult> VerifyAsync(IContentReader signatures) =>
        _fixture.VerifyAsync(VerificationPolicy.RequireKey(_fixture.Signer.Key).WithAttestations(Type), signatures: signatures);

    private static string? TagOf(Descriptor entry) => entry.Annotations.GetValueOrDefault(OciLayout.RefName);

    /// <summary>A place that does not answer for one manifest, or for some only when others are asked for at the same time.</summary>
    private sealed class Slow(IContentReader inner, Digest? dead) : IContentReader
    {
        private readonly TaskCompletionSource _enough = new();
        private int _now;

        public int Together { get; init; }

        public HashSet<Digest> Held { get; init; } = [];

        public int MostAtOnce { get; private set; }

        public string Name => inner.Name;

        public Task<Descriptor?> ResolveAsync(string tag, CancellationToken cancellationToken) =>
            inner.ResolveAsync(tag, cancellationToken);

        public async Task<ManifestContent?> ReadManifestAsync(Digest digest, CancellationToken cancellationToken)
        {
            if (digest == dead)
                throw new RemoteException(RemoteFault.TryAgain, "no answer");
            if (!Held.Contains(digest))
                return await inner.ReadManifestAsync(digest, cancellationToken);
            lock (_enough)
                MostAtOnce = Math.Max(MostAtOnce, ++_now);
            if (MostAtOnce >= Together)
                _enough.TrySetResult();
            // Read one after the other, this would wait for ever; the test's own limit ends it.
            await _enough.Task.WaitAsync(TimeSpan.FromSeconds(20), cancellationToken);
            lock (_enough)
                _now--;
            return await inner.ReadManifestAsync(digest, cancellationToken);
        }

        public Task<Stream?> OpenBlobAsync(Descriptor descriptor, CancellationToken cancellationToken) =>
            inner.OpenBlobAsync(descriptor, cancellationToken);

        public Task<ImmutableArray<Descriptor>> ReferrersAsync(Digest subject, string? artifactType, CancellationToken cancellationToken) =>
            inner.ReferrersAsync(subject, artifactType, cancellationToken);
    }
}
