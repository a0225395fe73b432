using System.Collections.Immutable;
using System.Text;
using Slipway.Oci;
using Slipway.Registry;
using Slipway.Rehearsal;
using Slipway.StandIns;
using Slipway.Trust;

namespace Slipway.Release.Tests;

/// <summary>
/// Copying between registries that hold different signatures and statements about the same release: what comes along, and what stays.
/// </summary>
public sealed class MirrorEvidenceTests : IDisposable
{
    private const string Ours = "https://example.org/made",
        Theirs = "https://example.org/made-again";

    private readonly KeySigner _rebuilder = KeySigner.CreateThrowAway(),
        _other = KeySigner.CreateThrowAway();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("slipway-mirror-");
    private readonly List<string> _log = [];

    [Fact]
    public async Task A_rebuilders_word_goes_both_ways_and_running_again_writes_nothing()
    {
        await using Scene scene = await PublishedAsync();
        await SayAsync(scene, scene.Official, _rebuilder);
        await SayAsync(scene, scene.Fallback, _other);
        ImmutableArray<Descriptor> there = await LayersAsync(scene, scene.Fallback, Att(scene)),
            missing = [.. (await LayersAsync(scene, scene.Official, Att(scene))).Except(there)];
        Assert.Equal((4, 1), (there.Length, missing.Length));

        await MirrorAsync(scene, scene.Official, scene.Fallback);
        Assert.Equal([.. there, .. missing], await LayersAsync(scene, scene.Fallback, Att(scene)));
        await MirrorAsync(scene, scene.Fallback, scene.Official);
        Assert.Equal(there.Concat(missing).ToHashSet(), [.. await LayersAsync(scene, scene.Official, Att(scene))]);
        Assert.Equal(await ReferrersAsync(scene, scene.Official), await ReferrersAsync(scene, scene.Fallback));
        foreach (Reference site in (Reference[])[scene.Official, scene.Fallback])
        {
            Assert.Single(await SaidAsync(scene, site, _rebuilder, Theirs));
            Assert.Single(await SaidAsync(scene, site, _other, Theirs));
        }

        scene.Forget();
        await MirrorAsync(scene, scene.Official, scene.Fallback);
        await MirrorAsync(scene, scene.Fallback, scene.Official);
        Assert.DoesNotContain(scene.Requests, seen => seen.Writes);
        Assert.DoesNotContain(_log, line => line.Contains("left behind", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_refers_to_the_image_adds_up_with_and_without_the_referrers_api(bool hasReferrers)
    {
        await using Scene scene = await PublishedAsync(options => options with { HasReferrers = hasReferrers });
        await SayAsync(scene, scene.Official, _rebuilder);
        await SayAsync(scene, scene.Fallback, _other);
        await MirrorAsync(scene, scene.Official, scene.Fallback);
        Assert.Equal(6, (await ReferrersAsync(scene, scene.Fallback)).Count);
        await MirrorAsync(scene, scene.Fallback, scene.Official);
        Assert.Equal(await ReferrersAsync(scene, scene.Fallback), await ReferrersAsync(scene, scene.Official));
    }

    [Theory]
    [InlineData("att")]
    [InlineData("sig")]
    public async Task What_the_destination_alone_has_stays_before_the_rest_whatever_it_is(string kind)
    {
        await using Scene scene = await PublishedAsync();
        Repository copy = scene.At(scene.Fallback);
        string tag = kind == "att" ? Att(scene) : SignatureManifest.TagOf(scene.Index.Digest);
        ImmutableArray<Descriptor> wanted = await LayersAsync(scene, scene.Official, tag);
        // An image under the tag, then things of the right type that are nothing.
        Manifest image = Manifest.Parse(
            (
                await scene.Layout.ReadManifestAsync(
                    Oci.Index.Parse((await scene.Layout.ReadManifestAsync(scene.Index.Digest, default))!.Bytes).Manifests[0].Digest,
                    default
                )
            )!.Bytes
        );
        ImmutableArray<Descriptor> junk =
        [
            .. image.Layers,
            await BlobAsync(copy, MediaType.DsseEnvelope, "nothing"),
            await BlobAsync(copy, MediaType.SimpleSigning, "nothing"),
        ];
        await PutAsync(copy, tag, junk);
        await MirrorAsync(scene, scene.Official, scene.Fallback);
        Assert.Equal([.. junk, .. wanted], await LayersAsync(scene, scene.Fallback, tag));
        scene.Forget();
        await MirrorAsync(scene, scene.Official, scene.Fallback);
        Assert.DoesNotContain(scene.Requests, seen => seen.Writes);
        // What is junk there does not come back.
        await MirrorAsync(scene, scene.Fallback, scene.Official);
        Assert.Equal(wanted, await LayersAsync(scene, scene.Official, tag));
        Assert.Contains(_log, line => line.Contains("left behind", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_malformed_or_about_something_else_stays_behind_and_what_somebody_else_signed_comes_along()
    {
        await using Scene scene = await PublishedAsync();
        Repository source = scene.At(scene.Official);
        Digest elsewhere = Digest.Of("something else"u8);
        await SayAsync(scene, scene.Official, _rebuilder);
        ImmutableArray<Descriptor> said = await LayersAsync(scene, scene.Official, Att(scene));
        DsseEnvelope foreign = await DsseEnvelope.SignAsync(
            DsseEnvelope.InToto,
            new Statement([new StatementSubject(scene.Official.Name, elsewhere)], Theirs, "{}"u8.ToArray()).ToBytes(),
            _rebuilder,
            default
        );
        await PutAsync(
            source,
            Att(scene),
            [
                await BlobAsync(source, MediaType.DsseEnvelope, "nothing"),
                said[0],
                await BlobAsync(source, MediaType.DsseEnvelope, Encoding.UTF8.GetString(foreign.ToBytes())),
                .. said[1..],
            ]
        );
        await BundleAsync(scene, "nothing");
        await BundleAsync(scene, Encoding.UTF8.GetString(SigstoreBundle.For(foreign, _rebuilder.Key).ToBytes()));

        string sig = SignatureManifest.TagOf(scene.Index.Digest);
        ImmutableArray<Descriptor> signed = await LayersAsync(scene, scene.Official, sig);
        Descriptor another = await ClaimAsync(source, SimpleSigning.For(Reference.Parse("quay.io/other/name"), scene.Index.Digest), _other);
        await PutAsync(
            source,
            sig,
            [
                await BlobAsync(source, MediaType.SimpleSigning, "nothing"),
                await ClaimAsync(source, SimpleSigning.For(scene.Official, elsewhere), scene.Signer),
                another,
                .. signed,
            ]
        );

        Reference copy = Reference.Parse("docker.io/copy/tiny");
        await MirrorAsync(scene, scene.Official, copy);
        Assert.Equal(said, await LayersAsync(scene, copy, Att(scene)));
        Assert.Equal([another, .. signed], await LayersAsync(scene, copy, sig));
        Assert.Equal(5, (await ReferrersAsync(scene, copy)).Count);
        Assert.Equal(6, _log.Count(line => line.Contains("left behind", StringComparison.Ordinal)));
        Assert.Contains(_log, line => line.Contains($"is not about {scene.Index.Digest}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_referrer_that_is_not_whole_stays_behind()
    {
        await using Scene scene = await PublishedAsync();
        Repository source = scene.At(scene.Official);
        Descriptor blob = await BlobAsync(source, "application/vnd.example", "gone"),
            config = await BlobAsync(source, MediaType.Empty, "{}");
        ManifestContent referrer = new(
            MediaType.Manifest,
            new Manifest(config, [blob])
            {
                ArtifactType = "application/vnd.example",
                Subject = scene.Index with { Annotations = Descriptor.NoAnnotations },
            }.ToBytes()
        );
        await source.PushReferrerAsync(referrer, default);
        scene.Faults = seen => seen.Host == "quay.io" && seen.Last == blob.Digest.ToString() ? Fault.Answer(404) : null;
        Reference copy = Reference.Parse("docker.io/copy/tiny");
        await MirrorAsync(scene, scene.Official, copy);
        Assert.DoesNotContain(referrer.Descriptor.Digest, await ReferrersAsync(scene, copy));
        Assert.Contains(_log, line =>
            line.Contains("left behind", StringComparison.Ordinal) && line.Contains("is missing", StringComparison.Ordinal)
        );
        scene.Faults = _ => null;
        await MirrorAsync(scene, scene.Official, copy);
        Assert.Contains(referrer.Descriptor.Digest, await ReferrersAsync(scene, copy));
    }

    [Theory]
    [InlineData("sig", 64)]
    [InlineData("att", 256)]
    [InlineData("bundles", 256)]
    public async Task Where_the_destination_has_no_room_for_what_the_release_needs_nothing_is_written(string kind, int limit)
    {
        await using Scene scene = await PublishedAsync();
        Reference copy = Reference.Parse("docker.io/copy/tiny");
        await FillAsync(scene, copy, kind, limit);
        scene.Forget();
        ContentException e = await Assert.ThrowsAsync<ContentException>(() => MirrorAsync(scene, scene.Official, copy));
        Assert.Contains(
            "no room for the release's signatures and attestations: verification looks at 0 more",
            e.Message,
            StringComparison.Ordinal
        );
        Assert.EndsWith("nothing was copied", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(scene.Requests, seen => seen.Writes);
    }

    [Fact]
    public async Task Of_what_nobody_verified_as_much_comes_along_as_verification_looks_at()
    {
        await using Scene scene = await PublishedAsync();
        Repository source = scene.At(scene.Official);
        string sig = SignatureManifest.TagOf(scene.Index.Digest);
        Descriptor signed = Assert.Single(await LayersAsync(scene, scene.Official, sig));
        List<Descriptor> others = [];
        foreach (int i in Enumerable.Range(0, 5))
            others.Add(await ClaimAsync(source, SimpleSigning.For(Reference.Parse($"quay.io/other/name{i}"), scene.Index.Digest), _other));
        await PutAsync(source, sig, [.. others, signed]);
        Reference copy = Reference.Parse("docker.io/copy/tiny");
        await FillAsync(scene, copy, "sig", 62);
        await MirrorAsync(scene, scene.Official, copy);
        ImmutableArray<Descriptor> there = await LayersAsync(scene, copy, sig);
        Assert.Equal([others[0], signed], there[62..]);
        Assert.Contains(_log, line => line.Contains("4 that nobody verified", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_tag_that_cannot_grow_is_left_alone_and_is_refused_where_it_would_have_to(bool isNeeded)
    {
        await using Scene scene = await PublishedAsync(said: isNeeded);
        await SayAsync(scene, scene.Official, _rebuilder);
        Repository copy = scene.At(scene.Fallback);
        await copy.PushManifestAsync((await scene.Layout.ReadManifestAsync(scene.Index.Digest, default))!, Att(scene), default);
        scene.Forget();
        if (isNeeded)
        {
            ContentException e = await Assert.ThrowsAsync<ContentException>(() => MirrorAsync(scene, scene.Official, scene.Fallback));
            Assert.Contains($"{Att(scene)}: no room", e.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(scene.Requests, seen => seen.Writes);
        }
        else
        {
            await MirrorAsync(scene, scene.Official, scene.Fallback);
            Assert.Single(await SaidAsync(scene, scene.Fallback, _rebuilder, Theirs));
        }

        Assert.Equal(scene.Index.Digest, (await copy.ResolveAsync(Att(scene), default))!.Digest);
    }

    [Theory]
    [InlineData("tag")]
    [InlineData("bytes")]
    public async Task What_the_release_says_of_itself_is_read_back_before_any_tag(string what)
    {
        await using Scene scene = await PublishedAsync();
        Reference copy = Reference.Parse("docker.io/copy/tiny");
        HashSet<string> gone = [.. await DigestsAsync(scene)];
        bool isSent = false;
        scene.Faults = seen =>
        {
            isSent |= seen is { Host: "docker.io", Method: "PUT" } && seen.Last == Att(scene);
            bool isHit = what == "tag" ? seen.Last == Att(scene) : seen.Method == "GET" && gone.Contains(seen.Last);
            return isSent && seen is { Host: "docker.io", Method: not "PUT" } && isHit ? Fault.Answer(404) : null;
        };
        ContentException e = await Assert.ThrowsAsync<ContentException>(() => MirrorAsync(scene, scene.Official, copy));
        Assert.Contains("nothing was tagged", e.Message, StringComparison.Ordinal);
        Assert.Contains(what == "tag" ? "attestations of" : "attestation-unreadable", e.Message, StringComparison.Ordinal);
        scene.Faults = _ => null;
        Assert.Null(await scene.At(copy).ResolveAsync("v1.0.0", default));
    }

    [Fact]
    public async Task Publishing_again_and_drift_find_nothing_to_do_where_one_registry_has_a_rebuilders_word()
    {
        await using Scene scene = await PublishedAsync();
        await SayAsync(scene, scene.Fallback, _rebuilder);
        ImmutableArray<Descriptor> before = await LayersAsync(scene, scene.Fallback, Att(scene));
        scene.Forget();
        ReleaseRecord record = await scene.PublishAsync();
        Assert.DoesNotContain(scene.Requests, seen => seen.Writes);
        Assert.Equal(before, await LayersAsync(scene, scene.Fallback, Att(scene)));
        DriftRequest request = new()
        {
            Image = "tiny",
            Destinations = [scene.Official, scene.Fallback],
            Records = [RecordedRelease.Parse(record.ToBytes(), "the record")],
        };
        Assert.Empty((await new Drift(scene.Connect(), ReleasePolicy.Require(scene.Signer.Key)).CompareAsync(request, default)).Findings);
    }

    public void Dispose()
    {
        _rebuilder.Dispose();
        _other.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>A release on both registries that says something more of itself; or in bundles alone, without cosign's tag.</summary>
    private static async Task<Scene> PublishedAsync(Func<RehearsalOptions, RehearsalOptions>? with = null, bool said = true)
    {
        Scene scene = await Scene.CreateAsync(with: with, stated: true);
        ImmutableArray<Digest> subjects = [.. (await scene.PlanAsync()).Subjects.Select(subject => subject.Digest)];
        if (said)
            scene.Says.Add(new WantedStatement(subjects, Ours, "{}"u8.ToArray()));
        await scene.PublishAsync();
        foreach (Digest subject in said ? [] : subjects)
            await scene.At(scene.Official).DeleteTagAsync(AttestationLayer.TagOf(subject), default);
        return scene;
    }

    /// <summary>What a rebuilder's <c>Reproduce --attest --push</c> does.</summary>
    private async Task SayAsync(Scene scene, Reference site, KeySigner by)
    {
        TrustStore store = TrustStore.Create(Path.Combine(_folder.FullName, by.Key.Fingerprint.Hex));
        await store.AttestAsync(Image(scene), [new WantedStatement([scene.Index.Digest], Theirs, "{}"u8.ToArray())], by, [], default);
        Assert.Equal(2, await new StatementPush(store.Layout, scene.At(site)).RunAsync(default));
    }

    private static async Task<ImmutableArray<Statement>> SaidAsync(Scene scene, Reference site, KeySigner by, string kind) =>
        (
            await new StatementSearch(by.Key).FindAsync(
                new VerificationRequest
                {
                    Content = scene.At(site),
                    Signatures = scene.At(site),
                    Wanted = scene.Index.Digest.ToString(),
                    Official = scene.Official,
                },
                scene.Index.Digest,
                kind,
                default
            )
        ).Statements;

    private Task<ReleaseRecord> MirrorAsync(Scene scene, Reference from, Reference to) =>
        new Mirror(scene.Connect, ReleasePolicy.Require(scene.Signer.Key), _log.Add).CopyAsync(
            new MirrorRequest
            {
                Image = "tiny",
                Source = from.WithTag("v1.0.0"),
                Official = scene.Official,
                Destination = to,
            },
            default
        );

    private static SignedImage Image(Scene scene) => new(scene.Layout, scene.Index.Digest, scene.Official);

    private static string Att(Scene scene) => AttestationLayer.TagOf(scene.Index.Digest);

    private static async Task<ImmutableArray<Descriptor>> LayersAsync(Scene scene, Reference site, string tag) =>
        SignatureManifest.Parse((await scene.At(site).FindTagAsync(tag, default))!.Content!).Layers;

    private static async Task<SortedSet<Digest>> ReferrersAsync(Scene scene, Reference site) =>
        new(
            (await scene.At(site).ReferrersAsync(scene.Index.Digest, null, default)).Select(referrer => referrer.Digest),
            Comparer<Digest>.Create((one, other) => string.CompareOrdinal(one.ToString(), other.ToString()))
        );

    /// <summary>The blobs of what the release says of its index, in either form.</summary>
    private static async Task<IEnumerable<string>> DigestsAsync(Scene scene)
    {
        List<string> digests = [.. (await LayersAsync(scene, scene.Official, Att(scene))).Select(layer => layer.Digest.ToString())];
        foreach (Digest referrer in await ReferrersAsync(scene, scene.Official))
            digests.Add(
                Manifest.Parse((await scene.At(scene.Official).ReadManifestAsync(referrer, default))!.Bytes).Layers[0].Digest.ToString()
            );
        return digests;
    }

    private static async Task<Descriptor> BlobAsync(Repository site, string type, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Descriptor blob = Descriptor.Of(type, bytes);
        await site.PushBlobAsync(blob, () => new MemoryStream(bytes), default);
        return blob;
    }

    private static async Task<Descriptor> ClaimAsync(Repository site, SimpleSigning claim, KeySigner by)
    {
        byte[] payload = claim.ToBytes();
        await site.PushBlobAsync(Descriptor.Of(MediaType.SimpleSigning, payload), () => new MemoryStream(payload), default);
        return (await by.SignClaimAsync(payload, default))!;
    }

    private static async Task PutAsync(Repository site, string tag, ImmutableArray<Descriptor> layers)
    {
        SignatureManifest manifest = new(layers);
        await site.PushBlobAsync(
            Descriptor.Of(MediaType.Config, manifest.Config.Span),
            () => new MemoryStream(manifest.Config.ToArray()),
            default
        );
        await site.PushManifestAsync(manifest.Content, tag, default);
    }

    private static async Task BundleAsync(Scene scene, string bundle, Reference? at = null)
    {
        Repository site = scene.At(at ?? scene.Official);
        await BlobAsync(site, MediaType.Empty, "{}");
        await BlobAsync(site, MediaType.SigstoreBundle, bundle);
        await site.PushReferrerAsync(BundleManifest.For(scene.Index, Encoding.UTF8.GetBytes(bundle), Theirs), default);
    }

    private static async Task FillAsync(Scene scene, Reference site, string kind, int count)
    {
        if (kind == "bundles")
        {
            foreach (int i in Enumerable.Range(0, count))
                await BundleAsync(scene, $"nothing {i}", site);
            return;
        }

        string type = kind == "sig" ? MediaType.SimpleSigning : MediaType.DsseEnvelope;
        List<Descriptor> layers = [];
        Descriptor nothing = await BlobAsync(scene.At(site), type, "nothing");
        foreach (int i in Enumerable.Range(0, count))
            layers.Add(nothing with { Annotations = Descriptor.NoAnnotations.Add("number", $"{i}") });
        await PutAsync(scene.At(site), kind == "sig" ? SignatureManifest.TagOf(scene.Index.Digest) : Att(scene), [.. layers]);
    }
}
