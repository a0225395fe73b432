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
        await using SignedReleaseFixture fixture = await PublishedAsync();
        await SayAsync(fixture, fixture.Official, _rebuilder);
        await SayAsync(fixture, fixture.Fallback, _other);
        ImmutableArray<Descriptor> there = await LayersAsync(fixture, fixture.Fallback, Att(fixture)),
            missing = [.. (await LayersAsync(fixture, fixture.Official, Att(fixture))).Except(there)];
        Assert.Equal((4, 1), (there.Length, missing.Length));

        await MirrorAsync(fixture, fixture.Official, fixture.Fallback);
        Assert.Equal([.. there, .. missing], await LayersAsync(fixture, fixture.Fallback, Att(fixture)));
        await MirrorAsync(fixture, fixture.Fallback, fixture.Official);
        Assert.Equal(there.Concat(missing).ToHashSet(), [.. await LayersAsync(fixture, fixture.Official, Att(fixture))]);
        Assert.Equal(await ReferrersAsync(fixture, fixture.Official), await ReferrersAsync(fixture, fixture.Fallback));
        foreach (Reference site in (Reference[])[fixture.Official, fixture.Fallback])
        {
            Assert.Single(await SaidAsync(fixture, site, _rebuilder, Theirs));
            Assert.Single(await SaidAsync(fixture, site, _other, Theirs));
        }

        fixture.Forget();
        await MirrorAsync(fixture, fixture.Official, fixture.Fallback);
        await MirrorAsync(fixture, fixture.Fallback, fixture.Official);
        Assert.DoesNotContain(fixture.Requests, seen => seen.Writes);
        Assert.DoesNotContain(_log, line => line.Contains("left behind", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_refers_to_the_image_adds_up_with_and_without_the_referrers_api(bool hasReferrers)
    {
        await using SignedReleaseFixture fixture = await PublishedAsync(options => options with { HasReferrers = hasReferrers });
        await SayAsync(fixture, fixture.Official, _rebuilder);
        await SayAsync(fixture, fixture.Fallback, _other);
        await MirrorAsync(fixture, fixture.Official, fixture.Fallback);
        Assert.Equal(6, (await ReferrersAsync(fixture, fixture.Fallback)).Count);
        await MirrorAsync(fixture, fixture.Fallback, fixture.Official);
        Assert.Equal(await ReferrersAsync(fixture, fixture.Fallback), await ReferrersAsync(fixture, fixture.Official));
    }

    [Theory]
    [InlineData("att")]
    [InlineData("sig")]
    public async Task What_the_destination_alone_has_stays_before_the_rest_whatever_it_is(string kind)
    {
        await using SignedReleaseFixture fixture = await PublishedAsync();
        Repository copy = fixture.At(fixture.Fallback);
        string tag = kind == "att" ? Att(fixture) : SignatureManifest.TagOf(fixture.Index.Digest);
        ImmutableArray<Descriptor> wanted = await LayersAsync(fixture, fixture.Official, tag);
        // An image under the tag, then things of the right type that are nothing.
        Manifest image = Manifest.Parse(
            (
                await fixture.Layout.ReadManifestAsync(
                    Oci.Index.Parse((await fixture.Layout.ReadManifestAsync(fixture.Index.Digest, default))!.Bytes).Manifests[0].Digest,
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
        await MirrorAsync(fixture, fixture.Official, fixture.Fallback);
        Assert.Equal([.. junk, .. wanted], await LayersAsync(fixture, fixture.Fallback, tag));
        fixture.Forget();
        await MirrorAsync(fixture, fixture.Official, fixture.Fallback);
        Assert.DoesNotContain(fixture.Requests, seen => seen.Writes);
        // What is junk there does not come back.
        await MirrorAsync(fixture, fixture.Fallback, fixture.Official);
        Assert.Equal(wanted, await LayersAsync(fixture, fixture.Official, tag));
        Assert.Contains(_log, line => line.Contains("left behind", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_malformed_or_about_something_else_stays_behind_and_what_somebody_else_signed_comes_along()
    {
        await using SignedReleaseFixture fixture = await PublishedAsync();
        Repository source = fixture.At(fixture.Official);
        Digest elsewhere = Digest.Of("something else"u8);
        await SayAsync(fixture, fixture.Official, _rebuilder);
        ImmutableArray<Descriptor> said = await LayersAsync(fixture, fixture.Official, Att(fixture));
        DsseEnvelope foreign = await DsseEnvelope.SignAsync(
            DsseEnvelope.InToto,
            new Statement([new StatementSubject(fixture.Official.Name, elsewhere)], Theirs, "{}"u8.ToArray()).ToBytes(),
            _rebuilder,
            default
        );
        await PutAsync(
            source,
            Att(fixture),
            [
                await BlobAsync(source, MediaType.DsseEnvelope, "nothing"),
                said[0],
                await BlobAsync(source, MediaType.DsseEnvelope, Encoding.UTF8.GetString(foreign.ToBytes())),
                .. said[1..],
            ]
        );
        await BundleAsync(fixture, "nothing");
        await BundleAsync(fixture, Encoding.UTF8.GetString(SigstoreBundle.For(foreign, _rebuilder.Key).ToBytes()));

        string sig = SignatureManifest.TagOf(fixture.Index.Digest);
        ImmutableArray<Descriptor> signed = await LayersAsync(fixture, fixture.Official, sig);
        Descriptor another = await ClaimAsync(
            source,
            SimpleSigning.For(Reference.Parse("quay.io/other/name"), fixture.Index.Digest),
            _other
        );
        await PutAsync(
            source,
            sig,
            [
                await BlobAsync(source, MediaType.SimpleSigning, "nothing"),
                await ClaimAsync(source, SimpleSigning.For(fixture.Official, elsewhere), fixture.Signer),
                another,
                .. signed,
            ]
        );

        Reference copy = Reference.Parse("docker.io/copy/tiny");
        await MirrorAsync(fixture, fixture.Official, copy);
        Assert.Equal(said, await LayersAsync(fixture, copy, Att(fixture)));
        Assert.Equal([another, .. signed], await LayersAsync(fixture, copy, sig));
        Assert.Equal(5, (await ReferrersAsync(fixture, copy)).Count);
        Assert.Equal(6, _log.Count(line => line.Contains("left behind", StringComparison.Ordinal)));
        Assert.Contains(_log, line => line.Contains($"is not about {fixture.Index.Digest}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_referrer_that_is_not_whole_stays_behind()
    {
        await using SignedReleaseFixture fixture = await PublishedAsync();
        Repository source = fixture.At(fixture.Official);
        Descriptor blob = await BlobAsync(source, "application/vnd.example", "gone"),
            config = await BlobAsync(source, MediaType.Empty, "{}");
        ManifestContent referrer = new(
            MediaType.Manifest,
            new Manifest(config, [blob])
            {
                ArtifactType = "application/vnd.example",
                Subject = fixture.Index with { Annotations = Descriptor.NoAnnotations },
            }.ToBytes()
        );
        await source.PushReferrerAsync(referrer, default);
        fixture.Faults = seen => seen.Host == "quay.io" && seen.Last == blob.Digest.ToString() ? Fault.Answer(404) : null;
        Reference copy = Reference.Parse("docker.io/copy/tiny");
        await MirrorAsync(fixture, fixture.Official, copy);
        Assert.DoesNotContain(referrer.Descriptor.Digest, await ReferrersAsync(fixture, copy));
        Assert.Contains(_log, line =>
            line.Contains("left behind", StringComparison.Ordinal) && line.Contains("is missing", StringComparison.Ordinal)
        );
        fixture.Faults = _ => null;
        await MirrorAsync(fixture, fixture.Official, copy);
        Assert.Contains(referrer.Descriptor.Digest, await ReferrersAsync(fixture, copy));
    }

    [Theory]
    [InlineData("sig", 64)]
    [InlineData("att", 256)]
    [InlineData("bundles", 256)]
    public async Task Where_the_destination_has_no_room_for_what_the_release_needs_nothing_is_written(string kind, int limit)
    {
        await using SignedReleaseFixture fixture = await PublishedAsync();
        Reference copy = Reference.Parse("docker.io/copy/tiny");
        await FillAsync(fixture, copy, kind, limit);
        fixture.Forget();
        ContentException e = await Assert.ThrowsAsync<ContentException>(() => MirrorAsync(fixture, fixture.Official, copy));
        Assert.Contains(
            "no room for the release's signatures and attestations: verification looks at 0 more",
            e.Message,
            StringComparison.Ordinal
        );
        Assert.EndsWith("nothing was copied", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(fixture.Requests, seen => seen.Writes);
    }

    [Fact]
    public async Task Of_what_nobody_verified_as_much_comes_along_as_verification_looks_at()
    {
        await using SignedReleaseFixture fixture = await PublishedAsync();
        Repository source = fixture.At(fixture.Official);
        string sig = SignatureManifest.TagOf(fixture.Index.Digest);
        Descriptor signed = Assert.Single(await LayersAsync(fixture, fixture.Official, sig));
        List<Descriptor> others = [];
        foreach (int i in Enumerable.Range(0, 5))
            others.Add(
                await ClaimAsync(source, SimpleSigning.For(Reference.Parse($"quay.io/other/name{i}"), fixture.Index.Digest), _other)
            );
        await PutAsync(source, sig, [.. others, signed]);
        Reference copy = Reference.Parse("docker.io/copy/tiny");
        await FillAsync(fixture, copy, "sig", 62);
        await MirrorAsync(fixture, fixture.Official, copy);
        ImmutableArray<Descriptor> there = await LayersAsync(fixture, copy, sig);
        Assert.Equal([others[0], signed], there[62..]);
        Assert.Contains(_log, line => line.Contains("4 that nobody verified", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_tag_that_cannot_grow_is_left_alone_and_is_refused_where_it_would_have_to(bool isNeeded)
    {
        await using SignedReleaseFixture fixture = await PublishedAsync(said: isNeeded);
        await SayAsync(fixture, fixture.Official, _rebuilder);
        Repository copy = fixture.At(fixture.Fallback);
        await copy.PushManifestAsync((await fixture.Layout.ReadManifestAsync(fixture.Index.Digest, default))!, Att(fixture), default);
        fixture.Forget();
        if (isNeeded)
        {
            ContentException e = await Assert.ThrowsAsync<ContentException>(() => MirrorAsync(fixture, fixture.Official, fixture.Fallback));
            Assert.Contains($"{Att(fixture)}: no room", e.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(fixture.Requests, seen => seen.Writes);
        }
        else
        {
            await MirrorAsync(fixture, fixture.Official, fixture.Fallback);
            Assert.Single(await SaidAsync(fixture, fixture.Fallback, _rebuilder, Theirs));
        }

        Assert.Equal(fixture.Index.Digest, (await copy.ResolveAsync(Att(fixture), default))!.Digest);
    }

    [Theory]
    [InlineData("tag")]
    [InlineData("bytes")]
    public async Task What_the_release_says_of_itself_is_read_back_before_any_tag(string what)
    {
        await using SignedReleaseFixture fixture = await PublishedAsync();
        Reference copy = Reference.Parse("docker.io/copy/tiny");
        HashSet<string> gone = [.. await DigestsAsync(fixture)];
        bool isSent = false;
        fixture.Faults = seen =>
        {
            isSent |= seen is { Host: "docker.io", Method: "PUT" } && seen.Last == Att(fixture);
            bool isHit = what == "tag" ? seen.Last == Att(fixture) : seen.Method == "GET" && gone.Contains(seen.Last);
            return isSent && seen is { Host: "docker.io", Method: not "PUT" } && isHit ? Fault.Answer(404) : null;
        };
        ContentException e = await Assert.ThrowsAsync<ContentException>(() => MirrorAsync(fixture, fixture.Official, copy));
        Assert.Contains("nothing was tagged", e.Message, StringComparison.Ordinal);
        Assert.Contains(what == "tag" ? "attestations of" : "attestation-unreadable", e.Message, StringComparison.Ordinal);
        fixture.Faults = _ => null;
        Assert.Null(await fixture.At(copy).ResolveAsync("v1.0.0", default));
    }

    [Fact]
    public async Task Publishing_again_and_drift_find_nothing_to_do_where_one_registry_has_a_rebuilders_word()
    {
        await using SignedReleaseFixture fixture = await PublishedAsync();
        await SayAsync(fixture, fixture.Fallback, _rebuilder);
        ImmutableArray<Descriptor> before = await LayersAsync(fixture, fixture.Fallback, Att(fixture));
        fixture.Forget();
        ReleaseRecord record = await fixture.PublishAsync();
        Assert.DoesNotContain(fixture.Requests, seen => seen.Writes);
        Assert.Equal(before, await LayersAsync(fixture, fixture.Fallback, Att(fixture)));
        DriftRequest request = new()
        {
            Image = "tiny",
            Destinations = [fixture.Official, fixture.Fallback],
            Records = [RecordedRelease.Parse(record.ToBytes(), "the record")],
        };
        Assert.Empty(
            (await new Drift(fixture.Connect(), ReleasePolicy.Require(fixture.Signer.Key)).CompareAsync(request, default)).Findings
        );
    }

    public void Dispose()
    {
        _rebuilder.Dispose();
        _other.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>A release on both registries that says something more of itself; or in bundles alone, without cosign's tag.</summary>
    private static async Task<SignedReleaseFixture> PublishedAsync(Func<RehearsalOptions, RehearsalOptions>? with = null, bool said = true)
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
    private async Task SayAsync(SignedReleaseFixture fixture, Reference site, KeySigner by)
    {
        TrustStore store = TrustStore.Create(Path.Combine(_folder.FullName, by.Key.Fingerprint.Hex));
        await store.AttestAsync(Image(fixture), [new WantedStatement([fixture.Index.Digest], Theirs, "{}"u8.ToArray())], by, [], default);
        Assert.Equal(2, await new StatementPush(store.Layout, fixture.At(site)).RunAsync(default));
    }

    private static async Task<ImmutableArray<Statement>> SaidAsync(
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

    private Task<ReleaseRecord> MirrorAsync(SignedReleaseFixture fixture, Reference from, Reference to) =>
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

    private static SignedImage Image(SignedReleaseFixture fixture) => new(fixture.Layout, fixture.Index.Digest, fixture.Official);

    private static string Att(SignedReleaseFixture fixture) => AttestationLayer.TagOf(fixture.Index.Digest);

    private static async Task<ImmutableArray<Descriptor>> LayersAsync(SignedReleaseFixture fixture, Reference site, string tag) =>
        SignatureManifest.Parse((await fixture.At(site).FindTagAsync(tag, default))!.Content!).Layers;

    private static async Task<SortedSet<Digest>> ReferrersAsync(SignedReleaseFixture fixture, Reference site) =>
        new(
            (await fixture.At(site).ReferrersAsync(fixture.Index.Digest, null, default)).Select(referrer => referrer.Digest),
            Comparer<Digest>.Create((one, other) => string.CompareOrdinal(one.ToString(), other.ToString()))
        );

    /// <summary>The blobs of what the release says of its index, in either form.</summary>
    private static async Task<IEnumerable<string>> DigestsAsync(SignedReleaseFixture fixture)
    {
        List<string> digests = [.. (await LayersAsync(fixture, fixture.Official, Att(fixture))).Select(layer => layer.Digest.ToString())];
        foreach (Digest referrer in await ReferrersAsync(fixture, fixture.Official))
            digests.Add(
                Manifest.Parse((await fixture.At(fixture.Official).ReadManifestAsync(referrer, default))!.Bytes).Layers[0].Digest.ToString()
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

    private static async Task BundleAsync(SignedReleaseFixture fixture, string bundle, Reference? at = null)
    {
        Repository site = fixture.At(at ?? fixture.Official);
        await BlobAsync(site, MediaType.Empty, "{}");
        await BlobAsync(site, MediaType.SigstoreBundle, bundle);
        await site.PushReferrerAsync(BundleManifest.For(fixture.Index, Encoding.UTF8.GetBytes(bundle), Theirs), default);
    }

    private static async Task FillAsync(SignedReleaseFixture fixture, Reference site, string kind, int count)
    {
        if (kind == "bundles")
        {
            foreach (int i in Enumerable.Range(0, count))
                await BundleAsync(fixture, $"nothing {i}", site);
            return;
        }

        string type = kind == "sig" ? MediaType.SimpleSigning : MediaType.DsseEnvelope;
        List<Descriptor> layers = [];
        Descriptor nothing = await BlobAsync(fixture.At(site), type, "nothing");
        foreach (int i in Enumerable.Range(0, count))
            layers.Add(nothing with { Annotations = Descriptor.NoAnnotations.Add("number", $"{i}") });
        await PutAsync(fixture.At(site), kind == "sig" ? SignatureManifest.TagOf(fixture.Index.Digest) : Att(fixture), [.. layers]);
    }
}
