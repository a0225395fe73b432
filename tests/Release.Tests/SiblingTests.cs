using Slipway.Oci;
using Slipway.Registry;
using Slipway.Rehearsal;

namespace Slipway.Release.Tests;

/// <summary>Layers that another image's repository has are mounted from there.</summary>
public class SiblingTests
{
    [Theory]
    [InlineData(RehearsalAuthentication.None)]
    [InlineData(RehearsalAuthentication.Token)]
    public async Task Shared_blobs_are_mounted_on_every_registry_and_none_of_their_bytes_sent(RehearsalAuthentication authentication)
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync(with: options =>
            options with
            {
                Authentication = authentication,
            }
        );
        ReleasePlan first = (await fixture.PublishAsync()).Plan;
        fixture.Forget();
        ReleasePlan sibling = first with
        {
            Destinations = [Reference.Parse("quay.io/test/sibling"), Reference.Parse("docker.io/mirror/sibling")],
            Siblings = first.Destinations,
        };
        ReleaseRecord record = await fixture.PublishAsync(sibling, fixture.Signer.Key);
        await AssertTagsAsync(fixture, sibling);
        Assert.All(record.Destinations, site => Assert.Equal(0, site.BlobsSent));
        Assert.DoesNotContain(fixture.Requests, seen =>
            seen.Method is "PATCH" or "PUT" && seen.Path.Contains("/blobs/uploads/", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_sibling_that_has_nothing_costs_no_request_of_its_own()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
        ReleasePlan plan = await fixture.PlanAsync() with
        {
            Siblings = [Reference.Parse("quay.io/test/empty"), Reference.Parse("docker.io/test/empty")],
        };
        ReleaseRecord record = await fixture.PublishAsync(plan, fixture.Signer.Key);
        await fixture.AssertPublishedAsync(plan);
        Assert.All(record.Destinations, site => Assert.Equal(4, site.BlobsSent));
        int uploads = fixture.Requests.Count(seen =>
            seen is { Host: "quay.io", Method: "PUT" } && seen.Path.Contains("/blobs/uploads/", StringComparison.Ordinal)
        );
        // And one that only asks whether we may.
        Assert.Equal(uploads + 1, fixture.Requests.Count(seen => seen is { Host: "quay.io", Method: "POST" }));
    }

    private static async Task AssertTagsAsync(SignedReleaseFixture fixture, ReleasePlan plan)
    {
        foreach (Reference destination in plan.Destinations)
        {
            foreach (PlannedTag tag in plan.Tags)
                Assert.Equal(plan.SubjectOf(tag).Digest, (await fixture.At(destination).ResolveAsync(tag.Name, default))?.Digest);
        }
    }
}
