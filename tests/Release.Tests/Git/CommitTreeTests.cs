using System.Diagnostics;
using Slipway.Git;
using Slipway.Oci;
using Slipway.Verification;

namespace Slipway.Release.Tests;

/// <summary>What a commit holds is anybody's, and what a clone makes of it is its owner's; neither changes what is written.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class CommitTreeTests : IDisposable
{
    private readonly GitRepositoryFixture _repository = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("slipway-tree-");

    private string Written => Path.Combine(_folder.FullName, "tree");

    [Fact]
    public async Task Files_are_as_they_were_committed_whatever_the_work_tree_and_the_attributes_say()
    {
        Write("images/a/image.yaml", "$Format:%H$\n");
        Write("images/a/left-out", "x");
        Write("images/a/run.sh", "#!/bin/sh\n");
        Write("build/other", "x");
        Write(".gitattributes", "images/a/image.yaml export-subst ident text eol=crlf\nimages/a/left-out export-ignore\n");
        File.SetUnixFileMode(_repository.At("images/a/run.sh"), (UnixFileMode)0b111_101_101);
        string commit = CommitAll();
        Write("images/a/image.yaml", "changed since");

        await WriteAsync(commit);

        Assert.Equal("$Format:%H$\n", await File.ReadAllTextAsync(At("images/a/image.yaml"), TestContext.Current.CancellationToken));
        Assert.True(File.Exists(At("images/a/left-out")));
        Assert.True(File.GetUnixFileMode(At("images/a/run.sh")).HasFlag(UnixFileMode.UserExecute));
        Assert.False(File.GetUnixFileMode(At("images/a/image.yaml")).HasFlag(UnixFileMode.UserExecute));
        Assert.False(Directory.Exists(At("build")));
    }

    [Fact]
    public async Task What_a_clone_puts_in_place_of_a_commit_does_not_count()
    {
        Write("images/a/image.yaml", "true");
        string commit = CommitAll();
        Write("images/a/image.yaml", "false");
        string other = CommitAll();
        _repository.Git("replace", commit, other);

        await WriteAsync(commit);

        Assert.Equal("true", await File.ReadAllTextAsync(At("images/a/image.yaml"), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("image.yaml")]
    public async Task A_symbolic_link_is_refused_and_nothing_is_left(string target)
    {
        Write("images/a/image.yaml", "x");
        File.CreateSymbolicLink(_repository.At("images/a/link"), target);
        await RefusedAsync(CommitAll(), "/images/a/link is not a plain file but a symbolic link");
    }

    [Fact]
    public async Task Another_repository_in_the_tree_is_refused()
    {
        Write("images/a/image.yaml", "x");
        string commit = CommitAll();
        _repository.Git("update-index", "--add", "--cacheinfo", $"160000,{commit},images/b");
        _repository.Git("commit", "-q", "-m", "more");
        await RefusedAsync(_repository.Git("rev-parse", "HEAD"), "/images/b is not a plain file but another repository");
    }

    [Theory]
    [InlineData("..")]
    [InlineData(".")]
    public async Task A_path_that_leads_out_is_refused(string name)
    {
        string blob = Store("blob", "x"u8);
        string inner = Store("tree", [.. "100644 x\0"u8, .. Convert.FromHexString(blob)]);
        string images = Store("tree", [.. System.Text.Encoding.ASCII.GetBytes($"40000 {name}\0"), .. Convert.FromHexString(inner)]);
        string top = Store("tree", [.. "40000 images\0"u8, .. Convert.FromHexString(images)]);
        await RefusedAsync(_repository.Git("commit-tree", top, "-m", "crafted"), "leads out");
        Assert.False(File.Exists(Path.Combine(_folder.FullName, "x")));
    }

    [Fact]
    public async Task A_commit_without_the_folder_is_refused()
    {
        Write("other", "x");
        await RefusedAsync(CommitAll(), "it has no images");
    }

    [Fact]
    public async Task A_clone_knows_which_commits_it_has_and_what_changed_since()
    {
        Write("build/program", "1");
        string commit = CommitAll();
        GitRepository repository = new(_repository.Root);
        Assert.True(await repository.HasAsync(commit, TestContext.Current.CancellationToken));
        Assert.False(await repository.HasAsync(new string('1', 40), TestContext.Current.CancellationToken));
        Assert.Empty(await repository.ChangedSinceAsync(commit, ["build"], TestContext.Current.CancellationToken));
        Write("build/program", "2");
        Write("other", "2");
        Assert.Equal(
            ["build/program"],
            await repository.ChangedSinceAsync(commit, ["build", "global.json"], TestContext.Current.CancellationToken)
        );
        await Assert.ThrowsAsync<ReleaseException>(() => WriteAsync(new string('1', 40)));
    }

    public void Dispose()
    {
        _repository.Dispose();
        _folder.Delete(recursive: true);
    }

    private Task WriteAsync(string commit) =>
        new CommitTree(_repository.Root, commit).WriteAsync("images", Written, TestContext.Current.CancellationToken);

    private async Task RefusedAsync(string commit, string text)
    {
        Assert.Contains(text, (await Assert.ThrowsAsync<ContentException>(() => WriteAsync(commit))).Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Written));
    }

    private string At(string path) => Path.Combine(Written, path);

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_repository.At(path))!);
        File.WriteAllText(_repository.At(path), text);
    }

    private string CommitAll()
    {
        _repository.Git("add", "--all");
        _repository.Git("commit", "-q", "-m", "a commit");
        return _repository.Git("rev-parse", "HEAD");
    }

    /// <summary>Stores an object that git itself would not make.</summary>
    private string Store(string type, ReadOnlySpan<byte> content)
    {
        ProcessStartInfo start = new("git", ["hash-object", "-t", type, "-w", "--stdin", "--literally"])
        {
            WorkingDirectory = _repository.Root,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using Process git = Process.Start(start)!;
        git.StandardInput.BaseStream.Write(content);
        git.StandardInput.Close();
        string name = git.StandardOutput.ReadToEnd().Trim();
        git.WaitForExit();
        return name;
    }
}
