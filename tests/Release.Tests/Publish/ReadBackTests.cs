using Slipway.Http;
using Slipway.Oci;
using Slipway.Registry;
using Slipway.Rehearsal;
using Slipway.StandIns;

namespace Slipway.Release.Tests;

/// <summary>Who reads back, and what a read-back notices.</summary>
public class ReadBackTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_public_repository_is_read_back_as_everybody_reads_it_and_a_private_one_with_our_credentials(bool isPublic)
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync(with: options =>
            options with
            {
                Authentication = RehearsalAuthentication.Token,
                IsPublic = isPublic,
            }
        );
        ReleasePlan plan = (await fixture.PublishAsync()).Plan;
        await fixture.AssertPublishedAsync(plan);
        RegistryRequest[] all = [.. fixture.Requests];
        int tag = Array.FindIndex(all, seen => seen.Method == "PUT" && seen.Last == plan.Tags[0].Name);
        int content = Array.FindLastIndex(all, tag - 1, seen => seen.Writes && seen.Path.Contains("/manifests/", StringComparison.Ordinal));
        RegistryRequest[] tokens = [.. all[(content + 1)..tag].Where(seen => seen.Path == "/v2/auth")];
        Assert.NotEmpty(tokens);
        Assert.Equal(!isPublic, tokens.Any(seen => seen.HasAuthorization));
    }

    [Theory]
    [InlineData("blob")]
    [InlineData("signature's blob")]
    [InlineData("manifest")]
    public async Task What_was_taken_and_is_not_there_leaves_everything_untagged(string what)
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
        ReleasePlan plan = await fixture.PlanAsync();
        Descriptor gone = what switch
        {
            "manifest" => plan.Subjects[2],
            "blob" => Manifest.Parse((await fixture.Layout.ReadManifestAsync(plan.Subjects[2].Digest, default))!.Bytes).Blobs.Last(),
            _ => Manifest
                .Parse((await fixture.Store.Layout.ReadManifestAsync(plan.Signatures[1].Manifest.Digest, default))!.Bytes)
                .Blobs.Last(),
        };
        bool isSent = false;
        fixture.Faults = seen =>
        {
            if (seen is { Host: "docker.io", Method: "PUT" } && seen.Last == plan.Signatures[^1].Tag)
                isSent = true;
            return isSent && seen.Host == "docker.io" && seen.Last == gone.Digest.ToString() ? Fault.Answer(404) : null;
        };
        ContentException e = await Assert.ThrowsAsync<ContentException>(() => fixture.PublishAsync());
        Assert.StartsWith(fixture.Fallback.Name, e.Message, StringComparison.Ordinal);
        Assert.Contains("nothing was tagged", e.Message, StringComparison.Ordinal);
        Assert.Equal(PublishPhase.ReadBack, fixture.Record!.Phase);
        fixture.Faults = _ => null;
        await fixture.AssertUntaggedAsync(plan);
    }
}
