using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>A small image, assembled and signed once by the product; each test changes a copy.</summary>
public class SignedTools : IAsyncLifetime
{
    private ScratchRepository _repository = null!;

    public async ValueTask InitializeAsync()
    {
        _repository = await NewRepositoryAsync();
        await _repository.CommitAsync("tools", $"{UpstreamImage.Name}/{UpstreamImage.Version}");
        SlipwayCommand slipway = _repository.Slipway with { Cache = _repository.Beside("cache") };
        (
            await slipway.RunAsync(
                "Assemble",
                "Sign",
                "--upstream-mirror",
                _repository.Mirror.Path,
                "--signing-key",
                _repository.Key.Private
            )
        ).Require();
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _repository.Dispose();
        return ValueTask.CompletedTask;
    }

    private protected virtual Task<ScratchRepository> NewRepositoryAsync() => UpstreamImage.CreateAsync(("a", 1000), ("b", 10));

    /// <summary>Where it was made.</summary>
    internal ScratchRepository Repository => _repository;

    /// <summary>A copy that passes.</summary>
    internal async Task<ToolsCopy> CopyAsync()
    {
        ToolsCopy copy = new(_repository);
        (await new ChildProcess("cp", "-r", _repository.At("artifacts", UpstreamImage.Name) + "/.", copy.Folder).RunAsync()).Require();
        await copy.OpenAsync();
        Assert.True((await copy.VerifyAsync()).Passed);
        return copy;
    }
}
