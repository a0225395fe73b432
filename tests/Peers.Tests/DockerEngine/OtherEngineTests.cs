using Slipway.Engine;

namespace Slipway.Peers.Tests;

public sealed class Docker26() : EngineFixture(EngineRecipe.Docker26);

/// <summary>A Docker Engine of 2024.</summary>
[Collection(SmallImages.Name)]
public sealed class Docker26Tests(SmallFixture fixture, Docker26 engine) : DockerEngineCases(fixture), IClassFixture<Docker26>
{
    protected override EngineRecipe Recipe => engine.Recipe;

    protected override async Task<EngineAddress> AddressAsync() => (await engine.GetAsync()).Address;
}

public sealed class Docker26Containerd() : EngineFixture(EngineRecipe.Docker26Containerd);

/// <summary>The same, which keeps its images with containerd.</summary>
[Collection(SmallImages.Name)]
public sealed class Docker26ContainerdTests(SmallFixture fixture, Docker26Containerd engine)
    : EngineCases(fixture),
        IClassFixture<Docker26Containerd>
{
    protected override string? BuildsNot => "Update it to 28, or disable its feature containerd-snapshotter";

    protected override async Task<EngineAddress> AddressAsync() => (await engine.GetAsync()).Address;
}

public sealed class Docker28() : EngineFixture(EngineRecipe.Docker28);

/// <summary>A Docker Engine of 2025.</summary>
[Collection(SmallImages.Name)]
public sealed class Docker28Tests(SmallFixture fixture, Docker28 engine) : DockerEngineCases(fixture), IClassFixture<Docker28>
{
    protected override EngineRecipe Recipe => engine.Recipe;

    protected override async Task<EngineAddress> AddressAsync() => (await engine.GetAsync()).Address;
}

public sealed class Docker28Containerd() : EngineFixture(EngineRecipe.Docker28Containerd);

/// <summary>The same, which keeps its images with containerd.</summary>
[Collection(SmallImages.Name)]
public sealed class Docker28ContainerdTests(SmallFixture fixture, Docker28Containerd engine)
    : DockerEngineCases(fixture),
        IClassFixture<Docker28Containerd>
{
    protected override EngineRecipe Recipe => engine.Recipe;

    protected override async Task<EngineAddress> AddressAsync() => (await engine.GetAsync()).Address;
}

public sealed class PodmanService() : EngineFixture(EngineRecipe.Podman);

/// <summary>Podman, by its socket that speaks the Engine's API.</summary>
[Collection(SmallImages.Name)]
public sealed class PodmanTests(SmallFixture fixture, PodmanService engine) : EngineCases(fixture), IClassFixture<PodmanService>
{
    protected override async Task<EngineAddress> AddressAsync() => (await engine.GetAsync()).Address;
}
