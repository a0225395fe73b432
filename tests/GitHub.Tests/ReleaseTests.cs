using Slipway.StandIns;

namespace Slipway.GitHub.Tests;

/// <summary>Releases, drafts among them (GitHub, "REST API endpoints for releases").</summary>
public sealed class ReleaseTests
{
    private static readonly DateTimeOffset Begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Releases_come_newest_first_and_a_page_is_asked_for_when_it_is_wanted()
    {
        await using Scene scene = await Scene.StartAsync();
        for (int i = 0; i < 25; i++)
            scene.Far.AddRelease($"v1.{i}.0", Begin.AddDays(i), isPrerelease: i == 24);

        List<GitHubRelease> first = await TakeAsync(scene.Anonymous, 10, 10);
        Assert.Equal(["v1.24.0", "v1.23.0"], first.Take(2).Select(release => release.Tag));
        Assert.Equal([true, false], first.Take(2).Select(release => release.IsPrerelease));
        Assert.Equal(Begin.AddDays(24), first[0].PublishedAt);
        Assert.Single(scene.Server.Asked);

        List<GitHubRelease> all = await TakeAsync(scene.Anonymous, 10, int.MaxValue);
        Assert.Equal(Enumerable.Range(0, 25).Reverse().Select(i => $"v1.{i}.0"), all.Select(release => release.Tag));
        Assert.Equal(4, scene.Server.Asked.Count);
        Assert.All(scene.Server.Asked, asked => Assert.False(asked.HasToken));
    }

    [Fact]
    public async Task A_draft_is_found_by_its_tag_and_by_nobody_who_may_not_write()
    {
        await using Scene scene = await Scene.StartAsync();
        Assert.Null(await scene.Repository.Releases.FindAsync("v1.0.0", default));
        GitHubRelease made = await scene.Repository.Releases.CreateDraftAsync(await WantedAsync(scene), default);
        Assert.True(made.IsDraft);
        Assert.Null(made.PublishedAt);

        Assert.Equal(made, await scene.Repository.Releases.FindAsync("v1.0.0", default));
        Assert.Null(await scene.Repository.Releases.FindPublishedAsync("v1.0.0", default));
        Assert.Null(await scene.Anonymous.Releases.FindAsync("v1.0.0", default));
    }

    [Fact]
    public async Task Publishing_a_draft_makes_its_tag_on_the_commit_it_names_and_once_is_enough()
    {
        await using Scene scene = await Scene.StartAsync();
        DraftRelease wanted = await WantedAsync(scene);
        GitHubRelease draft = await scene.Repository.Releases.CreateDraftAsync(wanted, default);
        await scene.Far.CommitAsync("main", "Go on", ("b", "b"));

        GitHubRelease published = await scene.Repository.Releases.PublishAsync(draft, isLatest: true, default);
        Assert.False(published.IsDraft);
        Assert.NotNull(published.PublishedAt);
        Assert.Equal(wanted.Target, await scene.Far.GitAsync("rev-parse", "v1.0.0"));
        Assert.True(scene.Far.Releases.Single().IsLatest);

        int asked = scene.Server.Asked.Count;
        Assert.Equal(published, await scene.Repository.Releases.PublishAsync(published, isLatest: true, default));
        Assert.Equal(asked, scene.Server.Asked.Count);
    }

    [Fact]
    public async Task Notes_are_updated_where_they_differ_by_more_than_line_ends()
    {
        await using Scene scene = await Scene.StartAsync();
        DraftRelease wanted = await WantedAsync(scene);
        GitHubRelease draft = await scene.Repository.Releases.CreateDraftAsync(wanted, default);
        scene.Far.Releases.Single().Notes = "First.\r\nSecond.\r\n";
        int asked = scene.Server.Asked.Count;
        draft = (await scene.Repository.Releases.FindAllAsync("v1.0.0", default)).Single();

        Assert.Equal(draft, await scene.Repository.Releases.UpdateAsync(draft, wanted, default));
        Assert.Equal(asked + 1, scene.Server.Asked.Count);

        GitHubRelease changed = await scene.Repository.Releases.UpdateAsync(
            draft,
            wanted with
            {
                Notes = "Third.",
                Title = "Other",
            },
            default
        );
        Assert.Equal(("Third.", "Other", true), (changed.Notes, changed.Title, changed.IsDraft));
        Assert.Equal("Third.", scene.Far.Releases.Single().Notes);
    }

    [Fact]
    public async Task Of_a_published_release_and_drafts_of_its_tag_the_published_one_comes_first_and_then_the_oldest()
    {
        await using Scene scene = await Scene.StartAsync();
        StandInRelease old = scene.Far.AddRelease("v1.0.0", Begin, isDraft: true),
            young = scene.Far.AddRelease("v1.0.0", Begin.AddDays(1), isDraft: true);
        Assert.Equal(old.Id, (await scene.Repository.Releases.FindAsync("v1.0.0", default))!.Id);
        StandInRelease published = scene.Far.AddRelease("v1.0.0", Begin.AddDays(2));
        Assert.Equal(published.Id, (await scene.Repository.Releases.FindAsync("v1.0.0", default))!.Id);
        Assert.Equal(
            [published.Id, old.Id, young.Id],
            (await scene.Repository.Releases.FindAllAsync("v1.0.0", default)).Select(release => release.Id)
        );
    }

    [Fact]
    public async Task A_draft_is_deleted_and_what_is_published_is_not()
    {
        await using Scene scene = await Scene.StartAsync();
        GitHubRelease draft = await scene.Repository.Releases.CreateDraftAsync(await WantedAsync(scene), default);
        await scene.Repository.Releases.DeleteDraftAsync(draft, default);
        Assert.Empty(scene.Far.Releases);
        await scene.Repository.Releases.DeleteDraftAsync(draft, default);

        scene.Far.AddRelease("v2.0.0", Begin);
        GitHubRelease published = (await scene.Repository.Releases.FindAsync("v2.0.0", default))!;
        await Assert.ThrowsAsync<InvalidOperationException>(() => scene.Repository.Releases.DeleteDraftAsync(published, default));
        Assert.Single(scene.Far.Releases);
    }

    [Theory]
    [InlineData(GitHubFault.BadGateway)]
    [InlineData(GitHubFault.BadGatewayAfterwards)]
    [InlineData(GitHubFault.Cut)]
    [InlineData(GitHubFault.CutAfterwards)]
    [InlineData(GitHubFault.SecondaryLimit)]
    public async Task However_the_creation_of_a_draft_goes_wrong_there_is_one_draft(GitHubFault fault)
    {
        await using Scene scene = await Scene.StartAsync();
        scene.Server.Fail("POST", "/releases", fault);
        GitHubRelease draft = await scene.Repository.Releases.CreateDraftAsync(await WantedAsync(scene), default);
        Assert.Equal(draft.Id, scene.Far.Releases.Single().Id);
    }

    internal static async Task<DraftRelease> WantedAsync(Scene scene, string tag = "v1.0.0") =>
        new(tag, (await scene.Far.BranchAsync("main"))!, "kubelet v1.0.0", "First.\nSecond.");

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
