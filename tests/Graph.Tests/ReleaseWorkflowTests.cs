using Nuke.Common.CI;
using Slipway.Development;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Rehearsal;
using Slipway.Release;
using Slipway.StandIns;
using Slipway.Testing;
using Slipway.Verification;

namespace Slipway.Graph.Tests;

/// <summary>
/// The workflow release, run from the YAML as it is written: two images of two platforms, each platform on a machine of its own, two
/// registries, and the digests that one machine makes.
/// </summary>
public sealed class ReleaseWorkflowTests : IAsyncLifetime
{
    private const string Version = UpstreamImage.Version;
    private const string Repository = "slipway-tests/tools";
    private const string Program = "slipway-verify-linux-amd64";
    private static readonly string[] Images = ["gears", UpstreamImage.Name];

    private readonly ScratchFolder _folder = new();
    private readonly List<RehearsalRegistry> _registries = [];
    private ScratchRepository _repository = null!;
    private GitHubStandIn _github = null!;
    private StandInRepository _far = null!;

    public async ValueTask InitializeAsync()
    {
        _repository = await UpstreamImage.CreateAsync(["amd64", "arm64"], ("a", 100_000));
        string definition = _repository.At("images", UpstreamImage.Name, "image.yaml");
        await File.WriteAllTextAsync(
            definition,
            (await File.ReadAllTextAsync(definition)).Replace(
                UpstreamImage.Source,
                $"https://github.com/{Repository}",
                StringComparison.Ordinal
            )
        );
        foreach (string file in Directory.EnumerateFiles(_repository.At("images", UpstreamImage.Name)))
            _repository.Write(
                $"images/gears/{Path.GetFileName(file)}",
                (await File.ReadAllTextAsync(file))
                    .Replace("quay.io/slipway-tests/tools", "quay.io/slipway-tests/gears", StringComparison.Ordinal)
                    .Replace("slipwaytests/tools", "slipwaytests/gears", StringComparison.Ordinal)
                    .Replace("\"image\": \"tools\"", "\"image\": \"gears\"", StringComparison.Ordinal)
            );
        foreach (string host in (string[])["quay.io", "docker.io"])
            _registries.Add(
                await RehearsalRegistry.StartAsync(
                    new RehearsalOptions { Storage = _folder.Folder(host) },
                    TestContext.Current.CancellationToken
                )
            );
        _github = await GitHubStandIn.StartAsync();
        _far = await _github.AddRepositoryAsync("slipway-tests", "tools");
        // Where the real one compiles the graph and the program for users, this one has them, and says where the registries, upstream and
        // GitHub of the test are.
        _repository.Write(
            "build.sh",
            $"""
            #!/usr/bin/env bash
            if [[ $1 == CompileVerify ]]; then
              mkdir -p artifacts && cp -r '{_folder.At("compiled")}' artifacts/slipway-verify && exit
            fi
            exec '{SlipwayCommand.Dotnet}' exec '{SlipwayCommand.Compiled}' "$@" --root "$PWD" --upstream-mirror '{_repository.Mirror.Path}' \
              --registry-map 'quay.io={_registries[0].Address}' 'docker.io={_registries[1].Address}' \
              --github-url 'github.com={_github.ApiUrl}' --signing-key '{_repository.Key.Private}'
            """
        );
        (await new ChildProcess("chmod", "+x", _repository.At("build.sh")).RunAsync()).Require();
        _repository.Write(".gitignore", "/artifacts/\n/.nuke/temp/\n/parts/\n");
        await _repository.CommitAsync("two", [.. Images.Select(image => $"{image}/{Version}")]);
        await _repository.GitAsync("push", "--quiet", "--force", _far.GitFolder, "HEAD:refs/heads/main", "--tags");
        await CompileAsync();
    }

    /// <summary>What CompileVerify leaves: the same on both kinds of machines here, since nothing is linked.</summary>
    private async Task CompileAsync()
    {
        string program = Path.Combine(_folder.Folder("compiled"), Program);
        await File.WriteAllTextAsync(program, "a program");
        ChildResult commit = await new ChildProcess("git", "-C", _repository.Root, "rev-parse", "HEAD").RunAsync();
        await CompiledProgram
            .Of("slipway-verify", new AssemblyOrigin(Builder.Local.Id) { Commit = commit.Require().Output.Trim() }, [program])
            .WriteAsync(_folder.At("compiled"), CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (RehearsalRegistry registry in _registries)
            await registry.DisposeAsync();
        await _github.DisposeAsync();
        _repository.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Two_images_of_two_platforms_are_released_by_many_machines_as_by_one()
    {
        foreach (string image in Images)
        {
            IReadOnlyList<JobRun> jobs = await RunAsync(image, Array.IndexOf(Images, image) + 1);

            Assert.All(jobs, job => Assert.True(job.Succeeded, job.Log));
            Assert.Equal(
                ["compile", "compile", $"assemble-{image}", $"assemble-{image}", $"release-{image}", $"reproduce-{image}"],
                jobs.Select(job => job.Id)
            );
            JobRun release = Released(jobs);
            Assert.DoesNotContain("assembling", release.Log, StringComparison.Ordinal);
            Assert.Contains($"{await OneMachinesDigestAsync(image)}\n", release.Outputs, StringComparison.Ordinal);
            Assert.All(jobs, job => Assert.DoesNotContain("robots-password", job.Log, StringComparison.Ordinal));
            Assert.All(jobs, job => Assert.DoesNotContain(GitHubStandIn.Token, job.Log, StringComparison.Ordinal));
        }

        Assert.Equal(
            Images.Select(image => $"{image}/{Version}"),
            _far.Releases.Select(release => release.Tag).Order(StringComparer.Ordinal)
        );
        Assert.All(_far.Releases, release => Assert.False(release.IsDraft));
        Assert.All(_far.Releases, release => Assert.Contains(release.Assets, asset => asset.Name == Program));
    }

    [Fact]
    public async Task A_job_that_is_ended_half_way_and_run_again_comes_to_the_same_release()
    {
        string digest = await OneMachinesDigestAsync("gears");
        int writes = 0;
        _github.Fail("POST", "/releases", GitHubFault.Forbidden);
        IReadOnlyList<JobRun> first = await RunAsync("gears", 1);
        Assert.False(Released(first).Succeeded);
        Assert.DoesNotContain(first, job => job.Id == "reproduce-gears");
        writes = _registries.Sum(Writes);

        IReadOnlyList<JobRun> second = await RunAsync("gears", 2);

        Assert.All(second, job => Assert.True(job.Succeeded, job.Log));
        Assert.Contains($"{digest}\n", Released(second).Outputs, StringComparison.Ordinal);
        Assert.Equal(writes, _registries.Sum(Writes));
        Assert.False(Assert.Single(_far.Releases).IsDraft);
    }

    private static JobRun Released(IEnumerable<JobRun> jobs) => jobs.Single(job => job.Id.StartsWith("release-", StringComparison.Ordinal));

    private static int Writes(RehearsalRegistry registry) => registry.Log.All.Count(entry => entry.Status == 201);

    private Task<IReadOnlyList<JobRun>> RunAsync(string image, int number) =>
        new WorkflowRunner(Workflow(), _repository.Root, _folder)
        {
            Tag = $"{image}/{Version}",
            Repository = Repository,
            Number = number,
            Variables = new Dictionary<string, string> { ["QUAY_USERNAME"] = "robot", ["DOCKERHUB_USERNAME"] = "somebody" },
            Secrets = new Dictionary<string, string> { ["QUAY_PASSWORD"] = "a-robots-password", ["DOCKERHUB_TOKEN"] = "b-robots-password" },
            Token = GitHubStandIn.Token,
            IsLeftOut = command => command == JobCommands.InstallCosign("$HOME/.local/bin"),
        }.RunAsync();

    /// <summary>As it would be committed in that repository.</summary>
    private string Workflow() =>
        new ConfigurationFiles(typeof(Build), Context)
            .Generators.Single(generator => generator.Id == "GitHubActions_release")
            .Generate(Context);

    private ConfigurationContext Context =>
        new()
        {
            RootDirectory = _repository.Root,
            Command = "./build.sh",
            Targets = [],
        };

    private async Task<string> OneMachinesDigestAsync(string image)
    {
        (
            await (_repository.Slipway with { Cache = _repository.Beside("one") }).RunAsync(
                "Assemble",
                "--images",
                image,
                "--upstream-mirror",
                _repository.Mirror.Path
            )
        ).Require();
        return OciLayout
            .Open(_repository.Layout(image))
            .ReadIndex()
            .Manifests.First(entry => entry.Annotations.GetValueOrDefault(OciLayout.RefName) == Version)
            .Digest.ToString();
    }
}
