using Slipway.Oci;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>Release after Merge, in the same run and in a later one: what was merged is released, nothing is assembled.</summary>
public sealed class MergedReleaseTests : IAsyncLifetime
{
    private PublishedTools _tools = null!;
    private GitHubStandIn _github = null!;
    private StandInRepository _far = null!;
    private string _part = null!;

    public async ValueTask InitializeAsync()
    {
        _tools = await PublishedTools.CreateAsync(published: false);
        _github = await GitHubStandIn.StartAsync();
        _far = await _github.AddRepositoryAsync("slipway-tests", "tools");
        _tools.Variables["GH_TOKEN"] = GitHubStandIn.Token;
        foreach (string name in (string[])["GITHUB_TOKEN", "GITHUB_REPOSITORY", "GITHUB_SERVER_URL", "GITHUB_API_URL", "GITHUB_ACTIONS"])
            _tools.Variables[name] = null;
        await _tools.Repository.GitAsync("push", "--quiet", "--force", _far.GitFolder, "HEAD:refs/heads/main", "--tags");
        _part = _tools.Repository.Beside("part");
        (
            await _tools.RunAsync(
                _tools.Repository.Slipway with
                {
                    Cache = _tools.Repository.Beside("part-cache"),
                },
                "Assemble",
                "Inspect",
                "--artifacts-directory",
                _part,
                "--upstream-mirror",
                _tools.Repository.Mirror.Path
            )
        ).Require();
    }

    public async ValueTask DisposeAsync()
    {
        await _tools.DisposeAsync();
        await _github.DisposeAsync();
    }

    [Fact]
    public async Task Together_with_Merge_it_fetches_and_assembles_nothing()
    {
        ChildResult released = (await RunAsync("Merge", "Release", "--layouts", _part)).Require();
        Assert.Matches("Assemble +Skipped +only when nothing is merged", released.Error);
        Assert.Matches("Fetch +Skipped", released.Error);
        Assert.False(Assert.Single(_far.Releases).IsDraft);
    }

    [Fact]
    public async Task Later_it_releases_what_was_merged_and_assembles_what_is_of_another_lock()
    {
        (await RunAsync("Merge", "--layouts", _part)).Require();
        byte[] record = await File.ReadAllBytesAsync(_tools.Repository.At("artifacts", "tools", "assembly.json"));

        ChildResult released = (await RunAsync("Release")).Require();

        Assert.Contains("the layout that was merged is of this definition and lock, and stays", released.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("assembling", released.Error, StringComparison.Ordinal);
        Assert.Equal(record, await File.ReadAllBytesAsync(_tools.Repository.At("artifacts", "tools", "assembly.json")));
        Assert.False(Assert.Single(_far.Releases).IsDraft);
        Assert.False(Directory.Exists(_tools.Repository.Beside("cache", "sha256")));

        // Who asks for Assemble gets it, and its record and folder of parts with it.
        (await RunAsync("Assemble", "--upstream-mirror", _tools.Repository.Mirror.Path)).Require();
        Assert.DoesNotContain(
            "parts",
            await File.ReadAllTextAsync(_tools.Repository.At("artifacts", "tools", "assembly.json")),
            StringComparison.Ordinal
        );
        Assert.False(Directory.Exists(_tools.Repository.At("artifacts", "tools", "parts")));
    }

    private Task<ChildResult> RunAsync(params string[] arguments) =>
        _tools.RunAsync([
            .. arguments,
            "--signing-key",
            _tools.Repository.Key.Private,
            "--github-repository",
            "slipway-tests/tools",
            "--github-url",
            $"github.com={_github.ApiUrl}",
        ]);
}
