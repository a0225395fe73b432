using Slipway.Debian;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>
/// Both of the product's images at a git tag, assembled and built from their Dockerfiles for both platforms on a real Engine, compared,
/// and what the Dockerfiles made published to two real registries. Made when the first test asks: it takes root, qemu and minutes.
/// </summary>
public sealed class DockerfileFixture : IAsyncDisposable
{
    private readonly Lazy<Task<DockerfileBuilds>> _builds = new(DockerfileBuilds.MakeAsync);

    public Task<DockerfileBuilds> GetAsync() => _builds.Value;

    public async ValueTask DisposeAsync()
    {
        if (_builds is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            await (await _builds.Value).DisposeAsync();
    }
}

[CollectionDefinition(Name)]
public sealed class DockerfileImages : ICollectionFixture<DockerfileFixture>
{
    public const string Name = "both images from their Dockerfiles";
}

/// <summary>What was made.</summary>
public sealed record DockerfileBuilds : IAsyncDisposable
{
    public static IReadOnlyList<string> Images { get; } = ["flannel-cni", "kubelet"];

    public required ScratchRepository Repository { get; init; }

    /// <summary>In place of quay.io.</summary>
    public required DockerRegistry Quay { get; init; }

    /// <summary>In place of docker.io.</summary>
    public required DockerRegistry Hub { get; init; }

    /// <summary>How <c>BuildDockerfile</c> ended.</summary>
    public ChildResult Built { get; private set; } = null!;

    /// <summary>How <c>Compare --json</c> ended, well or not.</summary>
    public ChildResult Compared { get; private set; } = null!;

    /// <summary>How <c>Inspect Sign Publish --dockerfile</c> ended.</summary>
    public ChildResult Published { get; private set; } = null!;

    public string[] Map => ["--registry-map", $"quay.io=http://{Quay.Host}", $"docker.io=http://{Hub.Host}"];

    /// <summary>Every place that an image was published to.</summary>
    public IReadOnlyList<(DockerRegistry Registry, string Repository)> PlacesOf(string image) =>
        [(Quay, $"poseidon/{image}"), (Hub, $"psdn/{image}")];

    public static async Task<DockerfileBuilds> MakeAsync()
    {
        ImageRoot.RequireRoot();
        await PeerPrograms.RequireAsync(Peer.Gpgv);
        await PeerPrograms.RequireAsync(Peer.Mmdebstrap);
        await PeerPrograms.RequireAsync(Peer.DockerArm64);
        DockerfileBuilds builds = new()
        {
            Repository = await ScratchRepository.CreateAsync(),
            Quay = await DockerRegistry.StartAsync(),
            Hub = await DockerRegistry.StartAsync(),
        };
        try
        {
            await builds.BuildAsync();
            return builds;
        }
        catch
        {
            await builds.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Quay.DisposeAsync();
        await Hub.DisposeAsync();
        Repository.Dispose();
    }

    private async Task BuildAsync()
    {
        await Repository.Mirror.AddAllAsync(await ReleasedUpstream.PackAsync());
        foreach (string image in Images)
            await Repository.AddReleasedImageAsync(image);
        (await new ChildProcess("cp", "-r", SourceTree.At("images", "dockerfile"), Repository.At("images")).RunAsync()).Require();
        await Repository.LockAsync();
        await Repository.CommitAsync("Both images", [.. Images.Select(image => $"{image}/{Repository.VersionOf(image)}")]);
        string[] mirrors = MirrorsOf(Repository);
        SlipwayCommand patient = Repository.Slipway with
        {
            TimeLimit = TimeSpan.FromMinutes(40),
            MeasuresMemory = true,
            Variables = new Dictionary<string, string?>(Repository.Slipway.Variables)
            {
                ["DOCKER_HOST"] = Environment.GetEnvironmentVariable("DOCKER_HOST"),
            },
        };
        (await patient.RunAsync(["Assemble", .. mirrors])).Require();
        Built = (await patient.RunAsync(["BuildDockerfile", .. mirrors])).Require();
        Compared = await patient.RunAsync("Compare", "--json");
        Published = (
            await patient.RunAsync(["Sign", "Publish", "--dockerfile", "--signing-key", Repository.Key.Private, .. Map])
        ).Require();
    }

    /// <summary>Where a repository's images are built from.</summary>
    public static string[] MirrorsOf(ScratchRepository repository) =>
        ["--upstream-mirror", repository.Mirror.Path, "--debian-mirror", DebianParent()];

    /// <summary>The mirror of this machine's apt, which is what the lock was made from and therefore has its versions.</summary>
    private static string DebianParent()
    {
        AptConfiguration apt = AptConfiguration.Read("/");
        Assert.SkipWhen(apt.Main is null || apt.Security is null, "this machine's apt knows no Debian mirror");
        Uri parent = new(apt.Main, "..");
        Assert.Equal((new Uri(parent, "debian/"), new Uri(parent, "debian-security/")), (apt.Main, apt.Security));
        return parent.AbsoluteUri;
    }
}
