using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Slipway.Git;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Registry;
using Slipway.StandIns;
using Slipway.Trust;
using Slipway.Verification;
using static Slipway.Release.Tests.DriftComparison;

namespace Slipway.Release.Tests;

/// <summary>Each way in which a release on two registries stops being what was published, told apart by name.</summary>
public class DriftTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_as_it_was_published_gives_no_finding(bool recorded)
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync(stated: true);
        ReleaseRecord record = await fixture.PublishAsync();
        fixture.Forget();
        DriftReport report = await CompareAsync(fixture, recorded ? record : null, verified: true);
        Assert.Empty(report.Findings);
        Assert.Equal((7, 14), (report.Tags, report.Content));
        Assert.DoesNotContain(fixture.Requests, seen => seen.Writes);
    }

    [Fact]
    public async Task A_tag_that_moved_on_one_registry_is_found_by_the_record_and_without_it()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync(stated: true);
        ReleaseRecord record = await fixture.PublishAsync();
        await MoveAsync(fixture, fixture.Official, record.Plan);
        DriftFinding found = Assert.Single((await CompareAsync(fixture, record)).Findings);
        Assert.Equal(
            (DriftKind.TagMoved, "quay.io/test/tiny", record.Plan.Release, record.Plan.Subjects[1].Digest),
            (found.Kind, found.Repository, found.Tag, found.Digest)
        );
        Assert.Contains($"wanted {record.Plan.Index.Digest} as its record says", found.Text, StringComparison.Ordinal);
        // Nobody knows which of the two is right then; the official one is what the other is compared with.
        found = Assert.Single((await CompareAsync(fixture, null)).Findings);
        Assert.Equal((DriftKind.TagMoved, "docker.io/mirror/tiny"), (found.Kind, found.Repository));
    }

    [Fact]
    public async Task A_tag_that_moved_alike_on_all_registries_is_found_by_the_record()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync(stated: true);
        ReleaseRecord record = await fixture.PublishAsync();
        await MoveAsync(fixture, fixture.Official, record.Plan);
        await MoveAsync(fixture, fixture.Fallback, record.Plan);
        Assert.Equal(
            [DriftKind.TagMoved, DriftKind.TagMoved],
            (await CompareAsync(fixture, record)).Findings.Select(finding => finding.Kind)
        );
        Assert.Empty((await CompareAsync(fixture, null)).Findings);
    }

    [Fact]
    public async Task A_tag_that_is_gone_from_one_registry_is_missing()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync(stated: true);
        ReleaseRecord record = await fixture.PublishAsync();
        await fixture.At(fixture.Fallback).DeleteTagAsync("build-23228e6", default);
        foreach (ReleaseRecord? known in new[] { record, null })
        {
            DriftFinding found = Assert.Single((await CompareAsync(fixture, known)).Findings);
            Assert.Equal((DriftKind.TagMissing, "docker.io/mirror/tiny", "build-23228e6"), (found.Kind, found.Repository, found.Tag));
        }
    }

    [Fact]
    public async Task A_tag_that_is_gone_everywhere_is_missing_by_the_record()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync(stated: true);
        ReleaseRecord record = await fixture.PublishAsync();
        foreach (Repository site in fixture.Sites())
            await site.DeleteTagAsync("v1.0.0", default);
        Assert.Equal(
            [DriftKind.TagMissing, DriftKind.TagMissing],
            (await CompareAsync(fixture, record)).Findings.Select(finding => finding.Kind)
        );
    }

    [Fact]
    public async Task A_deleted_child_and_a_deleted_blob_are_missing_content()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync(stated: true);
        ReleaseRecord record = await fixture.PublishAsync();
        Digest child = record.Plan.Subjects[2].Digest;
        Manifest other = Manifest.Parse((await fixture.Layout.ReadManifestAsync(record.Plan.Subjects[1].Digest, default))!.Bytes);
        await fixture.At(fixture.Fallback).DeleteManifestAsync(child, default);
        fixture.Faults = seen => seen.Host == "quay.io" && seen.Last == other.Layers[0].Digest.ToString() ? Fault.Answer(404) : null;
        DriftReport report = await CompareAsync(fixture, record);
        DriftFinding[] lost = [.. report.Findings.Where(finding => finding.Kind == DriftKind.ChildMissing)];
        Assert.Equal(
            [("quay.io/test/tiny", other.Layers[0].Digest), ("docker.io/mirror/tiny", child)],
            lost.Select(finding => (finding.Repository, finding.Digest!))
        );
        Assert.Contains("for linux/arm64", lost[1].Text, StringComparison.Ordinal);
        // Registries delete a manifest with the tags that name it.
        Assert.Equal(
            ["build-23228e6-arm64", "v1.0.0-arm64"],
            report.Findings.Where(finding => finding.Kind == DriftKind.TagMissing).Select(finding => finding.Tag)
        );
        Assert.Equal(4, report.Findings.Length);
    }

    [Fact]
    public async Task A_stripped_signature_is_missing_and_one_by_another_key_invalid()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync(stated: true);
        ReleaseRecord record = await fixture.PublishAsync();
        string tag = record.Plan.Signatures[1].Tag;
        await fixture.At(fixture.Official).DeleteTagAsync(tag, default);
        DriftFinding found = Assert.Single((await CompareAsync(fixture, record)).Findings);
        Assert.Equal(
            (DriftKind.SignatureMissing, "quay.io/test/tiny", record.Plan.Subjects[1].Digest),
            (found.Kind, found.Repository, found.Digest)
        );

        // What is missing for one manifest keeps no other from being verified.
        fixture.Damage("quay.io", record.Plan.Signatures[0].Manifest.Digest, "{}");
        DriftFinding[] both = [.. (await CompareAsync(fixture, record, verified: true)).Findings.OrderBy(finding => finding.Kind)];
        Assert.Equal(
            [(DriftKind.SignatureMissing, record.Plan.Subjects[1].Digest), (DriftKind.SignatureInvalid, record.Plan.Index.Digest)],
            both.Select(finding => (finding.Kind, finding.Digest!))
        );

        using KeySigner other = KeySigner.CreateThrowAway();
        DriftReport report = await new Drift(fixture.Connect(), ReleasePolicy.Require(other.Key)).CompareAsync(
            Request(fixture, record),
            default
        );
        Assert.Contains(report.Findings, finding => finding is { Kind: DriftKind.SignatureInvalid, Repository: "docker.io/mirror/tiny" });
        Assert.Contains(
            "signed-by-other-key",
            report.Findings.Last(finding => finding.Kind == DriftKind.SignatureInvalid).Text,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Moving_tags_are_compared_with_each_other_only()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync(stated: true);
        GitState after = SignedReleaseFixture.Exact with { Distance = 1 };
        ReleaseRecord record = await fixture.PublishAsync(after);
        ManifestContent child = (await fixture.Layout.ReadManifestAsync(record.Plan.Subjects[1].Digest, default))!;
        foreach (Repository site in fixture.Sites())
            await site.PushManifestAsync(child, "build-main", default);
        Assert.Empty((await CompareAsync(fixture, record)).Findings);
        await fixture
            .At(fixture.Fallback)
            .PushManifestAsync((await fixture.Layout.ReadManifestAsync(record.Plan.Index.Digest, default))!, "build-main", default);
        Assert.Equal(DriftKind.MovingTagDiffers, Assert.Single((await CompareAsync(fixture, record)).Findings).Kind);
    }

    [Fact]
    public async Task A_withdrawn_tag_is_not_missing_and_one_that_stands_is_found()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync(stated: true);
        ReleaseRecord record = await fixture.PublishAsync();
        foreach (Repository site in fixture.Sites())
            await site.DeleteTagAsync("v1.0.0", default);
        WithdrawalEntry entry = new()
        {
            Release = "v1.0.0",
            Reason = "a hole",
            Time = DateTimeOffset.UnixEpoch,
            Subjects = [.. record.Plan.Subjects.Select(subject => subject.Digest)],
            Destinations = [.. fixture.Sites().Select(site => new WithdrawnDestination(site.Name, ["v1.0.0"], []))],
        };
        DriftRequest request = Request(fixture, record) with { Withdrawals = [entry] };
        Assert.Empty((await new Drift(fixture.Connect(), null).CompareAsync(request, default)).Findings);
        await fixture
            .At(fixture.Fallback)
            .PushManifestAsync((await fixture.Layout.ReadManifestAsync(record.Plan.Index.Digest, default))!, "v1.0.0", default);
        DriftFinding found = Assert.Single((await new Drift(fixture.Connect(), null).CompareAsync(request, default)).Findings);
        Assert.Equal((DriftKind.TagWithdrawn, "docker.io/mirror/tiny"), (found.Kind, found.Repository));
        Assert.Contains("a hole", found.Text, StringComparison.Ordinal);
        // Whoever puts something else in a withdrawn tag's place has moved it.
        await fixture
            .At(fixture.Fallback)
            .PushManifestAsync(new ManifestContent(MediaType.Index, new Oci.Index([]).ToBytes()), "v1.0.0", default);
        found = Assert.Single((await new Drift(fixture.Connect(), null).CompareAsync(request, default)).Findings, finding =>
            finding.Kind == DriftKind.TagMoved
        );
        Assert.Equal("docker.io/mirror/tiny", found.Repository);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"schemaVersion\":2}")]
    [InlineData("{\"schemaVersion\":2,\"mediaType\":\"text/plain\",\"manifests\":[]}")]
    public async Task A_manifest_whose_bytes_are_others_is_damaged_content(string bytes)
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync(stated: true);
        ReleaseRecord record = await fixture.PublishAsync();
        fixture.Damage("quay.io", record.Plan.Subjects[1].Digest, bytes);
        DriftFinding found = Assert.Single((await CompareAsync(fixture, record)).Findings);
        Assert.Equal(
            (DriftKind.ContentDamaged, "quay.io/test/tiny", record.Plan.Subjects[1].Digest),
            (found.Kind, found.Repository, found.Digest)
        );
    }

    [Fact]
    public async Task Only_tags_that_are_wanted_matter()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync(stated: true);
        ReleaseRecord record = await fixture.PublishAsync();
        await fixture.At(fixture.Fallback).DeleteTagAsync("v1.0.0", default);
        DriftRequest request = Request(fixture, record) with { Wanted = tag => tag.StartsWith("build-", StringComparison.Ordinal) };
        DriftReport report = await new Drift(fixture.Connect(), null).CompareAsync(request, default);
        Assert.Empty(report.Findings);
        Assert.Equal(4, report.Tags);
    }

    [Fact]
    public async Task Records_that_contradict_each_other_are_refused()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync(stated: true);
        RecordedRelease one = RecordedRelease.Parse((await fixture.PublishAsync()).ToBytes(), "one");
        RecordedRelease two = one with
        {
            Origin = "two",
            Tags = one.Tags.SetItem("quay.io/test/tiny", one.Tags["quay.io/test/tiny"].SetItem("v1.0.0", Digest.Of("x"u8))),
        };
        DriftRequest request = Request(fixture, null) with { Records = [one, two] };
        ContentException e = await Assert.ThrowsAsync<ContentException>(() =>
            new Drift(fixture.Connect(), null).CompareAsync(request, default)
        );
        Assert.Contains("one says that v1.0.0", e.Message, StringComparison.Ordinal);
    }
}
