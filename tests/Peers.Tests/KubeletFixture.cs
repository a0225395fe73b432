using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>
/// A small image under the names that <c>docs/verify.md</c> uses, built and signed once as a maintainer does, to be
/// published to real registries that stand for quay.io and docker.io.
/// </summary>
public sealed class KubeletFixture : IAsyncDisposable
{
    public const string Image = "kubelet";

    private readonly Lazy<Task<ScratchRepository>> _signed;
    private readonly Lazy<Task<KubeletRegistries>> _published;

    public KubeletFixture()
    {
        _signed = new Lazy<Task<ScratchRepository>>(SignAsync);
        _published = new Lazy<Task<KubeletRegistries>>(PublishAsync);
    }

    /// <summary>The registries that all tests share; they may read only.</summary>
    public Task<KubeletRegistries> GetAsync() => _published.Value;

    /// <summary>The image on two registries of the caller's own, who disposes them.</summary>
    public async Task<KubeletRegistries> PublishAsync()
    {
        ScratchRepository repository = await _signed.Value;
        KubeletRegistries registries = new(repository, await DockerRegistry.StartAsync(), await DockerRegistry.StartAsync());
        try
        {
            (await repository.Slipway.RunAsync(["Publish", "--public-key", repository.Key.Public, .. registries.Map])).Require();
            return registries;
        }
        catch
        {
            await registries.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_published is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            await (await _published.Value).DisposeAsync();
        if (_signed is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            (await _signed.Value).Dispose();
    }

    private static async Task<ScratchRepository> SignAsync()
    {
        ScratchRepository repository = await AssembleAsync();
        try
        {
            (await repository.Slipway.RunAsync(["Sign", "--signing-key", repository.Key.Private])).Require();
            return repository;
        }
        catch
        {
            repository.Dispose();
            throw;
        }
    }

    /// <summary>The image assembled and inspected at its git tag, in a repository that the caller disposes.</summary>
    public static async Task<ScratchRepository> AssembleAsync()
    {
        await PeerPrograms.RequireAsync(Peer.Gpgv);
        string version = VerifyDocument.Read().Version;
        ScratchRepository repository = await ScratchRepository.CreateAsync();
        try
        {
            foreach (Platform platform in SmallImage.Platforms)
                repository.Mirror.AddProgram(
                    new Uri($"https://dl.k8s.io/release/{version}/bin/linux/{platform.Architecture}/tool"),
                    platform,
                    "tool"
                );
            repository.AddImage(Image, Definition(version), SmallImage.Contract);
            await repository.LockAsync();
            await repository.CommitAsync("A small kubelet", $"{Image}/{version}");
            (await repository.Slipway.RunAsync(["Assemble", "Inspect", "--upstream-mirror", repository.Mirror.Path])).Require();
            return repository;
        }
        catch
        {
            repository.Dispose();
            throw;
        }
    }

    private static string Definition(string version) =>
        SmallImage
            .Definition.Replace(SmallImage.Version, version, StringComparison.Ordinal)
            .Replace("https://example.org/small", "https://github.com/poseidon/kubelet", StringComparison.Ordinal)
            .Replace("quay.io/slipway-tests/small", "quay.io/poseidon/kubelet", StringComparison.Ordinal)
            .Replace("docker.io/slipwaytests/small", "docker.io/psdn/kubelet", StringComparison.Ordinal);
}

/// <summary>The image on two registries.</summary>
/// <param name="Repository">Where it was made, with the keys.</param>
/// <param name="Quay">In place of quay.io.</param>
/// <param name="Hub">In place of docker.io.</param>
public sealed record KubeletRegistries(ScratchRepository Repository, DockerRegistry Quay, DockerRegistry Hub) : IAsyncDisposable
{
    /// <summary>Each with the image's repository in it.</summary>
    public IReadOnlyList<(DockerRegistry Registry, string Repository)> Places => [(Quay, "poseidon/kubelet"), (Hub, "psdn/kubelet")];

    /// <summary>Where the product finds them.</summary>
    public string[] Map => ["--registry-map", $"quay.io=http://{Quay.Host}", $"docker.io=http://{Hub.Host}"];

    public async ValueTask DisposeAsync()
    {
        await Quay.DisposeAsync();
        await Hub.DisposeAsync();
    }
}

[CollectionDefinition(Name)]
public sealed class PublishedKubelet : ICollectionFixture<KubeletFixture>
{
    public const string Name = "a small image under kubelet's name";
}
