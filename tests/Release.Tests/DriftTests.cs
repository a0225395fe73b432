using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Registry;
using Slipway.Rehearsal;
using Slipway.StandIns;
using Slipway.Trust;

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
    public async Task More_tags_than_anybody_makes_are_told_in_few_findings_and_what_is_recorded_is_compared_all_the_same()
    {
        // One registry lists 60 000 tags of a release's form, the other has none of them.
        int asked = 0;
        using ManyTags wire = new(60_000, () => Interlocked.Increment(ref asked));
        using HttpTransport transport = new(wire, new RetryPolicy { Attempts = 1 }, TimeProvider.System, _ => { });
        DriftReport report = await new Drift(
            new RegistryClient(transport, Credentials.None, RegistryMap.Default, TimeProvider.System),
            null
        ).CompareAsync(
            new DriftRequest
            {
                Image = "tiny",
                Destinations = [Reference.Parse("quay.io/test/tiny"), Reference.Parse("docker.io/mirror/tiny")],
                Wanted = _ => true,
            },
            default
        );
        Assert.Equal(Drift.MostTags, report.Tags);
        Assert.InRange(asked, report.Tags, (2 * report.Tags) + 100);
        DriftFinding beyond = Assert.Single(report.Findings, finding => finding.Kind == DriftKind.TagsBeyondLimit);
        Assert.Equal("quay.io/test/tiny", beyond.Repository);
        Assert.InRange(report.Findings.Length, Drift.MostFindings, Drift.MostFindings + 10);
        Assert.InRange(report.Omitted, report.Tags - Drift.MostFindings - 10, report.Tags);
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

    [Theory]
    [InlineData(503)]
    [InlineData(401)]
    [InlineData(429)]
    [InlineData(null)]
    public async Task A_registry_that_cannot_be_asked_is_neither_fine_nor_missing(int? status)
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync(stated: true);
        ReleaseRecord record = await fixture.PublishAsync();
        fixture.Faults = seen =>
            seen.Host == "docker.io"
                ? status is { } code
                    ? Fault.Answer(code)
                    : Fault.Reset
                : null;
        DriftFinding found = Assert.Single((await CompareAsync(fixture, record)).Findings);
        Assert.Equal((DriftKind.RegistryUnreachable, "docker.io/mirror/tiny"), (found.Kind, found.Repository));
    }

    [Fact]
    public async Task A_registry_that_answers_as_none_does_is_unsound()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync(stated: true);
        ReleaseRecord record = await fixture.PublishAsync();
        fixture.Faults = seen => seen.Host == "docker.io" ? Fault.Answer(418) : null;
        Assert.Equal(DriftKind.RegistryUnsound, Assert.Single((await CompareAsync(fixture, record)).Findings).Kind);
    }

    [Fact]
    public async Task A_failure_of_any_one_request_never_makes_anything_missing()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync(stated: true);
        ReleaseRecord record = await fixture.PublishAsync();
        fixture.Forget();
        await CompareAsync(fixture, record, verified: true);
        int requests = fixture.Requests.Length;
        for (int at = 0; at < requests; at++)
        {
            int left = at;
            fixture.Faults = _ => Interlocked.Decrement(ref left) == -1 ? Fault.Answer(503) : null;
            Assert.All((await CompareAsync(fixture, record, verified: true)).Findings, finding =>
                Assert.Equal(DriftKind.RegistryUnreachable, finding.Kind)
            );
        }
    }

    [Fact]
    public async Task What_differs_on_one_registry_is_found_while_the_other_is_down()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync(stated: true);
        ReleaseRecord record = await fixture.PublishAsync();
        await MoveAsync(fixture, fixture.Official, record.Plan);
        await fixture.StopAsync(1);
        Assert.Equal(
            [DriftKind.TagMoved, DriftKind.RegistryUnreachable],
            (await CompareAsync(fixture, record)).Findings.Select(finding => finding.Kind)
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

    [Fact]
    public async Task A_registry_that_says_it_holds_something_else_is_one_finding_among_others()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync(stated: true);
        ReleaseRecord record = await fixture.PublishAsync();
        await fixture.At(fixture.Official).DeleteTagAsync("build-23228e6", default);
        fixture.Faults = seen =>
            seen.Host == "docker.io" && seen.Method == "HEAD" && seen.Path.Contains("/manifests/sha256:", StringComparison.Ordinal)
                ? Fault.WrongDigest
                : null;
        DriftReport report = await CompareAsync(fixture, record, verified: true);
        Assert.Equal(
            [(DriftKind.TagMissing, "quay.io/test/tiny"), (DriftKind.RegistryUnsound, "docker.io/mirror/tiny")],
            report.Findings.Select(finding => (finding.Kind, finding.Repository))
        );
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

    private static async Task MoveAsync(SignedReleaseFixture fixture, Reference destination, ReleasePlan plan) =>
        await fixture
            .At(destination)
            .PushManifestAsync((await fixture.Layout.ReadManifestAsync(plan.Subjects[1].Digest, default))!, plan.Release, default);

    private static DriftRequest Request(SignedReleaseFixture fixture, ReleaseRecord? record) =>
        new()
        {
            Image = "tiny",
            Destinations = [fixture.Official, fixture.Fallback],
            Records = record is null ? [] : [RecordedRelease.Parse(record.ToBytes(), "the record")],
        };

    private static Task<DriftReport> CompareAsync(SignedReleaseFixture fixture, ReleaseRecord? record, bool verified = false) =>
        new Drift(fixture.Connect(), verified ? ReleasePolicy.Require(fixture.Signer.Key) : null).CompareAsync(
            Request(fixture, record),
            default
        );

    /// <summary>Quay with many tags that all name one manifest; Docker Hub without any.</summary>
    private sealed class ManyTags(int count, Action asked) : HttpMessageHandler
    {
        private static readonly byte[] Manifest = Encoding.UTF8.GetBytes(
            $"{{\"schemaVersion\":2,\"mediaType\":\"{MediaType.Manifest}\",\"config\":{{\"mediaType\":\"{MediaType.Config}\",\"digest\":\"{Digest.Of("{}"u8)}\",\"size\":2}},\"layers\":[]}}"
        );

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            asked();
            string path = request.RequestUri!.PathAndQuery;
            bool isQuay = request.RequestUri.Host == "quay.io";
            HttpResponseMessage answer =
                path.Contains("/tags/list", StringComparison.Ordinal) ? List(isQuay ? path : null)
                : isQuay
                && (
                    path.Contains("/manifests/v", StringComparison.Ordinal)
                    || path.EndsWith(Digest.Of(Manifest).ToString(), StringComparison.Ordinal)
                )
                    ? Content(Manifest, MediaType.Manifest)
                : isQuay && path.EndsWith(Digest.Of("{}"u8).ToString(), StringComparison.Ordinal)
                    ? Content("{}"u8.ToArray(), "application/octet-stream")
                : new HttpResponseMessage(HttpStatusCode.NotFound);
            answer.RequestMessage = request;
            return Task.FromResult(answer);
        }

        private HttpResponseMessage List(string? path)
        {
            int from = path?.Split("last=") is [_, var last] ? int.Parse(last, System.Globalization.CultureInfo.InvariantCulture) : 0,
                to = path is null ? 0 : Math.Min(from + 1000, count);
            HttpResponseMessage answer = Content(
                Encoding.UTF8.GetBytes(
                    $"{{\"tags\":[{string.Join(',', Enumerable.Range(from, to - from).Select(i => $"\"v1.0.{i}\""))}]}}"
                ),
                "application/json"
            );
            if (to < count && path is not null)
                answer.Headers.Add("Link", $"</v2/test/tiny/tags/list?n=1000&last={to}>; rel=\"next\"");
            return answer;
        }

        private static HttpResponseMessage Content(byte[] bytes, string type)
        {
            HttpResponseMessage answer = new(HttpStatusCode.OK)
            {
                Content = new ByteArrayContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue(type) } },
            };
            answer.Headers.Add("Docker-Content-Digest", Digest.Of(bytes).ToString());
            return answer;
        }
    }
}
