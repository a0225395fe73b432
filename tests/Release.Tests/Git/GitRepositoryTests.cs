using Slipway.Git;
using Slipway.Verification;

namespace Slipway.Release.Tests;

public class GitRepositoryTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_commit_that_a_tag_names_is_exactly_there(bool annotated)
    {
        using GitRepositoryFixture git = new GitRepositoryFixture().Commit().Tag("kubelet/v1.36.4", annotated);
        GitState state = await git.ReadAsync();
        Assert.Equal(("kubelet/v1.36.4", 0, 1), (state.Tag, state.Distance, state.Commits));
        Assert.Equal((git.Git("rev-parse", "HEAD"), "main", false), (state.Commit, state.Branch, state.IsDirty));
        Assert.Equal(state.Commit[..7], state.ShortCommit);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Commits_after_a_tag_are_counted(bool annotated)
    {
        using GitRepositoryFixture git = new GitRepositoryFixture().Commit().Tag("kubelet/v1.36.4", annotated).Commit(2);
        GitState state = await git.ReadAsync();
        Assert.Equal(("kubelet/v1.36.4", 2, 3), (state.Tag, state.Distance, state.Commits));
    }

    [Fact]
    public async Task Tags_of_other_images_and_other_kinds_are_passed_over()
    {
        using GitRepositoryFixture git = new GitRepositoryFixture()
            .Commit()
            .Tag("kubelet/v1.36.3")
            .Commit()
            .Tag("flannel-cni/v1.9.1")
            .Tag("v1.36.4")
            .Tag("kubelet-v1.36.4")
            .Tag("kubelet/latest")
            .Tag("not-kubelet/v9.9.9");
        Assert.Equal(("kubelet/v1.36.3", 1), ((await git.ReadAsync()).Tag, (await git.ReadAsync()).Distance));
        Assert.Equal("flannel-cni/v1.9.1", (await git.ReadAsync("flannel-cni")).Tag);
    }

    [Theory]
    [InlineData("kubelet/v1.36.5", "kubelet/v1.36.4", "kubelet/v1.36.50")]
    [InlineData("kubelet/v1.36.5-r1", "kubelet/v1.36.5")]
    [InlineData("kubelet/v1.36.5-r3", "kubelet/v1.36.5", "kubelet/v1.36.5-r2")]
    [InlineData("kubelet/v1.36.5-r11", "kubelet/v1.36.5", "kubelet/v1.36.5-r9", "kubelet/v1.36.5-r10")]
    [InlineData("kubelet/v1.36.5-r2", "kubelet/v1.36.5-r1")]
    [InlineData("kubelet/v1.36.5", "flannel-cni/v1.36.5", "v1.36.5")]
    public async Task The_next_tag_is_the_version_s_own_or_the_first_rebuild_that_is_free(string wanted, params string[] tags)
    {
        using GitRepositoryFixture git = new GitRepositoryFixture().Commit();
        foreach (string tag in tags)
            git.Tag(tag);
        Assert.Equal(wanted, await new GitRepository(git.Root).NextTagAsync("kubelet", "v1.36.5", default));
    }

    [Fact]
    public async Task A_repository_without_tags_counts_its_commits()
    {
        using GitRepositoryFixture git = new GitRepositoryFixture().Commit(4);
        GitState state = await git.ReadAsync();
        Assert.Null(state.Tag);
        Assert.Equal((0, 4), (state.Distance, state.Commits));
    }

    [Fact]
    public async Task A_tag_whose_own_name_looks_like_a_description_is_read_whole()
    {
        using GitRepositoryFixture git = new GitRepositoryFixture().Commit().Tag("kubelet/v1.36.4-2-g1234567").Commit();
        Assert.Equal(("kubelet/v1.36.4-2-g1234567", 1), ((await git.ReadAsync()).Tag, (await git.ReadAsync()).Distance));
    }

    [Fact]
    public async Task A_changed_a_staged_a_removed_and_a_new_file_are_each_dirt()
    {
        foreach (
            Action<GitRepositoryFixture> change in (Action<GitRepositoryFixture>[])
                [
                    git => File.WriteAllText(git.At("file"), "changed"),
                    git =>
                    {
                        File.WriteAllText(git.At("file"), "staged");
                        git.Git("add", "file");
                    },
                    git => File.Delete(git.At("file")),
                    git => File.WriteAllText(git.At("new"), "new"),
                ]
        )
        {
            using GitRepositoryFixture git = new GitRepositoryFixture().Commit();
            Assert.False((await git.ReadAsync()).IsDirty);
            change(git);
            Assert.True((await git.ReadAsync()).IsDirty);
        }
    }

    [Fact]
    public async Task What_is_ignored_is_no_dirt()
    {
        using GitRepositoryFixture git = new GitRepositoryFixture().Commit();
        File.WriteAllText(git.At(".gitignore"), "artifacts/\n");
        git.Git("add", ".gitignore");
        git.Git("commit", "-q", "-m", "ignore");
        Directory.CreateDirectory(git.At("artifacts"));
        File.WriteAllText(git.At("artifacts/x"), "x");
        Assert.False((await git.ReadAsync()).IsDirty);
    }

    [Fact]
    public async Task A_commit_checked_out_by_itself_has_no_branch()
    {
        using GitRepositoryFixture git = new GitRepositoryFixture().Commit(2);
        git.Git("checkout", "-q", "--detach", "HEAD~1");
        GitState state = await git.ReadAsync();
        Assert.Null(state.Branch);
        Assert.Equal(1, state.Commits);
    }

    [Theory]
    [InlineData("main")]
    [InlineData("feature/kubelet/v1")]
    public async Task A_branch_has_its_whole_name(string branch)
    {
        using GitRepositoryFixture git = new GitRepositoryFixture(branch).Commit();
        Assert.Equal(branch, (await git.ReadAsync()).Branch);
    }

    [Fact]
    public async Task A_shallow_clone_is_refused_with_the_command_that_mends_it()
    {
        using GitRepositoryFixture git = new GitRepositoryFixture().Commit(3).Tag("kubelet/v1.36.4");
        using GitRepositoryFixture clone = new();
        clone.Git("clone", "-q", "--depth", "1", "file://" + git.Root, "shallow");
        ReleaseException e = await Assert.ThrowsAsync<ReleaseException>(() =>
            new GitRepository(clone.At("shallow")).ReadAsync("kubelet", TestContext.Current.CancellationToken)
        );
        Assert.EndsWith("Run git fetch --unshallow --tags", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repository_without_a_commit_is_refused()
    {
        using GitRepositoryFixture git = new();
        await Assert.ThrowsAsync<ReleaseException>(() => git.ReadAsync());
    }

    [Fact]
    public async Task A_folder_that_is_no_repository_is_refused()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("slipway-git-");
        ReleaseException e = await Assert.ThrowsAsync<ReleaseException>(() =>
            new GitRepository(folder.FullName).ReadAsync("kubelet", TestContext.Current.CancellationToken)
        );
        Assert.StartsWith(folder.FullName, e.Message, StringComparison.Ordinal);
        folder.Delete();
    }

    [Fact]
    public async Task A_tree_whose_state_git_cannot_tell_is_not_taken_for_clean()
    {
        using GitRepositoryFixture git = new GitRepositoryFixture().Commit().Tag("kubelet/v1.36.4");
        File.WriteAllText(git.At(".git/index"), "no index");
        ReleaseException e = await Assert.ThrowsAsync<ReleaseException>(() => git.ReadAsync());
        Assert.Contains("git status", e.Message, StringComparison.Ordinal);
    }
}
