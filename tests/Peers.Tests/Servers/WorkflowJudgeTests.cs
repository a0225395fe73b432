using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>
/// The files of CI servers, read by the programs that know what such a server takes; and what is wrong is refused by each.
/// </summary>
public sealed class WorkflowJudgeTests
{
    public static TheoryData<string> Workflows =>
        [.. Directory.GetFiles(SourceTree.At(".github", "workflows")).Select(file => Path.GetFileName(file)!)];

    [Theory]
    [MemberData(nameof(Workflows))]
    public async Task GitHubs_own_parser_takes_a_workflow(string name) =>
        Assert.Equal("", await WorkflowJudge.GitHub.JudgeAsync(SourceTree.At(".github", "workflows", name)));

    [Theory]
    [MemberData(nameof(Workflows))]
    public async Task Actionlint_has_nothing_to_say_of_a_workflow(string name) =>
        Assert.Equal("", await WorkflowJudge.Actionlint.JudgeAsync(SourceTree.At(".github", "workflows", name)));

    [Fact]
    public async Task GitLabs_schema_takes_the_pipeline()
    {
        using ScratchRepositoryOfGitLab repository = await ScratchRepositoryOfGitLab.WithAsync(text => text);

        Assert.Equal("", await WorkflowJudge.GitLab.JudgeAsync(repository.File));
    }

    [Theory]
    [InlineData("runs-on: ubuntu-24.04", "run-on: ubuntu-24.04")]
    [InlineData("permissions:", "permission:")]
    [InlineData("contents: read", "contents: reed")]
    [InlineData("${{ matrix.platform }}", "${{ matrx.platform }}")]
    [InlineData("startsWith(github.ref,", "startsWith(github.ref")]
    [InlineData("- assemble-kubelet", "- assemble-nothing")]
    public async Task A_mistake_in_a_workflow_is_found(string right, string wrong)
    {
        using ScratchFolder folder = new();
        string text = await File.ReadAllTextAsync(
            SourceTree.At(".github", "workflows", "release.yml"),
            TestContext.Current.CancellationToken
        );
        string file = folder.Write("release.yml", text.Replace(right, wrong, StringComparison.Ordinal));

        Assert.NotEqual("", await WorkflowJudge.GitHub.JudgeAsync(file));
        Assert.NotEqual("", await WorkflowJudge.Actionlint.JudgeAsync(file));
    }

    [Theory]
    [InlineData("interruptible: true", "interruptible: 17")]
    [InlineData("resource_group: release-kubelet", "resource_group: [a]")]
    [InlineData("- job: assemble-kubelet", "- job: assemble-nothing")]
    [InlineData("stage: watch", "stage: nowhere")]
    public async Task A_mistake_in_the_pipeline_is_found(string right, string wrong)
    {
        using ScratchRepositoryOfGitLab repository = await ScratchRepositoryOfGitLab.WithAsync(text =>
            text.Replace(right, wrong, StringComparison.Ordinal)
        );

        Assert.NotEqual("", await WorkflowJudge.GitLab.JudgeAsync(repository.File));
    }

    /// <summary>gitlab-ci-local wants a repository with a commit around the file.</summary>
    private sealed class ScratchRepositoryOfGitLab : IDisposable
    {
        private readonly ScratchFolder _folder = new();

        public string File => _folder.At(".gitlab-ci.yml");

        public static async Task<ScratchRepositoryOfGitLab> WithAsync(Func<string, string> change)
        {
            ScratchRepositoryOfGitLab made = new();
            PeerProgram git = await PeerPrograms.RequireAsync(Peer.Git);
            made._folder.Write(".gitlab-ci.yml", change(await System.IO.File.ReadAllTextAsync(SourceTree.At(".gitlab-ci.yml"))));
            string[][] commands =
            [
                ["init", "--quiet", "--initial-branch=main"],
                ["remote", "add", "origin", "https://gitlab.example.org/a/b.git"],
                ["-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "--quiet", "--allow-empty", "--message=a"],
            ];
            foreach (string[] command in commands)
                (await git.With(["-C", made._folder.Path, .. command]).RunAsync()).Require();
            return made;
        }

        public void Dispose() => _folder.Dispose();
    }
}
