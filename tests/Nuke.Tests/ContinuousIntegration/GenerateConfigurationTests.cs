using Nuke.Common;
using Nuke.Common.CI;
using Nuke.Common.CI.GitHubActions;

namespace Slipway.Nuke.Tests;

/// <summary>The files of CI servers: from attributes, by the command that they name, told when they are stale.</summary>
public sealed class GenerateConfigurationTests : IDisposable
{
    private const string Pushed = ".github/workflows/pushed.yml";
    private readonly TestWorkflow _run = new();

    [Fact]
    public void Without_a_name_all_are_written_with_the_command_that_writes_them_again()
    {
        Assert.Equal(0, _run.Of<ServerBuild>(x => x.Pack, "--generate-configuration"));

        string text = File.ReadAllText(Path.Combine(_run.Root, Pushed));
        Assert.Contains("./build.sh --generate-configuration GitHubActions_pushed\n", text, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(_run.Root, ".github/workflows/nightly.yml")));
        Assert.DoesNotContain("== Pack", _run.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void A_workflow_is_what_its_attribute_says()
    {
        _run.Of<ServerBuild>(x => x.Pack, "--generate-configuration", "GitHubActions_pushed");

        string text = File.ReadAllText(Path.Combine(_run.Root, Pushed));
        Assert.Equal(
            $$$"""
            name: pushed
            on:
              push:
                branches:
                  - main
                paths:
                  - src/**
                  - '!docs/**'

            permissions: {}
            concurrency:
              group: one
              cancel-in-progress: true

            jobs:
              ubuntu-24_04:
                runs-on: ubuntu-24.04
                permissions:
                  contents: read
                timeout-minutes: 5
                steps:
                  - uses: actions/checkout@{{{GitHubAction.Checkout.Commit}}} # {{{GitHubAction.Checkout.Version}}}
                    with:
                      fetch-depth: 0
                      persist-credentials: false
                  - uses: actions/setup-dotnet@{{{GitHubAction.SetupDotNet.Commit}}} # {{{GitHubAction.SetupDotNet.Version}}}
                    with:
                      global-json-file: global.json
                  - run: ./build.sh Pack
                    env:
                      NUGET_KEY: ${{ secrets.NUGET_KEY }}
                  - uses: actions/upload-artifact@{{{GitHubAction.UploadArtifact.Commit}}} # {{{GitHubAction.UploadArtifact.Version}}}
                    with:
                      name: packages
                      path: output/packages
                      if-no-files-found: error
                      compression-level: 6
                      overwrite: true

            """,
            text[(text.IndexOf("\n\n", StringComparison.Ordinal) + 2)..]
        );
    }

    [Fact]
    public void The_same_build_writes_the_same_bytes_and_a_current_file_is_left_alone()
    {
        _run.Of<ServerBuild>(x => x.Pack, "--generate-configuration");
        string file = Path.Combine(_run.Root, Pushed);
        DateTime then = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(file, then);

        _run.Of<ServerBuild>(x => x.Pack, "--generate-configuration");

        Assert.Equal(then, File.GetLastWriteTimeUtc(file));
    }

    [Fact]
    public void An_unknown_name_is_wrong_use_and_the_known_ones_are_told()
    {
        Assert.Equal(64, _run.Of<ServerBuild>(x => x.Pack, "--generate-configuration", "GitHubActions_no"));

        Assert.Contains("GitHubActions_pushed", _run.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stale_file_is_told_at_the_start_where_the_source_is_and_nowhere_else()
    {
        string folder = Path.Combine(_run.Root, "build", "bin");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(_run.Root, "build", "x.csproj"), "");
        _run.AssemblyDirectory = folder;
        _run.Of<ServerBuild>(x => x.Pack, "--generate-configuration");

        _run.Of<ServerBuild>(x => x.Pack);
        Assert.DoesNotContain("is not what the build class says", _run.Log, StringComparison.Ordinal);

        File.AppendAllText(Path.Combine(_run.Root, Pushed), "# by hand\n");
        _run.Of<ServerBuild>(x => x.Pack);
        Assert.Contains(
            $"{Pushed} is not what the build class says. Run ./build.sh --generate-configuration",
            _run.Log,
            StringComparison.Ordinal
        );
        Assert.True(_run.Log.IndexOf("is not what", StringComparison.Ordinal) < _run.Log.LastIndexOf("== Pack", StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_that_is_kept_by_hand_is_not_told()
    {
        ConfigurationContext context = new()
        {
            RootDirectory = _run.Root,
            Command = "./build.sh",
            Targets = ["Pack"],
        };

        Assert.Equal(["GitHubActions_pushed"], new ConfigurationFiles(typeof(ServerBuild), context).Stale().Select(x => x.Id));
    }

    [Fact]
    public void A_target_that_there_is_not_is_a_mistake_of_the_attribute() =>
        Assert.Contains(
            "no target Gone",
            Assert
                .Throws<InvalidOperationException>(() =>
                    Generate(
                        new GitHubActionsAttribute("x", GitHubActionsImage.UbuntuLatest)
                        {
                            On = [GitHubActionsTrigger.Push],
                            InvokedTargets = ["Gone"],
                        }
                    )
                )
                .Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void A_workflow_that_nothing_starts_is_a_mistake_of_the_attribute() =>
        Assert.Throws<InvalidOperationException>(() => Generate(new GitHubActionsAttribute("x", GitHubActionsImage.UbuntuLatest)));

    [Theory]
    [InlineData("echo ${{ github.event.pull_request.title }}")]
    [InlineData("echo ok\necho ${{ inputs.image }}")]
    public void An_expression_in_a_command_is_refused(string command) =>
        Assert.Throws<InvalidOperationException>(() => GitHubActionsStep.Run(command));

    [Fact]
    public void An_action_stands_at_a_whole_commit() =>
        Assert.All(
            [
                GitHubAction.Checkout,
                GitHubAction.SetupDotNet,
                GitHubAction.Cache,
                GitHubAction.UploadArtifact,
                GitHubAction.DownloadArtifact,
            ],
            action =>
                Assert.Matches(
                    "^actions/[a-z-]+@[0-9a-f]{40} v[0-9]+\\.[0-9]+\\.[0-9]+$",
                    $"{action.Name}@{action.Commit} {action.Version}"
                )
        );

    public void Dispose() => _run.Dispose();

    private string Generate(GitHubActionsAttribute attribute) =>
        attribute.Generate(
            new ConfigurationContext
            {
                RootDirectory = _run.Root,
                Command = "./build.sh",
                Targets = ["Pack"],
            }
        );

    [GitHubActions(
        "pushed",
        GitHubActionsImage.Ubuntu2404,
        OnPushBranches = ["main"],
        OnPushIncludePaths = ["src/**"],
        OnPushExcludePaths = ["docs/**"],
        InvokedTargets = [nameof(Pack)],
        ImportSecrets = ["NUGET_KEY"],
        FetchDepth = 0,
        CacheKeyFiles = [],
        TimeoutMinutes = 5,
        ConcurrencyGroup = "one",
        ConcurrencyCancelInProgress = true
    )]
    [GitHubActions(
        "nightly",
        GitHubActionsImage.Ubuntu2404,
        OnCronSchedule = "0 4 * * *",
        InvokedTargets = [nameof(Pack)],
        AutoGenerate = false
    )]
    public sealed class ServerBuild : NukeBuild
    {
        public Target Pack => _ => _.Produces("output/packages/*.nupkg").Executes(() => { });
    }
}
