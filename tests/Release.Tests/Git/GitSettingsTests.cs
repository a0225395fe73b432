using Slipway.Git;
using Slipway.Verification;

namespace Slipway.Release.Tests;

/// <summary>What a user's settings, a clone's oddities and whoever started us say of a commit does not count.</summary>
public class GitSettingsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Columns_do_not_hide_a_tag_from_the_next_one()
    {
        using GitRepositoryFixture git = new GitRepositoryFixture().Commit();
        foreach (string tag in (string[])["kubelet/v1.36.5", "kubelet/v1.36.5-r1", "kubelet/v1.36.5-r2"])
            git.Tag(tag);
        foreach (
            (string key, string value) in new[]
            {
                ("column.ui", "always"),
                ("color.ui", "always"),
                ("column.tag", "always,row"),
                ("tag.sort", "-version:refname"),
                ("status.short", "true"),
                ("status.branch", "true"),
            }
        )
            git.Git("config", key, value);
        Assert.Equal("kubelet/v1.36.5-r3", await new GitRepository(git.Root).NextTagAsync("kubelet", "v1.36.5", Stop));
        Assert.False((await new GitRepository(git.Root, new RequestedTags(["kubelet/v1.36.5"])).ReadAsync("kubelet", Stop)).IsDirty);
    }

    [Fact]
    public async Task A_replaced_and_a_grafted_commit_are_what_they_were()
    {
        using GitRepositoryFixture git = new GitRepositoryFixture()
            .Commit()
            .Tag("kubelet/v1.36.3")
            .Commit(2)
            .Tag("kubelet/v1.36.4")
            .Commit(3);
        GitState before = await git.ReadAsync();
        Assert.Equal(("kubelet/v1.36.4", 3, 6), (before.Tag, before.Distance, before.Commits));
        string head = git.Git("rev-parse", "HEAD"),
            first = git.Git("rev-parse", "HEAD~5");
        git.Git("replace", "--graft", head, first);
        GitState replaced = await git.ReadAsync();
        Assert.Equal((before.Tag, before.Distance, before.Commits), (replaced.Tag, replaced.Distance, replaced.Commits));
        git.Git("replace", "-d", head);
        Directory.CreateDirectory(git.At(".git/info"));
        await File.WriteAllTextAsync(git.At(".git/info/grafts"), $"{head} {first}\n", Stop);
        GitState grafted = await git.ReadAsync();
        Assert.Equal((before.Tag, before.Distance, before.Commits), (grafted.Tag, grafted.Distance, grafted.Commits));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Two_tags_that_fit_a_commit_are_refused_by_name_and_the_one_that_is_asked_for_is_taken(bool annotated)
    {
        using GitRepositoryFixture git = new GitRepositoryFixture().Commit().Tag("kubelet/v1.36.4", annotated).Tag("kubelet/v1.36.4-r1");
        ReleaseException e = await Assert.ThrowsAsync<ReleaseException>(() => git.ReadAsync());
        Assert.EndsWith("Give --tag kubelet/v1.36.4 or --tag kubelet/v1.36.4-r1", e.Message, StringComparison.Ordinal);
        foreach (string wanted in (string[])["kubelet/v1.36.4", "kubelet/v1.36.4-r1"])
            Assert.Equal((wanted, 0), Of(await new GitRepository(git.Root, new RequestedTags([wanted])).ReadAsync("kubelet", Stop)));
        // Another image's tag is no answer.
        await Assert.ThrowsAsync<ReleaseException>(() =>
            new GitRepository(git.Root, new RequestedTags(["flannel-cni/v1.0.0"])).ReadAsync("kubelet", Stop)
        );
        git.Commit();
        Assert.Equal(("kubelet/v1.36.4-r1", 1), Of(await git.ReadAsync()));
    }

    [Fact]
    public async Task A_tag_that_is_asked_for_and_elsewhere_or_nowhere_is_refused_with_what_mends_it()
    {
        using GitRepositoryFixture git = new GitRepositoryFixture().Commit().Tag("kubelet/v1.36.3").Commit();
        async Task<string> RefusedAsync(string tag) =>
            (
                await Assert.ThrowsAsync<ReleaseException>(() =>
                    new GitRepository(git.Root, new RequestedTags([tag])).ReadAsync("kubelet", Stop)
                )
            ).Message;
        Assert.EndsWith("Run git checkout kubelet/v1.36.3", await RefusedAsync("kubelet/v1.36.3"), StringComparison.Ordinal);
        git.Git("checkout", "-q", "kubelet/v1.36.3");
        Assert.Equal(
            ("kubelet/v1.36.3", 0),
            Of(await new GitRepository(git.Root, new RequestedTags(["kubelet/v1.36.3"])).ReadAsync("kubelet", Stop))
        );
        Assert.EndsWith("or git tag kubelet/v1.36.4", await RefusedAsync("kubelet/v1.36.4"), StringComparison.Ordinal);
        git.Tag("kubelet/v1.36.4");
        Assert.Equal(
            ("kubelet/v1.36.4", 0),
            Of(await new GitRepository(git.Root, new RequestedTags(["kubelet/v1.36.4"])).ReadAsync("kubelet", Stop))
        );
    }

    [Theory]
    [InlineData("refs/tags/kubelet/v1.36.4", null, "kubelet/v1.36.4")]
    [InlineData(null, "kubelet/v1.36.4-r2", "kubelet/v1.36.4-r2")]
    [InlineData("refs/heads/main", null, null)]
    [InlineData("refs/tags/latest", "nightly", null)]
    [InlineData("refs/tags/flannel-cni/v1.9.1", null, null)]
    public void What_a_CI_runs_for_is_asked_for(string? github, string? gitlab, string? wanted) =>
        Assert.Equal(
            wanted,
            RequestedTags
                .Of([], name => name == "GITHUB_REF" ? github
                    : name == "CI_COMMIT_TAG" ? gitlab
                    : null)
                .Of("kubelet")
        );

    [Fact]
    public void The_command_line_says_more_than_a_CI_and_one_tag_for_each_image()
    {
        RequestedTags asked = RequestedTags.Of(["kubelet/v1.36.4", "refs/tags/flannel-cni/v1.9.1-r1"], _ => "refs/tags/kubelet/v9.9.9");
        Assert.Equal(("kubelet/v1.36.4", "flannel-cni/v1.9.1-r1"), (asked.Of("kubelet"), asked.Of("flannel-cni")));
        Assert.Throws<FormatException>(() => RequestedTags.Of(["kubelet/v1.36.4", "kubelet/v1.36.5"], _ => null));
        foreach (
            string wrong in (string[])["v1.36.4", "kubelet/latest", "kubelet/v1.36", "/v1.36.4", "kubelet/v1.36.4\n", "a/b/v1.0.0", ""]
        )
            Assert.Throws<FormatException>(() => RequestedTags.Of([wrong], _ => null));
    }

    [Fact]
    public async Task A_tag_of_a_tag_and_a_tag_of_no_commit_are_told_apart()
    {
        using GitRepositoryFixture git = new GitRepositoryFixture().Commit().Tag("signed", annotated: true);
        git.Git("tag", "-a", "-m", "twice", "kubelet/v1.36.4", "signed");
        git.Git("tag", "kubelet/v1.36.9", git.Git("hash-object", "-w", "file"));
        Assert.Equal(("kubelet/v1.36.4", 0), Of(await git.ReadAsync()));
        git.Commit(2);
        Assert.Equal(("kubelet/v1.36.4", 2), Of(await git.ReadAsync()));
    }

    /// <summary>Merges, tags on both sides, tags that are elsewhere: as git itself describes them.</summary>
    [Fact]
    public async Task An_ordinary_history_is_described_as_git_does()
    {
        using GitRepositoryFixture git = new GitRepositoryFixture().Commit(2).Tag("kubelet/v1.36.3");
        git.Git("checkout", "-q", "-b", "side");
        git.Commit(2).Tag("kubelet/v1.36.3-r1").Commit();
        git.Git("checkout", "-q", "main");
        Describe();
        git.Git("commit", "-q", "--allow-empty", "-m", "on main");
        git.Git("merge", "-q", "-s", "ours", "-m", "merge", "side");
        Describe();
        git.Commit(3);
        Describe();
        git.Git("checkout", "-q", "-b", "elsewhere", "HEAD~2");
        git.Commit().Tag("kubelet/v1.37.0");
        git.Git("checkout", "-q", "main");
        Describe();
        Assert.Equal("kubelet/v1.36.3-r1", await new GitRepository(git.Root).TagBeforeAsync("kubelet", git.Git("rev-parse", "HEAD"), Stop));

        void Describe()
        {
            string[] described = git.Git("describe", "--tags", "--long", "--match", "kubelet/v*").Split('-');
            GitState state = git.ReadAsync().GetAwaiter().GetResult();
            Assert.Equal(
                (string.Join('-', described[..^2]), int.Parse(described[^2], System.Globalization.CultureInfo.InvariantCulture)),
                (state.Tag, state.Distance)
            );
        }
    }

    [Fact]
    public async Task A_branch_beside_a_tag_of_its_name_is_that_branch()
    {
        using GitRepositoryFixture git = new GitRepositoryFixture().Commit().Tag("main").Tag("HEAD");
        Assert.Equal("main", (await git.ReadAsync()).Branch);
    }

    [Fact]
    public async Task What_settings_hide_from_git_is_dirt()
    {
        using GitRepositoryFixture git = new GitRepositoryFixture().Commit();
        await File.WriteAllTextAsync(git.At(".git/ignored"), "new\n", Stop);
        git.Git("config", "core.excludesFile", git.At(".git/ignored"));
        git.Git("config", "status.showUntrackedFiles", "no");
        await File.WriteAllTextAsync(git.At("new"), "new", Stop);
        Assert.Equal(new GitChange("new", GitChangeKind.Untracked), Assert.Single((await git.ReadAsync()).Changes));
        File.Delete(git.At("new"));
        foreach (string hide in (string[])["--assume-unchanged", "--skip-worktree"])
        {
            git.Git("update-index", hide, "file");
            Assert.False((await git.ReadAsync()).IsDirty);
            await File.WriteAllTextAsync(git.At("file"), "other", Stop);
            GitState state = await git.ReadAsync();
            Assert.Equal(new GitChange("file", GitChangeKind.Hidden), Assert.Single(state.Changes));
            GitRepairTests.Run(git.Root, GitChange.Repair(state.Changes));
            Assert.False((await git.ReadAsync()).IsDirty);
        }
    }

    private static (string?, int) Of(GitState state) => (state.Tag, state.Distance);
}
