using System.Text;
using Slipway.StandIns;

namespace Slipway.GitHub.Tests;

/// <summary>A run that goes wrong at any of its requests is gone on with by the next, which ends where an undisturbed one does.</summary>
public sealed class RerunTests
{
    [Theory]
    [InlineData(GitHubFault.Cut)]
    [InlineData(GitHubFault.CutAfterwards)]
    [InlineData(GitHubFault.BadGatewayDuringUpload)]
    [InlineData(GitHubFault.Forbidden)]
    public async Task A_release_converges_wherever_the_run_before_ended(GitHubFault fault)
    {
        int broken = 0;
        for (int number = 1; ; number++)
        {
            await using GitHubFixture fixture = await GitHubFixture.StartAsync();
            fixture.Server.FailAt(number, fault);
            bool isDone =
                await fixture.RunHastilyAsync(repository => ReleaseAsync(fixture, repository)) && fixture.Server.Requests.Count < number;
            if (isDone)
                break;
            broken++;
            await ReleaseAsync(fixture, fixture.Repository);

            StandInRelease release = Assert.Single(fixture.Far.Releases);
            Assert.Equal(("v1.0.0", false, "First.\nSecond."), (release.Tag, release.IsDraft, release.Notes));
            Assert.Equal(
                ["a.txt:uploaded:aaa", "b.txt:uploaded:bbb"],
                release
                    .Assets.OrderBy(asset => asset.Name)
                    .Select(asset => $"{asset.Name}:{asset.State}:{Encoding.UTF8.GetString(asset.Content)}")
            );
        }

        Assert.True(broken >= 7, $"only {broken} requests went wrong");
    }

    [Theory]
    [InlineData(GitHubFault.Cut)]
    [InlineData(GitHubFault.CutAfterwards)]
    public async Task A_proposal_converges_wherever_the_run_before_ended(GitHubFault fault)
    {
        int broken = 0;
        for (int number = 1; ; number++)
        {
            await using GitHubFixture fixture = await ProposalTests.SceneAsync();
            fixture.Server.FailAt(number, fault);
            // The request for labels may fail and end no run: then the count says that the fault was met.
            bool isDone =
                await fixture.RunHastilyAsync(repository => repository.PullRequests.ProposeAsync(ProposalTests.Wanted("1.1"), default))
                && fixture.Server.Requests.Count < number;
            if (isDone)
                break;
            broken++;

            Proposed again = await fixture.Repository.PullRequests.ProposeAsync(ProposalTests.Wanted("1.1"), default);
            Assert.Equal("1", await fixture.Far.GitAsync("rev-list", "--count", $"main..{again.Commit}"));
            StandInPullRequest pull = Assert.Single(fixture.Far.PullRequests);
            Assert.Equal(2, pull.Labels.Count);
            await fixture.Far.MergeAsync(pull.Number);
        }

        Assert.True(broken >= 10, $"only {broken} requests went wrong");
    }

    private static async Task ReleaseAsync(GitHubFixture fixture, GitHubRepository repository)
    {
        DraftRelease wanted = await ReleaseTests.WantedAsync(fixture);
        GitHubRelease release = await repository.Releases.FindAsync(wanted.Tag, default)
            ?? await repository.Releases.CreateDraftAsync(wanted, default);
        release = await repository.Releases.UpdateAsync(release, wanted, default);
        foreach ((string name, string text) in ((string, string)[])[("a.txt", "aaa"), ("b.txt", "bbb")])
            await repository.Assets.PutAsync(release, await fixture.FileAsync(name, text), null, default);
        await repository.Releases.PublishAsync(release, isLatest: true, default);
    }
}
