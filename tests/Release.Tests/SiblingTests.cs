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
        await using Scene scene = await Scene.CreateAsync(with: options => options with { Authentication = authentication });
        ReleasePlan first = (await scene.PublishAsync()).Plan;
        scene.Forget();
        ReleasePlan sibling = first with
        {
            Destinations = [Reference.Parse("quay.io/test/sibling"), Reference.Parse("docker.io/mirror/sibling")],
            Siblings = first.Destinations,
        };
        ReleaseRecord record = await scene.PublishAsync(sibling, scene.Signer.Key);
        await AssertTagsAsync(scene, sibling);
        Assert.All(record.Destinations, site => Assert.Equal(0, site.BlobsSent));
        Assert.DoesNotContain(scene.Requests, seen =>
            seen.Method is "PATCH" or "PUT" && seen.Path.Contains("/blobs/uploads/", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_sibling_that_has_nothing_costs_no_request_of_its_own()
    {
        await using Scene scene = await Scene.CreateAsync();
        ReleasePlan plan = await scene.PlanAsync() with
        {
            Siblings = [Reference.Parse("quay.io/test/empty"), Reference.Parse("docker.io/test/empty")],
        };
        ReleaseRecord record = await scene.PublishAsync(plan, scene.Signer.Key);
        await scene.AssertPublishedAsync(plan);
        Assert.All(record.Destinations, site => Assert.Equal(4, site.BlobsSent));
        int uploads = scene.Requests.Count(seen =>
            seen is { Host: "quay.io", Method: "PUT" } && seen.Path.Contains("/blobs/uploads/", StringComparison.Ordinal)
        );
        // And one that only asks whether we may.
        Assert.Equal(uploads + 1, scene.Requests.Count(seen => seen is { Host: "quay.io", Method: "POST" }));
    }

    private static async Task AssertTagsAsync(Scene scene, ReleasePlan plan)
    {
        foreach (Reference destination in plan.Destinations)
        {
            foreach (PlannedTag tag in plan.Tags)
                Assert.Equal(plan.SubjectOf(tag).Digest, (await scene.At(destination).ResolveAsync(tag.Name, default))?.Digest);
        }
    }
}
