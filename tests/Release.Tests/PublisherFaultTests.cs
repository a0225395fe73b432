using Slipway.Rehearsal;

namespace Slipway.Release.Tests;

/// <summary>Something goes wrong at any one request: no tag stands before its time, and one rerun ends where it should.</summary>
public class PublisherFaultTests
{
    /// <summary>More than a publication asks of either registry.</summary>
    private const int Beyond = 200;

    /// <summary>Each request meets one of the two faults.</summary>
    [Theory]
    [InlineData("quay.io", 500, 1)]
    [InlineData("quay.io", null, 2)]
    [InlineData("docker.io", 500, 2)]
    [InlineData("docker.io", null, 1)]
    public async Task A_fault_at_any_request_is_mended_by_one_rerun(string host, int? status, int first)
    {
        await using Scene scene = await Scene.CreateAsync();
        int failed = 0;
        for (int at = first; at < Beyond; at += 2)
        {
            await scene.BeginAnewAsync(at);
            ReleasePlan plan = await scene.PlanAsync();
            int count = 0;
            scene.Faults = seen => seen.Host == host && Interlocked.Increment(ref count) == at
                ? status is { } code ? Fault.Answer(code) : Fault.Reset
                : null;
            bool complete = await SucceedsAsync(scene);
            if (count < at)
                break;
            failed += complete ? 0 : 1;
            await AssertOrderAsync(scene, plan);
            scene.Faults = _ => null;
            await scene.PublishAsync();
            await scene.AssertPublishedAsync(plan);
        }

        Assert.InRange(failed, 20, (Beyond / 2) - 2);
    }

    [Fact]
    public async Task A_failure_between_two_tags_says_how_many_stand_where()
    {
        await using Scene scene = await Scene.CreateAsync();
        ReleasePlan plan = await scene.PlanAsync();
        scene.Faults = seen => seen.Host == "docker.io" && seen.Method == "PUT" && seen.Last == plan.Tags[1].Name ? Fault.Answer(503) : null;

        Http.RemoteException e = await Assert.ThrowsAsync<Http.RemoteException>(() => scene.PublishAsync());

        Assert.Equal(Http.RemoteFault.TryAgain, e.Fault);
        int all = plan.Tags.Length;
        Assert.Contains($"2 of {all} tags stand on {scene.Official.Name}, 1 of {all} tags stand on {scene.Fallback.Name}", e.Message, StringComparison.Ordinal);
        Assert.EndsWith("Run the same command again", e.Message, StringComparison.Ordinal);
    }

    private static async Task<bool> SucceedsAsync(Scene scene)
    {
        try
        {
            await scene.PublishAsync();
            return true;
        }
        catch (Http.RemoteException e)
        {
            Assert.Equal(Http.RemoteFault.TryAgain, e.Fault);
            return false;
        }
    }

    /// <summary>Where a tag stands, both registries hold all content and signatures.</summary>
    private static async Task AssertOrderAsync(Scene scene, ReleasePlan plan)
    {
        scene.Faults = _ => null;
        bool tagged = false;
        foreach (Registry.Repository site in scene.Sites())
        {
            foreach (PlannedTag tag in plan.Tags)
                tagged |= await site.ResolveAsync(tag.Name, default) is not null;
        }

        if (!tagged)
            return;
        foreach (Registry.Repository site in scene.Sites())
        {
            foreach (PlannedSignature signature in plan.Signatures)
            {
                Assert.NotNull(await site.ReadManifestAsync(signature.Subject, default));
                Assert.NotNull(await site.ResolveAsync(signature.Tag, default));
            }
        }
    }
}
