using Slipway.Engine;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>The machine's own Engine, as its environment names it.</summary>
[Collection(SmallImages.Name)]
public sealed class EngineTests(SmallFixture fixture) : DockerEngineCases(fixture)
{
    protected override EngineRecipe Recipe => EngineRecipe.Machines;

    protected override async Task<EngineAddress> AddressAsync()
    {
        await PeerPrograms.RequireAsync(Peer.DockerArm64);
        using EngineClient engine = await EngineClient.ConnectAsync(
            new EngineAddresses(Environment.GetEnvironmentVariable).Find(),
            TimeProvider.System,
            _ => { },
            Stop
        );
        return engine.Address;
    }
}
