using System.Collections.Immutable;
using Slipway.Oci;
using Slipway.Registry;
using Slipway.StandIns;
using Slipway.Trust;

namespace Slipway.Release.Tests;

/// <summary>Where the destination has no room for what a release needs, or does not give it back.</summary>
public sealed class MirrorLimitTests : MirrorEvidenceCases
{
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
            "the release's signatures and attestations cannot be added: verification looks at 0 more",
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
        Assert.Contains(_log, line => line.Contains("4 unverified", StringComparison.Ordinal));
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
            Assert.Contains(
                $"{Att(fixture)}: the release's signatures and attestations cannot be added",
                e.Message,
                StringComparison.Ordinal
            );
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
