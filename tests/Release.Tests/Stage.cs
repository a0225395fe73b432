using Slipway.Http;
using Slipway.Registry;
using Slipway.Rehearsal;
using Slipway.Testing;
using Slipway.Trust;

namespace Slipway.Release.Tests;

/// <summary>How one publication ended.</summary>
/// <param name="Failure">Null when it succeeded.</param>
internal sealed record Outcome(Exception? Failure)
{
    public bool Succeeded => Failure is null;
}

/// <summary>A publisher of a scene's image at work on two registries of its own, empty at first.</summary>
internal sealed class Stage : IAsyncDisposable
{
    private readonly Scene _scene;
    private readonly HttpTransport _transport;

    private Stage(Scene scene, RegistryPair registries, Wire wire, Patience patience)
    {
        _scene = scene;
        Registries = registries;
        Wire = wire;
        _transport = new HttpTransport(wire, patience, TimeProvider.System, _ => { });
    }

    public RegistryPair Registries { get; }

    public Wire Wire { get; }

    public static async Task<Stage> OpenAsync(Scene scene, Patience patience, bool oneAtATime) => new(
        scene,
        await RegistryPair.StartAsync(new RehearsalOptions { Storage = "" }, scene.Official.Name, scene.Fallback.Name),
        new Wire(HttpTransport.NewHandler(), oneAtATime),
        patience);

    /// <summary>Publishes, and waits until the registries have done with it, too.</summary>
    public async Task<Outcome> PublishAsync(ReleasePlan plan)
    {
        try
        {
            await new Publisher(Connect, VerificationPolicy.RequireKey(_scene.Signer.Key), _ => { }).PublishAsync(plan, _scene.Layout, _scene.Store.Layout, default);
            return new Outcome(null);
        }
        catch (Exception e) when (e is not Xunit.Sdk.IAssertionException)
        {
            return new Outcome(e);
        }
        finally
        {
            await Registries.SettleAsync();
        }
    }

    /// <summary>What is wrong with the releases that are tagged on either registry.</summary>
    public Task<IReadOnlyList<string>> FlawsAsync() => Registries.FlawsAsync(_scene.Signer.Key.Pem);

    public async ValueTask DisposeAsync()
    {
        _transport.Dispose();
        await Registries.DisposeAsync();
    }

    private RegistryClient Connect() => new(_transport, Credentials.None, RegistryMap.Parse(Registries.Map), TimeProvider.System);
}
