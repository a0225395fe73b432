using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>One platform of a released image, loaded into the Docker Engine under a name of its own; disposing removes it.</summary>
public sealed class LoadedImage : IAsyncDisposable
{
    private readonly PeerProgram _docker;
    private readonly string _name;
    private readonly string _platform;

    private LoadedImage(PeerProgram docker, string name, string platform)
    {
        _docker = docker;
        _name = name;
        _platform = platform;
    }

    public static async Task<LoadedImage> LoadAsync(PublishedRelease release, string image, string architecture)
    {
        PeerProgram docker = await PeerPrograms.RequireAsync(architecture == "arm64" ? Peer.DockerArm64 : Peer.Docker);
        PeerProgram skopeo = await PeerPrograms.RequireAsync(Peer.Skopeo);
        using ScratchFolder folder = new();
        string name = $"slipway-tests/{image}:{architecture}-{Guid.NewGuid():n}",
            archive = folder.At("image.tar");
        string layout = $"oci:{release.Repository.Layout(image)}:{release.Repository.VersionOf(image)}-{architecture}";
        (await skopeo.RunAsync("--insecure-policy", "copy", layout, $"docker-archive:{archive}:{name}")).Require();
        (await docker.RunAsync("load", "--quiet", "--input", archive)).Require();
        return new LoadedImage(docker, name, $"linux/{architecture}");
    }

    /// <summary>Runs a container to its end, which must be good.</summary>
    /// <param name="arguments">Options of <c>docker run</c>; after an empty one, the container's own arguments.</param>
    public async Task<ChildResult> RunAsync(params string[] arguments)
    {
        string[] options = [.. arguments.TakeWhile(argument => argument.Length > 0)];
        ChildResult result = await _docker.RunAsync([
            "run",
            "--rm",
            "--platform",
            _platform,
            "--network",
            "none",
            "--read-only",
            .. options,
            _name,
            .. arguments.Skip(options.Length + 1),
        ]);
        return result.Require();
    }

    public async ValueTask DisposeAsync() => await _docker.RunAsync("image", "rm", "--force", _name);
}
