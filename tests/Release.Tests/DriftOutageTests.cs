using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Registry;
using Slipway.StandIns;
using static Slipway.Release.Tests.DriftComparison;

namespace Slipway.Release.Tests;

/// <summary>What drift is told of registries that fail, answer wrongly or hold more than anybody makes.</summary>
public sealed class DriftOutageTests
{
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
