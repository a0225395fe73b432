using Nuke.Common.CI;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Rehearsal;
using Slipway.Release;
using Slipway.StandIns;
using Slipway.Testing;
using Slipway.Verification;

namespace Slipway.Graph.Tests;

/// <summary>
/// A repository with two images of two platforms, and what machines of a CI reach from it: two registries, upstream and GitHub, all of the
/// tests' own.
/// </summary>
internal sealed class TwoImages : IAsyncDisposable
{
    public const string Version = UpstreamImage.Version;
    public const string Repository = "slipway-tests/tools";
    public const string Program = "slipway-verify-linux-amd64";
    public static readonly string[] Names = ["gears", UpstreamImage.Name];

    private readonly List<RehearsalRegistry> _registries = [];

    private TwoImages() { }

    public ScratchFolder Folder { get; } = new();

    public ScratchRepository Scratch { get; private set; } = null!;

    public GitHubStandIn GitHub { get; private set; } = null!;

    /// <summary>The repository on GitHub.</summary>
    public StandInRepository Far { get; private set; } = null!;

    public IReadOnlyList<RehearsalRegistry> Registries => _registries;

    /// <summary>Asked before a registry handles a request; what it returns happens to it.</summary>
    public Func<RehearsalRequest, Fault?> Faults { get; set; } = _ => null;

    /// <summary>Blobs that a registry took, each as often as it was sent whole.</summary>
    public IEnumerable<(RehearsalRegistry Registry, string Blob)> Sent =>
        from registry in _registries
        from entry in registry.Log.All
        where entry is { Status: 201, Request.Method: "PUT" } && entry.Request.Query.Contains("digest=", StringComparison.Ordinal)
        select (
            registry,
            $"{entry.Request.Path.Split("/blobs/")[0]} {entry.Request.Query[entry.Request.Query.IndexOf("digest=", StringComparison.Ordinal)..]}"
        );

    /// <summary>How often a registry took something.</summary>
    public int Writes => _registries.Sum(registry => registry.Log.All.Count(entry => entry.Status == 201));

    /// <summary>What is known when files are generated for a CI.</summary>
    public ConfigurationContext Context =>
        new()
        {
            RootDirectory = Scratch.Root,
            Command = "./build.sh",
            Targets = [],
        };

    /// <param name="host">Where the repository is.</param>
    public static async Task<TwoImages> CreateAsync(string host = "github.com")
    {
        TwoImages images = new();
        await images.InitializeAsync(host);
        return images;
    }

    private async Task InitializeAsync(string place)
    {
        Scratch = await UpstreamImage.CreateAsync(["amd64", "arm64"], ("a", 100_000));
        string definition = Scratch.At("images", UpstreamImage.Name, "image.yaml");
        await File.WriteAllTextAsync(
            definition,
            (await File.ReadAllTextAsync(definition)).Replace(
                UpstreamImage.Source,
                $"https://{place}/{Repository}",
                StringComparison.Ordinal
            )
        );
        foreach (string file in Directory.EnumerateFiles(Scratch.At("images", UpstreamImage.Name)))
            Scratch.Write(
                $"images/gears/{Path.GetFileName(file)}",
                (await File.ReadAllTextAsync(file))
                    .Replace("quay.io/slipway-tests/tools", "quay.io/slipway-tests/gears", StringComparison.Ordinal)
                    .Replace("slipwaytests/tools", "slipwaytests/gears", StringComparison.Ordinal)
                    .Replace("\"image\": \"tools\"", "\"image\": \"gears\"", StringComparison.Ordinal)
            );
        foreach (string host in (string[])["quay.io", "docker.io"])
            _registries.Add(
                await RehearsalRegistry.StartAsync(
                    new RehearsalOptions { Storage = Folder.Folder(host) }.WithFaults(request => Faults(request)),
                    TestContext.Current.CancellationToken
                )
            );
        GitHub = await GitHubStandIn.StartAsync();
        Far = await GitHub.AddRepositoryAsync("slipway-tests", "tools");
        // Where the real one compiles the graph and the program for users, this one has them, says where the registries, upstream and
        // GitHub of the test are, and signs with a key instead of as whom a pipeline's Sigstore knows.
        Scratch.Write(
            "build.sh",
            $$"""
            #!/usr/bin/env bash
            if [[ $1 == CompileVerify ]]; then
              mkdir -p artifacts && cp -r '{{Folder.At("compiled")}}' artifacts/slipway-verify && exit
            fi
            arguments=()
            while (($#)); do
              case $1 in
                --identity | --issuer) echo "$1 $2" && shift ;;
                *) arguments+=("$1") ;;
              esac
              shift
            done
            exec '{{SlipwayCommand.Dotnet}}' exec '{{SlipwayCommand.Compiled}}' "${arguments[@]}" --root "$PWD" --upstream-mirror '{{Scratch.Mirror.Path}}' \
              --registry-map 'quay.io={{_registries[0].Address}}' 'docker.io={{_registries[1].Address}}' \
              --github-url 'github.com={{GitHub.ApiUrl}}' --signing-key '{{Scratch.Key.Private}}'
            """
        );
        (await new ChildProcess("chmod", "+x", Scratch.At("build.sh")).RunAsync()).Require();
        Scratch.Write(".gitignore", "/artifacts/\n/.nuke/temp/\n/parts/\n");
        await Scratch.CommitAsync("two", [.. Names.Select(image => $"{image}/{Version}")]);
        await Scratch.GitAsync("push", "--quiet", "--force", Far.GitFolder, "HEAD:refs/heads/main", "--tags");
        await CompileAsync();
    }

    /// <summary>What CompileVerify leaves: the same on both kinds of machines here, since nothing is linked.</summary>
    private async Task CompileAsync()
    {
        string program = Path.Combine(Folder.Folder("compiled"), Program);
        await File.WriteAllTextAsync(program, "a program");
        ChildResult commit = await new ChildProcess("git", "-C", Scratch.Root, "rev-parse", "HEAD").RunAsync();
        await CompiledProgram
            .Of("slipway-verify", new AssemblyOrigin(Builder.Local.Id) { Commit = commit.Require().Output.Trim() }, [program])
            .WriteAsync(Folder.At("compiled"), CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (RehearsalRegistry registry in _registries)
            await registry.DisposeAsync();
        await GitHub.DisposeAsync();
        Scratch.Dispose();
        Folder.Dispose();
    }

    /// <summary>Of the index that one machine assembles.</summary>
    public async Task<string> OneMachinesDigestAsync(string image)
    {
        (
            await (Scratch.Slipway with { Cache = Scratch.Beside("one") }).RunAsync(
                "Assemble",
                "--images",
                image,
                "--upstream-mirror",
                Scratch.Mirror.Path
            )
        ).Require();
        return OciLayout
            .Open(Scratch.Layout(image))
            .ReadIndex()
            .Manifests.First(entry => entry.Annotations.GetValueOrDefault(OciLayout.RefName) == Version)
            .Digest.ToString();
    }
}
