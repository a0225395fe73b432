using System.Diagnostics;
using Slipway.Git;

namespace Slipway.Release.Tests;

/// <summary>A git repository in a temporary folder, made with the real program.</summary>
internal sealed class GitRepositoryFixture : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("slipway-git-");
    private int _commits;
    private int _minutes;

    public GitRepositoryFixture(string branch = "main")
    {
        Git("init", "-q", "-b", branch);
    }

    public string Root => _folder.FullName;

    public GitRepositoryFixture Commit(int count = 1)
    {
        for (int i = 0; i < count; i++)
        {
            File.WriteAllText(At("file"), $"{++_commits}");
            Git("add", "file");
            Git("commit", "-q", "-m", $"commit {_commits}");
        }

        return this;
    }

    public GitRepositoryFixture Tag(string name, bool annotated = false)
    {
        if (annotated)
            Git("tag", "-a", "-m", name, name);
        else
            Git("tag", name);
        return this;
    }

    public string At(string name) => Path.Combine(Root, name);

    public string Git(params string[] arguments)
    {
        ProcessStartInfo start = new("git", arguments)
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string who in (string[])["AUTHOR", "COMMITTER"])
        {
            start.Environment[$"GIT_{who}_NAME"] = "a test";
            start.Environment[$"GIT_{who}_EMAIL"] = "test@example.org";
        }

        // A minute after the one before: git describe goes by the time.
        start.Environment["GIT_COMMITTER_DATE"] = $"{1_700_000_000 + (60 * ++_minutes)} +0000";
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        using Process git = Process.Start(start)!;
        Task<string> errors = git.StandardError.ReadToEndAsync();
        string output = git.StandardOutput.ReadToEnd().Trim();
        git.WaitForExit();
        Assert.True(git.ExitCode == 0, errors.Result);
        return output;
    }

    public Task<GitState> ReadAsync(string image = "kubelet") =>
        new GitRepository(Root).ReadAsync(image, TestContext.Current.CancellationToken);

    public void Dispose()
    {
        foreach (string file in Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories))
            File.SetAttributes(file, FileAttributes.Normal);
        _folder.Delete(recursive: true);
    }
}
