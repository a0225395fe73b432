using System.Net;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>The target Release as a CI job runs it: two registries and a GitHub of the tests' own.</summary>
public sealed partial class ReleaseTargetTests : IAsyncLifetime
{
    private const string Tag = $"{UpstreamImage.Name}/{UpstreamImage.Version}";

    private static readonly string[] Files =
    [
        "SHA256SUMS",
        "SHA256SUMS.sigstore.json",
        "release.json",
        "release.pub",
        "tools-v1.0.0-amd64.spdx.json",
        "tools-v1.0.0-index.spdx.json",
        "tools-v1.0.0-provenance.sigstore.json",
    ];

    private PublishedTools _tools = null!;
    private GitHubStandIn _github = null!;
    private StandInRepository _far = null!;

    public async ValueTask InitializeAsync()
    {
        _tools = await PublishedTools.CreateAsync(published: false);
        _github = await GitHubStandIn.StartAsync();
        _far = await _github.AddRepositoryAsync("slipway-tests", "tools");
        _tools.Variables["GH_TOKEN"] = GitHubStandIn.Token;
        foreach (string name in (string[])["GITHUB_TOKEN", "GITHUB_REPOSITORY", "GITHUB_SERVER_URL", "GITHUB_API_URL"])
            _tools.Variables[name] = null;
        await GitAsync("push", "--quiet", "--force", _far.GitFolder, "HEAD:refs/heads/main", "--tags");
    }

    public async ValueTask DisposeAsync()
    {
        await _tools.DisposeAsync();
        await _github.DisposeAsync();
    }

    [Fact]
    public async Task A_tagged_commit_becomes_a_release_and_a_rerun_changes_nothing()
    {
        ChildResult result = (await ReleaseAsync()).Require();

        StandInRelease release = Assert.Single(_far.Releases);
        Assert.Equal((Tag, "tools v1.0.0", false, false), (release.Tag, release.Title, release.IsDraft, release.IsPrerelease));
        Assert.Equal(Files, release.Assets.Select(asset => asset.Name).Order(StringComparer.Ordinal));
        Assert.Equal(await ReadAsync("notes.md"), release.Notes);
        foreach (string file in Files)
            Assert.Equal(
                await File.ReadAllBytesAsync(AssetPath(file), TestContext.Current.CancellationToken),
                release.Assets.Single(asset => asset.Name == file).Content
            );
        Assert.Contains($"/slipway-tests/tools/releases/tag/{Uri.EscapeDataString(Tag)}\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("tools: quay.io/slipway-tests/tools: verified", result.Error, StringComparison.Ordinal);
        Assert.Contains("tools: docker.io/slipwaytests/tools: verified", result.Error, StringComparison.Ordinal);

        int before = _github.Requests.Count;
        (await ReleaseAsync()).Require();
        Assert.DoesNotContain(_github.Requests.Skip(before), asked => asked.Method != "GET");
    }

    [Fact]
    public async Task Another_machine_takes_over_what_was_signed_and_finds_nothing_to_do()
    {
        (await ReleaseAsync()).Require();
        byte[] signature = _far.Releases[0].Assets.Single(asset => asset.Name == "SHA256SUMS.sigstore.json").Content;
        Directory.Delete(_tools.Repository.At("artifacts"), recursive: true);
        Directory.Delete(_tools.Repository.Beside("cache"), recursive: true);
        int before = _github.Requests.Count;

        (await ReleaseAsync()).Require();

        Assert.DoesNotContain(_github.Requests.Skip(before), asked => asked.Method != "GET");
        Assert.Equal(signature, await File.ReadAllBytesAsync(AssetPath("SHA256SUMS.sigstore.json"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_draft_that_a_failed_run_left_is_completed_by_the_next_one()
    {
        _github.Fail("POST", "/assets", GitHubFault.BadGatewayDuringUpload, GitHubFault.Forbidden);
        Assert.Contains("Resource not accessible by integration", (await ReleaseAsync()).Require(77).Error, StringComparison.Ordinal);
        Assert.True(Assert.Single(_far.Releases).IsDraft);

        (await ReleaseAsync()).Require();

        StandInRelease release = Assert.Single(_far.Releases);
        Assert.False(release.IsDraft);
        Assert.Equal(Files, release.Assets.Select(asset => asset.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_draft_that_a_killed_run_left_is_completed_by_the_next_one()
    {
        TaskCompletionSource<int> started = new();
        Task<ChildResult> killed = _tools.RunAsync(started.SetResult, [.. Command]);
        int process = await started.Task;
        while (!killed.IsCompleted && !_far.Releases.Any(release => release.Assets.Count > 1))
            await Task.Delay(5, TestContext.Current.CancellationToken);
        System.Diagnostics.Process.GetProcessById(process).Kill();
        Assert.NotEqual(0, (await killed).ExitCode);
        Assert.True(Assert.Single(_far.Releases).IsDraft);

        (await ReleaseAsync()).Require();

        StandInRelease release = Assert.Single(_far.Releases);
        Assert.False(release.IsDraft);
        Assert.Equal(Files, release.Assets.Select(asset => asset.Name).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("POST", "/releases", GitHubFault.BadGatewayAfterwards)]
    [InlineData("POST", "/releases", GitHubFault.CutAfterwards)]
    [InlineData("POST", "/assets", GitHubFault.BadGatewayDuringUpload)]
    [InlineData("POST", "/assets", GitHubFault.CutAfterwards)]
    [InlineData("POST", "/assets", GitHubFault.SecondaryLimit)]
    [InlineData("GET", "/releases", GitHubFault.SecondaryLimit)]
    public async Task One_mishap_is_waited_out_and_leaves_one_release_with_each_file_once(string method, string path, GitHubFault fault)
    {
        _github.Fail(method, path, fault);

        (await ReleaseAsync()).Require();

        StandInRelease release = Assert.Single(_far.Releases);
        Assert.False(release.IsDraft);
        Assert.Equal(Files, release.Assets.Select(asset => asset.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task While_GitHub_is_down_nothing_is_built_or_published()
    {
        _github.Outage = HttpStatusCode.ServiceUnavailable;
        (await ReleaseAsync()).Require(75);
        Assert.False(Directory.Exists(_tools.Repository.At("artifacts", UpstreamImage.Name)));

        _github.Outage = null;
        (await ReleaseAsync()).Require();
        Assert.False(Assert.Single(_far.Releases).IsDraft);
    }

    [Fact]
    public async Task A_published_release_with_another_file_is_refused_and_stays_as_it_is()
    {
        (await ReleaseAsync()).Require();
        List<StandInAsset> assets = _far.Releases[0].Assets;
        int changed = assets.FindIndex(asset => asset.Name == "release.json");
        assets[changed] = assets[changed] with { Content = [.. assets[changed].Content, (byte)' '] };

        Assert.Contains("release.json", (await ReleaseAsync()).Require(65).Error, StringComparison.Ordinal);
        Assert.Equal((byte)' ', _far.Releases[0].Assets.Single(asset => asset.Name == "release.json").Content[^1]);
    }

    [Fact]
    public async Task A_commit_without_a_tag_is_no_release()
    {
        await _tools.Repository.CommitAsync("one more");

        Assert.Contains(
            $"the commit is tagged for none of tools. Run git tag tools/vX.Y.Z",
            (await ReleaseAsync()).Require(78).Error,
            StringComparison.Ordinal
        );
        Assert.Contains(
            $"({Tag} is 1 commits before it)",
            (await ReleaseAsync("--images", "tools")).Require(78).Error,
            StringComparison.Ordinal
        );
        Assert.Empty(_github.Requests);
    }

    [Fact]
    public async Task What_is_not_committed_is_no_release()
    {
        await File.WriteAllTextAsync(_tools.Repository.At("new"), "", TestContext.Current.CancellationToken);
        Assert.Contains("there are uncommitted changes", (await ReleaseAsync()).Require(78).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_token_nothing_is_begun()
    {
        _tools.Variables["GH_TOKEN"] = null;
        Assert.Contains("Set GITHUB_TOKEN", (await ReleaseAsync()).Require(77).Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_tools.Repository.At("artifacts", UpstreamImage.Name)));
    }

    [Fact]
    public async Task A_tag_that_GitHub_lacks_or_has_elsewhere_is_never_made_by_GitHub()
    {
        await _far.GitAsync("update-ref", "-d", "refs/tags/" + Tag);
        Assert.Contains(
            $"it has no tag {Tag} yet. Run git push origin {Tag}",
            (await ReleaseAsync()).Require(78).Error,
            StringComparison.Ordinal
        );

        string other = await _far.CommitAsync("main", "another", ("other", "x"));
        await _far.TagAsync(Tag, other);
        Assert.Contains($"its tag {Tag} is at commit {other}", (await ReleaseAsync()).Require(78).Error, StringComparison.Ordinal);
        Assert.Empty(_far.Releases);
    }

    [Fact]
    public async Task An_annotated_tag_is_as_good()
    {
        await GitAsync("tag", "--force", "--annotate", "--message", "tools", Tag, "HEAD");
        await GitAsync("push", "--quiet", "--force", _far.GitFolder, "--tags");

        (await ReleaseAsync()).Require();
        Assert.False(Assert.Single(_far.Releases).IsDraft);
    }

    [Fact]
    public async Task A_patch_of_an_older_line_is_not_the_latest_and_a_second_draft_is_left_alone()
    {
        _far.AddRelease("tools/v1.1.0", DateTimeOffset.UtcNow.AddDays(-1));
        _far.AddRelease(Tag, DateTimeOffset.UtcNow.AddHours(-2), isDraft: true);
        _far.AddRelease(Tag, DateTimeOffset.UtcNow.AddHours(-1), isDraft: true);

        ChildResult result = (await ReleaseAsync()).Require();

        Assert.Equal([false, false, true], _far.Releases.Select(release => release.IsDraft).Order());
        Assert.Contains("another draft for tools/v1.0.0 exists", result.Error, StringComparison.Ordinal);
        Assert.False(_far.Releases.Single(release => release.Tag == Tag && !release.IsDraft).IsLatest);
    }

    [Theory]
    [InlineData("no/such/repository/name")]
    [InlineData("https://")]
    public async Task What_is_no_repository_is_wrong_configuration(string name) =>
        Assert.Contains(
            "Give --github-repository OWNER/NAME",
            (await _tools.RunAsync("Release", "--signing-key", _tools.Repository.Key.Private, "--github-repository", name))
                .Require(78)
                .Error,
            StringComparison.Ordinal
        );

    private string[] Command =>
        [
            "Release",
            "--upstream-mirror",
            _tools.Repository.Mirror.Path,
            "--signing-key",
            _tools.Repository.Key.Private,
            "--github-repository",
            "slipway-tests/tools",
            "--github-url",
            $"github.com={_github.ApiUrl}",
        ];

    private Task<ChildResult> ReleaseAsync(params string[] more) => _tools.RunAsync([.. Command, .. more]);

    private string AssetPath(string name) => _tools.Repository.At("artifacts", UpstreamImage.Name, "assets", name);

    private Task<string> ReadAsync(string name) => File.ReadAllTextAsync(AssetPath(name), TestContext.Current.CancellationToken);

    private async Task GitAsync(params string[] arguments) =>
        (
            await new ChildProcess(
                "git",
                ["-c", "user.name=tests", "-c", "user.email=tests@example.org", "-C", _tools.Repository.Root, .. arguments]
            ).RunAsync()
        ).Require();
}
