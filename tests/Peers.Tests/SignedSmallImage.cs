using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>The small image, assembled and signed once, to be published many times from copies of what was made.</summary>
public sealed class SignedSmallImage : IDisposable
{
    private readonly ScratchRepository _repository;
    private readonly SlipwayCommand _slipway;
    private int _copies;

    private SignedSmallImage(ScratchRepository repository, SlipwayCommand slipway)
    {
        _repository = repository;
        _slipway = slipway;
    }

    /// <summary>Its repositories, the official one first.</summary>
    public static IReadOnlyList<string> Places { get; } = ["quay.io/slipway-tests/small", "docker.io/slipwaytests/small"];

    /// <summary>In PEM form.</summary>
    public string PublicKey => File.ReadAllText(_repository.Key.Public);

    public static async Task<SignedSmallImage> MakeAsync(SmallFixture fixture)
    {
        ScratchRepository repository = await fixture.NewAsync();
        SlipwayCommand slipway = fixture.In(repository);
        string[] targets = ["Assemble", "Inspect", "Sign"];
        (
            await slipway.RunAsync([.. targets, "--upstream-mirror", repository.Mirror.Path, "--signing-key", repository.Key.Private])
        ).Require();
        return new SignedSmallImage(repository, slipway);
    }

    /// <summary>A copy of its artifacts; one publication at a time may work in it.</summary>
    public async Task<string> CopyAsync()
    {
        string copy = _repository.Beside($"artifacts-{Interlocked.Increment(ref _copies)}");
        (await new ChildProcess("cp", "-al", _repository.At("artifacts"), copy).RunAsync()).Require();
        return copy;
    }

    /// <summary>The target <c>Publish</c> at work in a copy.</summary>
    /// <param name="registries"><c>--registry-map</c> and what else the registries need.</param>
    /// <param name="accounts">Variables with names and passwords.</param>
    /// <param name="started">Told of the process's id as soon as it runs.</param>
    public Task<ChildResult> PublishAsync(
        string artifacts,
        IEnumerable<string> registries,
        IReadOnlyDictionary<string, string?> accounts,
        Action<int>? started = null
    )
    {
        SlipwayCommand slipway = _slipway with
        {
            Started = started,
            Variables = _slipway.Variables.Concat(accounts).ToDictionary(StringComparer.Ordinal),
        };
        return slipway.RunAsync(["Publish", "--public-key", _repository.Key.Public, "--artifacts-directory", artifacts, .. registries]);
    }

    public void Dispose() => _repository.Dispose();
}
