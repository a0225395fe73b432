using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>The product's own image flannel-cni, locked and assembled when the first test asks, unpacked for each that asks.</summary>
public sealed class FlannelFixture : IDisposable
{
    public const string Image = "flannel-cni";

    private readonly Lazy<Task<ScratchRepository>> _repository = new(AssembleAsync);

    /// <summary>
    /// A root of one architecture that can be entered; the test is skipped where that takes rights or an emulator that are not there.
    /// </summary>
    /// <param name="folder">Where it is unpacked to.</param>
    public async Task<UnpackedRoot> UnpackAsync(string architecture, ScratchFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        await UnpackedRoot.RequireRightsAsync();
        return await UnpackAsync(await _repository.Value, architecture, folder);
    }

    /// <summary>Unpacks what a repository has assembled.</summary>
    public static async Task<UnpackedRoot> UnpackAsync(ScratchRepository repository, string architecture, ScratchFolder folder)
    {
        ArgumentNullException.ThrowIfNull(repository);
        ArgumentNullException.ThrowIfNull(folder);
        PeerProgram umoci = await PeerPrograms.RequireAsync(Peer.Umoci);
        string reference = $"{repository.Layout(Image)}:{repository.VersionOf(Image)}-{architecture}";
        (await umoci.RunAsync("unpack", "--rootless", "--image", reference, folder.At("bundle"))).Require();
        UnpackedRoot root = new(folder.At("bundle", "rootfs"));
        await root.RequireRunnableAsync();
        return root;
    }

    /// <summary>A repository with the image, its mirror and no lock; the caller disposes it.</summary>
    public static async Task<ScratchRepository> NewAsync()
    {
        await PeerPrograms.RequireAsync(Peer.Gpgv);
        ScratchRepository repository = await ScratchRepository.CreateAsync();
        await repository.Mirror.AddAllAsync(await ReleasedUpstream.PackAsync());
        await repository.AddReleasedImageAsync(Image);
        return repository;
    }

    public static async Task AssembleAsync(ScratchRepository repository)
    {
        ArgumentNullException.ThrowIfNull(repository);
        (await repository.Slipway.RunAsync("Assemble", "--upstream-mirror", repository.Mirror.Path)).Require();
    }

    public void Dispose()
    {
        if (_repository is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            _repository.Value.Result.Dispose();
    }

    private static async Task<ScratchRepository> AssembleAsync()
    {
        ScratchRepository repository = await NewAsync();
        await repository.LockAsync();
        await AssembleAsync(repository);
        return repository;
    }
}

[CollectionDefinition(Name)]
public sealed class FlannelImages : ICollectionFixture<FlannelFixture>
{
    public const string Name = "the image flannel-cni";
}
