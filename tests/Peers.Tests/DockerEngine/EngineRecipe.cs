using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>What an <see cref="OwnEngine"/> is made of.</summary>
/// <param name="Name">For people.</param>
public sealed record EngineRecipe(string Name)
{
    /// <summary>The machine's own dockerd, whatever its version.</summary>
    public static EngineRecipe Machines { get; } = new("the machine's");

    public static EngineRecipe Docker26 { get; } = new("26.1") { Peer = Peer.DockerOfTrixie };

    /// <summary>Images are kept by containerd, and go by the digests of their manifests.</summary>
    public static EngineRecipe Docker26Containerd { get; } =
        Docker26 with
        {
            Name = "26.1, containerd's store",
            Settings = ContainerdStore,
        };

    public static EngineRecipe Docker28 { get; } = new("28.5") { Peer = Peer.Docker28 };

    /// <summary>As a fresh Docker Engine 29 is.</summary>
    public static EngineRecipe Docker28Containerd { get; } =
        Docker28 with
        {
            Name = "28.5, containerd's store",
            Settings = ContainerdStore,
        };

    public static EngineRecipe Podman { get; } = new("Podman") { Peer = Peer.Podman };

    /// <summary>Whose program it is; null for the machine's dockerd.</summary>
    public Peer? Peer { get; init; }

    /// <summary>What is in dockerd's <c>daemon.json</c>.</summary>
    public string Settings { get; init; } = "{}";

    /// <summary>Further arguments of dockerd.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>
    /// Whether it is in the machine's network, with a bridge of its own, so that builds reach mirrors and tests its TCP port; else in one
    /// where nothing is.
    /// </summary>
    public bool IsOnMachinesNetwork { get; init; }

    public bool IsPodman => Peer == Peer.Podman;

    private const string ContainerdStore = """{ "features": { "containerd-snapshotter": true } }""";

    public override string ToString() => Name;
}

/// <summary>An own Engine that tests of one class share; it starts when the first of them asks.</summary>
public abstract class EngineFixture(EngineRecipe recipe) : IAsyncDisposable
{
    private readonly Lazy<Task<OwnEngine>> _engine = new(() => OwnEngine.StartAsync(recipe));

    public EngineRecipe Recipe => recipe;

    public Task<OwnEngine> GetAsync() => _engine.Value;

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_engine is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            await (await _engine.Value).DisposeAsync();
    }
}
