using Slipway.Debian;
using Slipway.Definitions;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>
/// The target Update as its users run it, with Debian's real suites: an image of upstream's file alone, so that what the suites hold of the
/// day does not matter.
/// </summary>
public sealed class UpdateTargetTests : IAsyncLifetime
{
    private ScratchRepository _repository = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Yaml => File.ReadAllText(_repository.At("images", "tools", ImageDefinition.FileName));

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(DebianMirror.Of(AptConfiguration.Read("/")) is null, "this machine's apt knows no Debian mirror");
        _repository = await ScratchRepository.CreateAsync();
        Release("v1.0.0");
        _repository.AddImage("tools", Definition, "budgets: [{ layer: upstream, compressedMiB: 1, unpackedMiB: 1 }]\n");
        await _repository.LockAsync();
        await _repository.CommitAsync("tools", "tools/v1.0.0");
    }

    public ValueTask DisposeAsync()
    {
        _repository?.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Nothing_newer_writes_nothing_and_a_new_patch_writes_both_files()
    {
        string before = Yaml;
        Assert.Equal("nothing is newer", (await RunAsync("Update")).Require().Output.Trim());
        Assert.Equal((before, ""), (Yaml, await _repository.GitAsync("status", "--porcelain")));

        Release("v1.0.1");
        ChildResult updated = (await RunAsync("Update")).Require();

        Assert.Matches(@"tools\s+tools\s+v1\.0\.0\s+v1\.0\.1\s+upstream", updated.Output);
        Assert.Equal("M images/tools/image.lock.json\n M images/tools/image.yaml", await _repository.GitAsync("status", "--porcelain"));
        Assert.Contains("git tag tools/v1.0.1", updated.Error, StringComparison.Ordinal);
        Assert.Equal("v1.0.1", (await ImageLockFile.ReadAsync(_repository.At("images", "tools"), Stop)).Version);
        (await _repository.Slipway.RunAsync("Assemble", "Inspect", "--upstream-mirror", _repository.Mirror.Path)).Require();
        Assert.False((await RunAsync("Update", "--json")).Require().Json("update")[0].GetProperty("updated").GetBoolean());
        Assert.Equal("nothing is newer", (await RunAsync("Outdated", "--fail-on", "any")).Require().Output.Trim());
    }

    [Fact]
    public async Task A_pull_request_is_the_result_and_the_checkout_stays()
    {
        await using GitHubStandIn github = await GitHubStandIn.StartAsync();
        StandInRepository far = await github.AddRepositoryAsync("poseidon", "tools");
        await _repository.GitAsync("push", "--quiet", far.GitFolder, "main", "--force");
        Release("v1.0.1");
        string[] arguments =
        [
            "Update",
            "--pull-request",
            "--github-repository",
            "poseidon/tools",
            "--github-url",
            $"github.com={github.ApiUrl}",
        ];

        string address = (await RunAsync(arguments)).Require().Output.Trim();

        StandInPullRequest request = Assert.Single(far.PullRequests);
        Assert.EndsWith($"/pull/{request.Number}", address, StringComparison.Ordinal);
        Assert.Equal("", await _repository.GitAsync("status", "--porcelain"));
        Assert.Equal(address, (await RunAsync(arguments)).Require().Output.Trim());
        Assert.Single(far.PullRequests);
        _repository.Write("images/tools/contract.yaml", "budgets: []\n");
        Assert.Contains("has changes that are not committed", (await RunAsync(arguments)).Require(78).Error, StringComparison.Ordinal);
    }

    private Task<ChildResult> RunAsync(params string[] arguments)
    {
        SlipwayCommand slipway = _repository.Slipway with
        {
            Variables = new Dictionary<string, string?>(_repository.Slipway.Variables)
            {
                ["GH_TOKEN"] = GitHubStandIn.Token,
                ["GITHUB_TOKEN"] = null,
                ["GITHUB_REPOSITORY"] = null,
                ["GITHUB_SERVER_URL"] = null,
                ["GITHUB_API_URL"] = null,
            },
        };
        return slipway.RunAsync([.. arguments, "--upstream-mirror", _repository.Mirror.Path]);
    }

    private void Release(string version)
    {
        byte[] content = System.Text.Encoding.ASCII.GetBytes($"tool {version}");
        _repository.Mirror.Add(new Uri($"https://dl.k8s.io/release/{version}/tool-amd64"), content);
        _repository.Mirror.Add(
            new Uri($"https://dl.k8s.io/release/{version}/tool-amd64.sha256"),
            System.Text.Encoding.ASCII.GetBytes(Oci.Digest.Of(content).Hex)
        );
        foreach (string file in (string[])["stable-1.0.txt", "stable.txt"])
            _repository.Mirror.Add(new Uri($"https://dl.k8s.io/release/{file}"), System.Text.Encoding.ASCII.GetBytes(version));
    }

    private const string Definition = """
        title: tools
        description: An upstream file alone
        version: v1.0.0
        releases: { kubernetes: https://dl.k8s.io/release }
        source: https://example.org/tools
        licenses: Apache-2.0
        platforms: [linux/amd64]
        repositories:
          official: quay.io/slipway-tests/tools
        debian:
          suites: [trixie]
          components: [main]
          essential: false
        layers:
          - name: upstream
            title: the tool
            upstream: [tool]
        upstream:
          - name: tool
            url: https://dl.k8s.io/release/{version}/tool-{arch}
            checksumFile: https://dl.k8s.io/release/{version}/tool-{arch}.sha256
            limitMiB: 1
            checksums:
              amd64: sha256:to-be-filled-in
            install:
              - { to: /usr/local/share/tool, mode: "0755" }
        accounts:
          - { name: root, id: 0, home: /root, shell: /bin/sh }
        config:
          entrypoint: [/usr/local/share/tool]
          environment:
            PATH: /usr/local/bin:/usr/bin:/bin

        """;
}
