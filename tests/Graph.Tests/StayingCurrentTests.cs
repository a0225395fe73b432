using System.Text.Json;
using Slipway.Definitions;
using Slipway.GitHub;
using Slipway.Http;
using Slipway.Rehearsal;
using Slipway.StandIns;
using Slipway.Testing;
using Slipway.Updates;
using Slipway.Workflows;

namespace Slipway.Graph.Tests;

/// <summary>
/// The whole life of an image from one release to the next, on hosts of the test's own: an upstream mirror, an archive of packages, a
/// GitHub and two registries. What reads signed suites runs in this process, since the program believes Debian's keys alone; all else is
/// the program as its users run it.
/// </summary>
public sealed class StayingCurrentTests(ArchiveSigningKeys keys) : IClassFixture<ArchiveSigningKeys>, IAsyncLifetime
{
    private readonly HttpTransport _transport = new(HttpTransport.NewHandler(), new RetryPolicy(), TimeProvider.System, _ => { });
    private readonly StringWriter _log = new();
    private readonly ScratchFolder _folder = new();
    private readonly List<RehearsalRegistry> _registries = [];
    private UpdateScene _scene = null!;
    private GitHubStandIn _github = null!;
    private StandInRepository _far = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _scene = await UpdateScene.CreateAsync(keys);
        _github = await GitHubStandIn.StartAsync();
        _far = await _github.AddRepositoryAsync("poseidon", "tools");
        foreach (string host in (string[])["quay.io", "docker.io"])
            _registries.Add(await RehearsalRegistry.StartAsync(new RehearsalOptions { Storage = _folder.Folder(host) }, Stop));
        await GitAsync("push", "--quiet", "--force", _far.GitFolder, "HEAD:refs/heads/main", "--tags");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (RehearsalRegistry registry in _registries)
            await registry.DisposeAsync();
        if (_github is not null)
            await _github.DisposeAsync();
        _scene?.Dispose();
        _transport.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_release_becomes_outdated_is_updated_by_a_pull_request_merged_tagged_released_and_built_again_elsewhere()
    {
        (await ReleaseAsync(_scene.Repository.Slipway)).Require();
        Assert.False((await _scene.LookAsync()).IsOutdated);

        // A patch, a minor version out of reach, and a fix in the security suite.
        _scene.Release("v1.0.1");
        _scene.Release("v1.1.0");
        _scene.Say("v1.0.1", minor: "v1.1.0");
        _scene.PublishPackages(
            new TinyDeb("hello").File("usr/share/hello", "1"),
            new TinyDeb("hello", "1.0-1+deb13u1").File("usr/share/hello", "fixed"),
            days: 1
        );

        AvailableUpdates updates = await _scene.LookAsync();
        Assert.Equal(("v1.0.1", "v1.1.0"), (updates.Upstream.Single().Update?.Text, updates.Upstream.Single().Latest.Text));
        Assert.True(updates.HasSecurityUpdates);
        string address = (await ProposeAsync())!;
        Assert.Equal(address, await ProposeAsync());
        StandInPullRequest request = Assert.Single(_far.PullRequests);

        // The branch builds as it is.
        SlipwayCommand reviewer = await CloneAsync("reviewer", request.Head);
        (await RunAsync(reviewer, "Assemble", "Inspect")).Require();

        await _far.MergeAsync(request.Number);
        await GitAsync("pull", "--quiet", _far.GitFolder, "main");
        await GitAsync("tag", "--annotate", "--message", "tools v1.0.1", "tools/v1.0.1");
        await GitAsync("push", "--quiet", _far.GitFolder, "tools/v1.0.1");
        string tracker = _folder.Write(
            "tracker.json",
            """
            {"hello":{
              "CVE-2026-1111":{"releases":{"trixie":{"status":"resolved","fixed_version":"1.0-1+deb13u1"}}},
              "CVE-2026-2222":{"releases":{"trixie":{"status":"open","urgency":"high"}}},
              "CVE-2026-3333":{"releases":{"trixie":{"status":"open","urgency":"low"}}}}}
            """
        );
        JsonElement released = (await ReleaseAsync(_scene.Repository.Slipway, "--json", "--advisories", tracker)).Require().Json("assets");

        StandInRelease release = _far.Releases.Single(release => release.Tag == "tools/v1.0.1");
        Assert.Equal((false, true), (release.IsDraft, release.IsLatest));
        Assert.Equal("v1.0.1", released.GetProperty("release").GetString());
        Assert.Contains("Since `tools/v1.0.0`:", release.Notes, StringComparison.Ordinal);
        Assert.Contains("| hello | 1.0-1 | 1.0-1\\+deb13u1 | CVE-2026-1111 |\n", release.Notes, StringComparison.Ordinal);
        Assert.Contains("| tool | v1.0.0 | v1.0.1 |\n", release.Notes, StringComparison.Ordinal);
        Assert.True(release.Notes!.Contains("advisories knew 1 high, 1 low. ", StringComparison.Ordinal), release.Notes);
        Assert.Contains("| CVE-2026-2222 | hello 1.0-1\\+deb13u1 | high | – |  |\n", release.Notes, StringComparison.Ordinal);
        Assert.Contains("And 1 more, which are not listed here.", release.Notes, StringComparison.Ordinal);
        Assert.Matches(@"linux/arm64 \| `v1.0.1-arm64` \| `sha256:[0-9a-f]{64}` \| [0-9.]+ MB \([-+±]0\.0\)", release.Notes!);
        Assert.False((await _scene.LookAsync()).IsOutdated);
        Assert.Null(await _scene.StageAsync());
        // The lock has its packages; the image alone does not list them.
        ChildResult scanned = await _scene.Repository.Slipway.RunAsync(
            "Scan",
            "--advisories",
            tracker,
            "--reference",
            $"oci:{_scene.Repository.Layout("tools")}:v1.0.1"
        );
        Assert.Contains("no list of Debian packages is in it", scanned.Require().Error, StringComparison.Ordinal);

        SlipwayCommand rebuilder = await CloneAsync("rebuilder", "tools/v1.0.1");
        ChildResult again = (
            await RunAsync(
                rebuilder,
                "Reproduce",
                "--reference",
                "quay.io/slipway-tests/tools:v1.0.1",
                "--public-key",
                _scene.Repository.Key.Public
            )
        ).Require();
        Assert.Contains("identical: quay.io/slipway-tests/tools:v1.0.1 is sha256:", again.Output, StringComparison.Ordinal);
        (
            await RunAsync(
                rebuilder,
                "Verify",
                "--reference",
                "quay.io/slipway-tests/tools:v1.0.1",
                "--public-key",
                _scene.Repository.Key.Public,
                "--all-registries"
            )
        ).Require();

        // The first release stands as it was.
        (
            await RunAsync(
                rebuilder,
                "Verify",
                "--reference",
                "docker.io/slipwaytests/tools:v1.0.0",
                "--public-key",
                _scene.Repository.Key.Public
            )
        ).Require();
        Assert.Equal(2, _far.Releases.Count);
        Assert.Single(_far.PullRequests);
    }

    /// <summary>What the target Update does with <c>--pull-request</c>.</summary>
    private async Task<string?> ProposeAsync()
    {
        GitHubClient client = new(
            _transport,
            GitHubHosts.Parse([$"github.com={_github.ApiUrl}"], _ => null),
            new GitHubTokens(name => name == "GH_TOKEN" ? GitHubStandIn.Token : null),
            TimeProvider.System
        );
        PullRequestWorkflow run = new(client.Repository(RepositoryName.Parse("poseidon/tools")), _scene.Repository.Root, _log.WriteLine);
        await run.RequireCurrentAsync(ImageDefinitionFile.Read(_scene.Folder), Stop);
        return await _scene.StageAsync() is { } update ? await run.ProposeAsync(update, Stop) : null;
    }

    private Task<ChildResult> ReleaseAsync(SlipwayCommand slipway, params string[] more) =>
        RunAsync(
            slipway,
            [
                "Release",
                "--signing-key",
                _scene.Repository.Key.Private,
                "--github-repository",
                "poseidon/tools",
                "--github-url",
                $"github.com={_github.ApiUrl}",
                .. more,
            ]
        );

    private Task<ChildResult> RunAsync(SlipwayCommand slipway, params string[] arguments)
    {
        Dictionary<string, string?> variables = new(slipway.Variables) { ["GH_TOKEN"] = GitHubStandIn.Token };
        return (slipway with { Variables = variables, Cache = _folder.At("cache-" + Path.GetFileName(slipway.Root)) }).RunAsync([
            .. arguments,
            "--upstream-mirror",
            _scene.Repository.Mirror.Path,
            "--debian-mirror",
            _scene.Debian,
            "--registry-map",
            $"quay.io={_registries[0].Address}",
            $"docker.io={_registries[1].Address}",
        ]);
    }

    /// <summary>Somebody else's checkout of a branch or tag, with a cache of its own.</summary>
    private async Task<SlipwayCommand> CloneAsync(string name, string at)
    {
        string folder = _folder.At(name);
        await GitAsync("clone", "--quiet", "--branch", at, _far.GitFolder, folder);
        return _scene.Repository.Slipway with { Root = folder };
    }

    private Task<string> GitAsync(params string[] arguments) => _scene.Repository.GitAsync(arguments);
}
