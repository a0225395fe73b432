using Slipway.StandIns;

namespace Slipway.GitHub.Tests;

/// <summary>Releases, drafts among them (GitHub, "REST API endpoints for releases").</summary>
public sealed class ReleaseTests
{
    private static readonly DateTimeOffset Begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Releases_come_newest_first_and_a_page_is_asked_for_when_it_is_wanted()
    {
        await using GitHubFixture fixture = await GitHubFixture.StartAsync();
        for (int i = 0; i < 25; i++)
            fixture.Far.AddRelease($"v1.{i}.0", Begin.AddDays(i), isPrerelease: i == 24);

        List<GitHubRelease> first = await TakeAsync(fixture.Anonymous, 10, 10);
        Assert.Equal(["v1.24.0", "v1.23.0"], first.Take(2).Select(release => release.Tag));
        Assert.Equal([true, false], first.Take(2).Select(release => release.IsPrerelease));
        Assert.Equal(Begin.AddDays(24), first[0].PublishedAt);
        Assert.Single(fixture.Server.Requests);

        List<GitHubRelease> all = await TakeAsync(fixture.Anonymous, 10, int.MaxValue);
        Assert.Equal(Enumerable.Range(0, 25).Reverse().Select(i => $"v1.{i}.0"), all.Select(release => release.Tag));
        Assert.Equal(4, fixture.Server.Requests.Count);
        Assert.All(fixture.Server.Requests, asked => Assert.False(asked.HasToken));
    }

    [Fact]
    public async Task A_draft_is_found_by_its_tag_and_by_nobody_who_may_not_write()
    {
        await using GitHubFixture fixture = await GitHubFixture.StartAsync();
        Assert.Null(await fixture.Repository.Releases.FindAsync("v1.0.0", default));
        GitHubRelease made = await fixture.Repository.Releases.CreateDraftAsync(await WantedAsync(fixture), default);
        Assert.True(made.IsDraft);
        Assert.Null(made.PublishedAt);

        Assert.Equal(made, await fixture.Repository.Releases.FindAsync("v1.0.0", default));
        Assert.Null(await fixture.Repository.Releases.FindPublishedAsync("v1.0.0", default));
        Assert.Null(await fixture.Anonymous.Releases.FindAsync("v1.0.0", default));
    }

    [Fact]
    public async Task Publishing_a_draft_makes_its_tag_on_the_commit_it_names_and_once_is_enough()
    {
        await using GitHubFixture fixture = await GitHubFixture.StartAsync();
        DraftRelease wanted = await WantedAsync(fixture);
        GitHubRelease draft = await fixture.Repository.Releases.CreateDraftAsync(wanted, default);
        await fixture.Far.CommitAsync("main", "Go on", ("b", "b"));

        GitHubRelease published = await fixture.Repository.Releases.PublishAsync(draft, isLatest: true, default);
        Assert.False(published.IsDraft);
        Assert.NotNull(published.PublishedAt);
        Assert.Equal(wanted.Target, await fixture.Far.GitAsync("rev-parse", "v1.0.0"));
        Assert.True(fixture.Far.Releases.Single().IsLatest);

        int asked = fixture.Server.Requests.Count;
        Assert.Equal(published, await fixture.Repository.Releases.PublishAsync(published, isLatest: true, default));
        Assert.Equal(asked, fixture.Server.Requests.Count);
    }

    [Fact]
    public async Task Notes_are_updated_where_they_differ_by_more_than_line_ends()
    {
        await using GitHubFixture fixture = await GitHubFixture.StartAsync();
        DraftRelease wanted = await WantedAsync(fixture);
        GitHubRelease draft = await fixture.Repository.Releases.CreateDraftAsync(wanted, default);
        fixture.Far.Releases.Single().Notes = "First.\r\nSecond.\r\n";
        int asked = fixture.Server.Requests.Count;
        draft = (await fixture.Repository.Releases.FindAllAsync("v1.0.0", default)).Single();

        Assert.Equal(draft, await fixture.Repository.Releases.UpdateAsync(draft, wanted, default));
        Assert.Equal(asked + 1, fixture.Server.Requests.Count);

        GitHubRelease changed = await fixture.Repository.Releases.UpdateAsync(
            draft,
            wanted with
            {
                Notes = "Third.",
                Title = "Other",
            },
            default
        );
        Assert.Equal(("Third.", "Other", true), (changed.Notes, changed.Title, changed.IsDraft));
        Assert.Equal("Third.", fixture.Far.Releases.Single().Notes);
    }

    [Fact]
    public async Task Of_a_published_release_and_drafts_of_its_tag_the_published_one_comes_first_and_then_the_oldest()
    {
        await using GitHubFixture fixture = await GitHubFixture.StartAsync();
        StandInRelease old = fixture.Far.AddRelease("v1.0.0", Begin, isDraft: true),
            young = fixture.Far.AddRelease("v1.0.0", Begin.AddDays(1), isDraft: true);
        Assert.Equal(old.Id, (await fixture.Repository.Releases.FindAsync("v1.0.0", default))!.Id);
        StandInRelease published = fixture.Far.AddRelease("v1.0.0", Begin.AddDays(2));
        Assert.Equal(published.Id, (await fixture.Repository.Releases.FindAsync("v1.0.0", default))!.Id);
        Assert.Equal(
            [published.Id, old.Id, young.Id],
            (await fixture.Repository.Releases.FindAllAsync("v1.0.0", default)).Select(release => release.Id)
        );
    }

    [Fact]
    public async Task A_draft_is_deleted_and_what_is_published_is_not()
    {
        await using GitHubFixture fixture = await GitHubFixture.StartAsync();
        GitHubRelease draft = await fixture.Repository.Releases.CreateDraftAsync(await WantedAsync(fixture), default);
        await fixture.Repository.Releases.DeleteDraftAsync(draft, default);
        Assert.Empty(fixture.Far.Releases);
        await fixture.Repository.Releases.DeleteDraftAsync(draft, default);

        fixture.Far.AddRelease("v2.0.0", Begin);
        GitHubRelease published = (await fixture.Repository.Releases.FindAsync("v2.0.0", default))!;
        await Assert.ThrowsAsync<InvalidOperationException>(() => fixture.Repository.Releases.DeleteDraftAsync(published, default));
        Assert.Single(fixture.Far.Releases);
    }

    [Theory]
    [InlineData(GitHubFault.BadGateway)]
    [InlineData(GitHubFault.BadGatewayAfterwards)]
    [InlineData(GitHubFault.Cut)]
    [InlineData(GitHubFault.CutAfterwards)]
    [InlineData(GitHubFault.SecondaryLimit)]
    public async Task However_the_creation_of_a_draft_goes_wrong_there_is_one_draft(GitHubFault fault)
    {
        await using GitHubFixture fixture = await GitHubFixture.StartAsync();
        fixture.Server.Fail("POST", "/releases", fault);
        GitHubRelease draft = await fixture.Repository.Releases.CreateDraftAsync(await WantedAsync(fixture), default);
        Assert.Equal(draft.Id, fixture.Far.Releases.Single().Id);
    }

    internal static async Task<DraftRelease> WantedAsync(GitHubFixture fixture, string tag = "v1.0.0") =>
        new(tag, (await fixture.Far.BranchAsync("main"))!, "kubelet v1.0.0", "First.\nSecond.");

    private static async Task<List<GitHubRelease>> TakeAsync(GitHubRepository repository, int pageSize, int count)
    {
        List<GitHubRelease> taken = [];
        await foreach (GitHubRelease release in repository.Releases.ListAsync(pageSize, default))
        {
            taken.Add(release);
            if (taken.Count == count)
                break;
        }

        return taken;
    }
}
