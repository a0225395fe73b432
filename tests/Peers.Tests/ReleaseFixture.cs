using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>
/// One release of both real images, as a maintainer makes it: a repository with its own tags and fresh locks, upstream
/// from a mirror, two real registry servers; <c>Assemble Sign Publish</c> in one command. Made when the first test asks.
/// </summary>
public sealed class ReleaseFixture : IAsyncDisposable
{
    private readonly Lazy<Task<PublishedRelease>> _release;

    public ReleaseFixture()
    {
        _release = new Lazy<Task<PublishedRelease>>(PublishedRelease.MakeAsync);
    }

    /// <summary>The release; the test is skipped when a peer that it needs cannot be had.</summary>
    public Task<PublishedRelease> GetAsync() => _release.Value;

    public async ValueTask DisposeAsync()
    {
        if (_release is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            await (await _release.Value).DisposeAsync();
    }
}

[CollectionDefinition(Name)]
public sealed class ReleasedImages : ICollectionFixture<ReleaseFixture>
{
    public const string Name = "a release of both images";
}

/// <summary>What that release made.</summary>
public sealed record PublishedRelease : IAsyncDisposable
{
    public static IReadOnlyList<string> Images { get; } = ["kubelet", "flannel-cni"];

    public static IReadOnlyList<string> Architectures { get; } = ["amd64", "arm64"];

    private readonly Dictionary<string, Task<ImageRoot>> _roots = new(StringComparer.Ordinal);

    public required ScratchRepository Repository { get; init; }

    /// <summary>In place of quay.io.</summary>
    public required DockerRegistry Quay { get; init; }

    /// <summary>In place of docker.io.</summary>
    public required DockerRegistry Hub { get; init; }

    public required SlipwayCommand Slipway { get; init; }

    /// <summary>How <c>Assemble Sign Publish</c> ended.</summary>
    public ChildResult Published { get; private init; } = new("nothing yet", -1, "", "", TimeSpan.Zero, 0);

    /// <summary>Every place that an image was published to: registry, repository in it.</summary>
    public IReadOnlyList<(DockerRegistry Registry, string Repository)> PlacesOf(string image) =>
        [(Quay, $"poseidon/{image}"), (Hub, $"psdn/{image}")];

    /// <summary>One platform of an image, unpacked with owners and modes, the same for all tests; they may not change it.</summary>
    public Task<ImageRoot> RootAsync(string image, string architecture)
    {
        string key = $"{image}-{architecture}";
        if (!_roots.TryGetValue(key, out Task<ImageRoot>? root))
        {
            _roots.Add(
                key,
                root = ImageRoot.UnpackAsync(
                    Repository.Layout(image),
                    $"{Repository.VersionOf(image)}-{architecture}",
                    Platform.Parse($"linux/{architecture}"),
                    Repository.Beside("roots", key)
                )
            );
        }

        return root;
    }

    /// <summary>Runs publishing once more.</summary>
    public Task<ChildResult> PublishAgainAsync() => Slipway.RunAsync(PublishArguments("Publish"));

    /// <summary>Arguments for <c>Verify</c> of one reference.</summary>
    public Task<ChildResult> VerifyAsync(string reference) =>
        Slipway.RunAsync(["Verify", "--reference", reference, "--public-key", Repository.Key.Public, .. Map]);

    /// <summary>Compares the layout of an image with what a reference leads to.</summary>
    public Task<ChildResult> CompareAsync(string image, string reference) =>
        Slipway.RunAsync(["Inspect", "--images", image, "--against", reference, .. Map]);

    private string[] Map => ["--registry-map", $"quay.io=http://{Quay.Host}", $"docker.io=http://{Hub.Host}"];

    private string[] PublishArguments(params string[] targets) =>
        [.. targets, "--upstream-mirror", Repository.Mirror.Path, "--signing-key", Repository.Key.Private, .. Map];

    public static async Task<PublishedRelease> MakeAsync()
    {
        await PeerPrograms.RequireAsync(Peer.Gpgv);
        ScratchRepository repository = await ScratchRepository.CreateAsync();
        PublishedRelease release = new()
        {
            Repository = repository,
            Quay = await DockerRegistry.StartAsync(),
            Hub = await DockerRegistry.StartAsync(),
            // A cache of its own, so that the images are assembled here and their layers gone afterwards.
            Slipway = repository.Slipway with { Cache = repository.Beside("cache"), MeasuresMemory = true },
        };
        try
        {
            await release.PrepareAsync();
            return release with
            {
                Published = (await release.Slipway.RunAsync(release.PublishArguments("Assemble", "Sign", "Publish"))).Require(),
            };
        }
        catch
        {
            await release.DisposeAsync();
            throw;
        }
    }

    private async Task PrepareAsync()
    {
        await Repository.Mirror.AddAllAsync(await ReleasedUpstream.PackAsync());
        foreach (string image in Images)
            await Repository.AddReleasedImageAsync(image);
        await Repository.LockAsync();
        await Repository.CommitAsync("Release both", [.. Images.Select(image => $"{image}/{Repository.VersionOf(image)}")]);
        (await Repository.Slipway.RunAsync("Fetch", "--upstream-mirror", Repository.Mirror.Path)).Require();
        await TestCache.SeedAsync(Slipway.Cache);
    }

    public async ValueTask DisposeAsync()
    {
        await Quay.DisposeAsync();
        await Hub.DisposeAsync();
        Repository.Dispose();
    }
}
