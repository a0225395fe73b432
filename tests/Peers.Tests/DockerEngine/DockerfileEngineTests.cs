using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>A Dockerfile on a newer Engine that keeps images with containerd: on a base made here, and on one of a registry.</summary>
[Collection(DockerfileImages.Name)]
public sealed class DockerfileEngineTests(ITestOutputHelper output)
{
    private const string Image = "flannel-cni";

    [Fact]
    public async Task A_base_of_a_registry_by_its_digest_and_a_build_without_cache_give_the_same_image()
    {
        ImageRoot.RequireRoot();
        await PeerPrograms.RequireAsync(Peer.Mmdebstrap);
        PeerProgram skopeo = await PeerPrograms.RequireAsync(Peer.Skopeo);
        using ScratchRepository repository = await NewAsync();
        await using OwnEngine engine = await OwnEngine.StartAsync(EngineRecipe.Docker28Containerd with { IsOnMachinesNetwork = true });

        ChildResult first = (await BuildAsync(repository, engine)).Require();
        await engine.DockerAsync("builder", "prune", "--all", "--force");
        await using DockerRegistry registry = await DockerRegistry.StartAsync();
        string name = await PushAsync(skopeo, registry);
        ChildResult second = (await BuildAsync(repository, engine, "--base", name)).Require();

        output.WriteLine(
            $"{first.Duration.TotalSeconds:0} s and {second.Duration.TotalSeconds:0} s, {first.Output.Trim()} and {second.Output.Trim()}"
        );
        Assert.StartsWith($"{Image} sha256:", first.Output, StringComparison.Ordinal);
        Assert.Equal(first.Output, second.Output);
        Assert.Equal("", await engine.DockerAsync("image", "ls", "--all", "--quiet"));
        Assert.Equal("", await engine.DockerAsync("ps", "--all", "--quiet"));
        (
            await repository.Slipway.RunAsync(["Assemble", "--platforms", "linux/amd64", .. DockerfileBuilds.MirrorsOf(repository)])
        ).Require();
        (await repository.Slipway.RunAsync("Compare", "--platforms", "linux/amd64")).Require();
    }

    private static async Task<ScratchRepository> NewAsync()
    {
        ScratchRepository repository = await ScratchRepository.CreateAsync();
        await repository.Mirror.AddAllAsync(await ReleasedUpstream.PackAsync());
        await repository.AddReleasedImageAsync(Image);
        (await new ChildProcess("cp", "-r", SourceTree.At("images", "dockerfile"), repository.At("images")).RunAsync()).Require();
        await repository.LockAsync();
        await repository.CommitAsync("One image", $"{Image}/{repository.VersionOf(Image)}");
        return repository;
    }

    private static Task<ChildResult> BuildAsync(ScratchRepository repository, OwnEngine engine, params string[] arguments) =>
        (
            repository.Slipway with
            {
                TimeLimit = TimeSpan.FromMinutes(15),
                Variables = new Dictionary<string, string?>(repository.Slipway.Variables) { ["DOCKER_HOST"] = engine.Address.ToString() },
            }
        ).RunAsync(["BuildDockerfile", "--platforms", "linux/amd64", .. arguments, .. DockerfileBuilds.MirrorsOf(repository)]);

    /// <summary>The base that was made last, on a registry; its name with its digest.</summary>
    private static async Task<string> PushAsync(PeerProgram skopeo, DockerRegistry registry)
    {
        DirectoryInfo made = new DirectoryInfo(Path.Combine(TestCache.Shared, "bases"))
            .GetDirectories("amd64-*")
            .MaxBy(folder => folder.LastWriteTimeUtc)!;
        (
            await skopeo.RunAsync(
                "--insecure-policy",
                "copy",
                "--dest-tls-verify=false",
                $"oci:{made.FullName}/layout",
                $"docker://{registry.Host}/base:made"
            )
        ).Require();
        return $"{registry.Host}/base@{await registry.DigestAsync("base", "made")}";
    }
}
