using System.Collections.Immutable;
using System.Text;
using Slipway.Oci;
using Slipway.Registry;
using Slipway.StandIns;
using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.Release.Tests;

/// <summary>
/// Copying between registries that hold different signatures and statements about the same release: what comes along, and what stays.
/// </summary>
public sealed class MirrorEvidenceTests : MirrorEvidenceCases
{
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
}
