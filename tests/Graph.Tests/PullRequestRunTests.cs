using Slipway.Definitions;
using Slipway.GitHub;
using Slipway.Http;
using Slipway.Images;
using Slipway.Release;
using Slipway.StandIns;
using Slipway.Testing;
using Slipway.Verification;
using Slipway.Workflows;

namespace Slipway.Graph.Tests;

/// <summary>
/// Updates proposed to a stand-in of GitHub: one pull request for each image, refreshed, never a second, never the default branch.
/// </summary>
public sealed class PullRequestRunTests(ArchiveSigningKeys keys) : IClassFixture<ArchiveSigningKeys>, IAsyncLifetime
{
    private const string Branch = "slipway/update-tools";

    private readonly HttpTransport _transport = new(HttpTransport.NewHandler(), new RetryPolicy(), TimeProvider.System, _ => { });
    private readonly StringWriter _log = new();
    private GitHubStandIn _github = null!;
    private StandInRepository _far = null!;
    private UpdateScene _scene = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _scene = await UpdateScene.CreateAsync(keys);
        _github = await GitHubStandIn.StartAsync();
        _far = await _github.AddRepositoryAsync("poseidon", "tools");
        await PushAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _scene?.Dispose();
        _transport.Dispose();
        if (_github is not null)
            await _github.DisposeAsync();
    }

    [Fact]
    public async Task The_same_update_again_writes_nothing_and_a_further_one_refreshes_the_same_pull_request()
    {
        string main = (await _far.BranchAsync("main"))!;
        _scene.Release("v1.0.1");
        _scene.Say("v1.0.1");
        IReadOnlyDictionary<string, string> before = _scene.Snapshot();

        string address = (await ProposeAsync())!;

        StandInPullRequest request = Assert.Single(_far.PullRequests);
        Assert.EndsWith($"/poseidon/tools/pull/{request.Number}", address, StringComparison.Ordinal);
        Assert.Equal(("Update tools from v1.0.0 to v1.0.1", Branch, "main"), (request.Title, request.Head, request.Target));
        Assert.Equal(["dependencies", "tools"], request.Labels.Order(StringComparer.Ordinal));
        Assert.Contains("## Versions", request.Text, StringComparison.Ordinal);
        Assert.Equal(before, _scene.Snapshot());
        Assert.Equal(
            "images/tools/image.lock.json\nimages/tools/image.yaml",
            (await _far.GitAsync("diff", "--name-only", "main", Branch)).Trim()
        );
        Assert.Contains(
            "version: v1.0.1 # moves",
            await _far.GitAsync("show", $"{Branch}:images/tools/image.yaml"),
            StringComparison.Ordinal
        );
        Assert.Equal("Update tools from v1.0.0 to v1.0.1", (await _far.GitAsync("log", "-1", "--format=%s", Branch)).Trim());
        string commit = (await _far.BranchAsync(Branch))!;

        Assert.Equal(address, await ProposeAsync());
        Assert.Equal(commit, await _far.BranchAsync(Branch));

        _scene.PublishPackages(
            new TinyDeb("hello").File("usr/share/hello", "1"),
            new TinyDeb("hello", "1.0-1+deb13u1").File("usr/share/hello", "fixed"),
            days: 1
        );
        Assert.Equal(address, await ProposeAsync());
        request = Assert.Single(_far.PullRequests);
        Assert.StartsWith("## Security fixes", request.Text, StringComparison.Ordinal);
        Assert.Contains("security", request.Labels);
        Assert.NotEqual(commit, await _far.BranchAsync(Branch));
        Assert.Equal("1", (await _far.GitAsync("rev-list", "--count", $"main..{Branch}")).Trim());
        Assert.Equal(main, await _far.BranchAsync("main"));
    }

    [Fact]
    public async Task What_somebody_else_put_on_the_branch_stays()
    {
        _scene.Release("v1.0.1");
        _scene.Say("v1.0.1");
        await ProposeAsync();
        string theirs = await _far.CommitAsync(Branch, "a note", ("NOTE", "mind the gap"));
        _scene.Release("v1.0.2");
        _scene.Say("v1.0.2");
        await ProposeAsync();
        Assert.Equal("Update tools from v1.0.0 to v1.0.2", Assert.Single(_far.PullRequests).Title);
        Assert.Equal("mind the gap", (await _far.GitAsync("show", $"{Branch}:NOTE")).Trim());
        Assert.Contains(theirs, await _far.GitAsync("rev-list", Branch), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_checkout_that_is_not_what_the_default_branch_has_is_refused_with_the_command_that_mends_it()
    {
        _scene.Repository.Write("images/tools/contract.yaml", "budgets: []\n");
        ReleaseException dirty = await Assert.ThrowsAsync<ReleaseException>(ProposeAsync);
        Assert.Contains(
            "images/tools has changes that are not committed: images/tools/contract.yaml",
            dirty.Message,
            StringComparison.Ordinal
        );
        await _scene.Repository.CommitAsync("not pushed");
        ReleaseException ahead = await Assert.ThrowsAsync<ReleaseException>(ProposeAsync);
        Assert.Contains("images/tools/contract.yaml is not what main of ", ahead.Message, StringComparison.Ordinal);
        Assert.EndsWith("Run git fetch origin main && git checkout --detach FETCH_HEAD", ahead.Message, StringComparison.Ordinal);
        Assert.Equal(FailureKind.WrongConfiguration, FailureKinds.Of(ahead));
        Assert.Empty(_far.PullRequests);
        Assert.Null(await _far.BranchAsync(Branch));
    }

    [Fact]
    public async Task Without_a_token_nothing_is_begun()
    {
        WorkflowException e = await Assert.ThrowsAsync<WorkflowException>(() => ProposeAsync(token: null));
        Assert.Contains("Set GH_TOKEN or GITHUB_TOKEN", e.Message, StringComparison.Ordinal);
        Assert.Equal(FailureKind.Refused, FailureKinds.Of(e));
    }

    [Fact]
    public async Task Once_merged_the_same_update_proposes_nothing()
    {
        _scene.Release("v1.0.1");
        _scene.Say("v1.0.1");
        await ProposeAsync();
        await _far.SquashAsync(_far.PullRequests[0].Number);
        // The checkout is behind now, and says so rather than propose it again.
        await Assert.ThrowsAsync<ReleaseException>(ProposeAsync);
        StagedUpdate update = (await _scene.StageAsync())!;
        Assert.Null(await Run(GitHubStandIn.Token).ProposeAsync(update, Stop));
        Assert.Single(_far.PullRequests);
    }

    [Fact]
    public async Task What_people_closed_is_told_and_does_not_come_back()
    {
        _scene.Release("v1.0.1");
        _scene.Say("v1.0.1");
        await ProposeAsync();
        await _far.CloseAsync(1, deletesBranch: true);

        Assert.Null(await ProposeAsync());
        Assert.Single(_far.PullRequests);
        Assert.Null(await _far.BranchAsync(Branch));
        Assert.Contains(
            "tools: pull request 1 of github.com/poseidon/tools proposed the same and was closed; it stays closed until something "
                + "newer exists or it is opened again",
            _log.ToString(),
            StringComparison.Ordinal
        );
    }

    private Task<string?> ProposeAsync() => ProposeAsync(GitHubStandIn.Token);

    /// <summary>As the target does it.</summary>
    private async Task<string?> ProposeAsync(string? token)
    {
        PullRequestWorkflow run = Run(token);
        await run.RequireCurrentAsync(ImageDefinitionFile.Read(_scene.Folder), Stop);
        return await _scene.StageAsync() is { } update ? await run.ProposeAsync(update, Stop) : null;
    }

    private PullRequestWorkflow Run(string? token)
    {
        GitHubClient client = new(
            _transport,
            GitHubHosts.Parse([$"github.com={_github.ApiUrl}"], _ => null),
            new GitHubTokens(name => name == "GH_TOKEN" ? token : null),
            TimeProvider.System
        );
        return new PullRequestWorkflow(client.Repository(RepositoryName.Parse("poseidon/tools")), _scene.Repository.Root, _log.WriteLine);
    }

    /// <summary>What the checkout has committed, as the default branch.</summary>
    private async Task PushAsync() =>
        await _far.CommitAsync(
            "main",
            "tools",
            [
                .. Directory
                    .EnumerateFiles(_scene.Folder)
                    .Select(file => ($"images/tools/{Path.GetFileName(file)}", (string?)File.ReadAllText(file))),
            ]
        );
}
