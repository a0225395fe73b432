using Slipway.Rehearsal;
using Slipway.StandIns;

namespace Slipway.Release.Tests;

/// <summary>What a publication says of itself when it fails in the middle.</summary>
public class PublisherFaultTests
{
    [Fact]
    public async Task A_failure_between_two_tags_says_how_many_stand_where()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
        ReleasePlan plan = await fixture.PlanAsync();
        fixture.Faults = seen =>
            seen.Host == "docker.io" && seen.Method == "PUT" && seen.Last == plan.Tags[1].Name ? Fault.Answer(503) : null;

        Http.RemoteException e = await Assert.ThrowsAsync<Http.RemoteException>(() => fixture.PublishAsync());

        Assert.Equal(Http.RemoteFault.TryAgain, e.Fault);
        int all = plan.Tags.Length;
        Assert.Contains(
            $"2 of {all} tags exist on {fixture.Official.Name}, 1 of {all} tags exist on {fixture.Fallback.Name}",
            e.Message,
            StringComparison.Ordinal
        );
        Assert.EndsWith("Run the same command again", e.Message, StringComparison.Ordinal);
    }
}
