using System.Diagnostics;
using System.Text.RegularExpressions;
using Slipway.Git;
using Slipway.Oci;
using Slipway.Verification;

namespace Slipway.Release.Tests;

/// <summary>Each command that an error about git prints, run as printed in the state it is printed for.</summary>
public class GitRepairTests
{
    private static readonly Platform[] Platforms = [Platform.Parse("linux/amd64")];

    [Fact]
    public async Task A_shallow_clone_is_whole_after_the_printed_command()
    {
        using GitRepositoryFixture git = new GitRepositoryFixture().Commit(2).Tag("kubelet/v1.36.4").Commit();
        using GitRepositoryFixture clone = new();
        clone.Git("clone", "-q", "--depth", "1", "file://" + git.Root, "shallow");
        Run(clone.At("shallow"), await RefusalAsync(clone.At("shallow")));
        Assert.Equal(("kubelet/v1.36.4", 1), Of(await ReadAsync(clone.At("shallow"))));
    }

    [Fact]
    public async Task A_shallow_clone_of_one_tag_is_whole_after_the_printed_command()
    {
        using GitRepositoryFixture git = new GitRepositoryFixture().Commit(2).Tag("kubelet/v1.36.4", annotated: true);
        using GitRepositoryFixture clone = new();
        clone.Git("clone", "-q", "--depth", "1", "--branch", "kubelet/v1.36.4", "file://" + git.Root, "shallow");
        Run(clone.At("shallow"), await RefusalAsync(clone.At("shallow")));
        Assert.Equal(("kubelet/v1.36.4", 0), Of(await ReadAsync(clone.At("shallow"))));
    }

    [Fact]
    public async Task A_clone_without_tags_has_them_after_the_printed_command()
    {
        using GitRepositoryFixture git = new GitRepositoryFixture().Commit(2).Tag("kubelet/v1.36.4");
        using GitRepositoryFixture clone = new();
        clone.Git("clone", "-q", "--no-tags", "file://" + git.Root, "bare-of-tags");
        string root = clone.At("bare-of-tags");
        Run(root, Plan(await ReadAsync(root)).RehearsalOnly!);
        Assert.Null(Plan(await ReadAsync(root)).RehearsalOnly);
    }

    [Theory]
    [InlineData("kubelet/v1.36.4")]
    [InlineData("kubelet/v1.36.4-r1", "kubelet/v1.36.4")]
    public async Task A_commit_without_a_tag_has_a_free_one_after_the_printed_command(string made, params string[] elsewhere)
    {
        using GitRepositoryFixture git = new GitRepositoryFixture().Commit();
        foreach (string tag in elsewhere)
        {
            git.Git("checkout", "-q", "-b", "other");
            git.Commit().Tag(tag);
            git.Git("checkout", "-q", "main");
        }

        Run(git.Root, Plan(await git.ReadAsync()).RehearsalOnly!);
        Assert.Equal((made, 0), Of(await git.ReadAsync()));
        Assert.Null(Plan(await git.ReadAsync()).RehearsalOnly);
    }

    [Theory]
    [InlineData("kubelet/v1.36.5", false)]
    [InlineData("kubelet/v1.36.5", true)]
    [InlineData("kubelet/vnext", false)]
    [InlineData("kubelet/v1;touch${IFS}pwned", false)]
    public async Task A_tag_that_disagrees_with_the_definition_is_another_one_after_the_printed_command(string tag, bool released)
    {
        using GitRepositoryFixture git = new GitRepositoryFixture().Commit();
        if (released)
            git.Tag("kubelet/v1.36.4");
        git.Commit().Tag(tag);
        Run(git.Root, Assert.Throws<ReleaseException>(() => Plan(git.ReadAsync().GetAwaiter().GetResult())).Message);
        Assert.Equal((released ? "kubelet/v1.36.4-r1" : "kubelet/v1.36.4", 0), Of(await git.ReadAsync()));
        Assert.Null(Plan(await git.ReadAsync()).RehearsalOnly);
        Assert.False(File.Exists(git.At("pwned")));
    }

    [Fact]
    public async Task A_renamed_tag_object_is_the_tag_s_own_after_the_printed_command()
    {
        using GitRepositoryFixture git = new GitRepositoryFixture().Commit().Tag("kubelet/v1.36.3", annotated: true);
        git.Git("tag", "kubelet/v1.36.4", "kubelet/v1.36.3");
        git.Git("tag", "-d", "kubelet/v1.36.3");
        string refused = await RefusalAsync(git.Root);
        Assert.Contains("kubelet/v1.36.4 is an object that names itself kubelet/v1.36.3", refused, StringComparison.Ordinal);
        Run(git.Root, refused);
        Assert.Equal(("kubelet/v1.36.4", 0), Of(await git.ReadAsync()));
        Assert.Equal("kubelet/v1.36.4", git.Git("describe", "--tags"));
    }

    [Theory]
    [InlineData("changed")]
    [InlineData("staged")]
    [InlineData("removed")]
    [InlineData("added")]
    [InlineData("new")]
    [InlineData("new folder")]
    [InlineData("both")]
    public async Task A_dirty_tree_names_what_is_dirty_and_is_clean_after_the_printed_command(string what)
    {
        using GitRepositoryFixture git = new GitRepositoryFixture().Commit().Tag("kubelet/v1.36.4");
        string named = "file";
        if (what is "changed" or "staged" or "both")
            await File.WriteAllTextAsync(git.At("file"), "other", TestContext.Current.CancellationToken);
        if (what == "staged")
            git.Git("add", "file");
        if (what == "removed")
            File.Delete(git.At("file"));
        if (what is "added" or "new" or "both" or "new folder")
        {
            named = what == "new folder" ? "a folder/" : "new one";
            Directory.CreateDirectory(git.At("a folder"));
            await File.WriteAllTextAsync(
                git.At(what == "new folder" ? "a folder/new" : "new one"),
                "new",
                TestContext.Current.CancellationToken
            );
        }

        if (what == "added")
            git.Git("add", "new one");
        string said = Plan(await git.ReadAsync()).RehearsalOnly!;
        Assert.Contains(named, said, StringComparison.Ordinal);
        Run(git.Root, said);
        Assert.Null(Plan(await git.ReadAsync()).RehearsalOnly);
    }

    [Fact]
    public async Task Many_and_hostile_paths_are_a_few_clean_ones()
    {
        using GitRepositoryFixture git = new GitRepositoryFixture().Commit();
        for (int i = 0; i < 40; i++)
            await File.WriteAllTextAsync(git.At($"{i}\n::warning::\u001b[2J"), "", TestContext.Current.CancellationToken);
        string said = Plan(await git.ReadAsync()).RehearsalOnly!;
        Assert.Contains("and 35 more", said, StringComparison.Ordinal);
        Assert.DoesNotContain(said, char.IsControl);
        Assert.True(said.Length < 1500, said);
    }

    [Fact]
    public async Task A_folder_with_nothing_committed_has_a_commit_after_the_printed_command()
    {
        using GitRepositoryFixture git = new();
        await File.WriteAllTextAsync(git.At("file"), "new", TestContext.Current.CancellationToken);
        Run(git.Root, await RefusalAsync(git.Root));
        Assert.Equal((1, false), ((await git.ReadAsync()).Commits, (await git.ReadAsync()).IsDirty));
    }

    [Fact]
    public async Task A_folder_of_another_user_is_safe_after_the_printed_command()
    {
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root")
            Assert.Skip("only root can give a folder away");
        using GitRepositoryFixture git = new GitRepositoryFixture().Commit().Tag("kubelet/v1.36.4");
        using Process chown = Process.Start("chown", ["-R", "12345", git.Root]);
        await chown.WaitForExitAsync(TestContext.Current.CancellationToken);
        string home = Directory.CreateTempSubdirectory("slipway-home-").FullName,
            settings = Path.Combine(home, "settings of git");
        string before = Environment.GetEnvironmentVariable("GIT_CONFIG_GLOBAL") ?? "";
        Environment.SetEnvironmentVariable("GIT_CONFIG_GLOBAL", settings);
        try
        {
            string refused = await RefusalAsync(git.Root);
            Assert.Contains("which another user owns", refused, StringComparison.Ordinal);
            Run(git.Root, refused, settings);
            Assert.Equal(("kubelet/v1.36.4", 0), Of(await git.ReadAsync()));
        }
        finally
        {
            Environment.SetEnvironmentVariable("GIT_CONFIG_GLOBAL", before.Length > 0 ? before : null);
            Directory.Delete(home, recursive: true);
        }
    }

    /// <summary>Runs what a text prints after <c>Run</c>, up to a comma, in a shell.</summary>
    internal static void Run(string root, string said, string settings = "/dev/null")
    {
        Match command = Regex.Match(said, @"Run (git .*?)(, and .*|, or .*)?$");
        Assert.True(command.Success, said);
        ProcessStartInfo start = new("/bin/sh", ["-c", command.Groups[1].Value])
        {
            WorkingDirectory = root,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        foreach (string who in (string[])["AUTHOR", "COMMITTER"])
            (start.Environment[$"GIT_{who}_NAME"], start.Environment[$"GIT_{who}_EMAIL"]) = ("a test", "test@example.org");
        start.Environment["GIT_CONFIG_GLOBAL"] = settings;
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{command.Groups[1].Value}: {errors.Result}");
    }

    private static Task<GitState> ReadAsync(string root) =>
        new GitRepository(root).ReadAsync("kubelet", TestContext.Current.CancellationToken);

    private static async Task<string> RefusalAsync(string root) =>
        (await Assert.ThrowsAsync<ReleaseException>(() => ReadAsync(root))).Message;

    private static TagPlan Plan(GitState git) => TagPlan.For("kubelet", "v1.36.4", git, Platforms);

    private static (string?, int) Of(GitState state) => (state.Tag, state.Distance);
}
