using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>Repositories of the small image, one for each test that asks, and the cache they share, which is not the machine's.</summary>
public sealed class SmallFixture : IDisposable
{
    private readonly ScratchFolder _folder = new();
    private readonly SemaphoreSlim _one = new(1);

    /// <summary>Every file of the image is here; layers, once one was assembled.</summary>
    public string Cache => _folder.At("cache");

    /// <summary>A repository, locked, committed and tagged; the caller disposes it.</summary>
    public async Task<ScratchRepository> NewAsync()
    {
        await PeerPrograms.RequireAsync(Peer.Gpgv);
        await _one.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            ScratchRepository repository = await SmallImage.CreateAsync();
            if (!Directory.Exists(Cache))
            {
                (await repository.Slipway.RunAsync("Fetch", "--upstream-mirror", repository.Mirror.Path)).Require();
                await TestCache.SeedAsync(Cache);
            }

            return repository;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>The product at work in a repository, with the fixture's cache.</summary>
    public SlipwayCommand In(ScratchRepository repository) => repository.Slipway with { Cache = Cache };

    public void Dispose()
    {
        _one.Dispose();
        _folder.Dispose();
    }
}

[CollectionDefinition(Name)]
public sealed class SmallImages : ICollectionFixture<SmallFixture>
{
    public const string Name = "a small image";
}
