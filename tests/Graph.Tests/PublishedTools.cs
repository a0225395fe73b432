using Slipway.Rehearsal;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>A small image that was published to two registries of the tests' own, and the command line to look after it.</summary>
internal sealed class PublishedTools : IAsyncDisposable
{
    public const string Official = "quay.io/slipway-tests/tools";
    public const string Fallback = "docker.io/slipwaytests/tools";

    private readonly List<RehearsalRegistry> _registries = [];
    private readonly ScratchFolder _folder = new();

    private PublishedTools(ScratchRepository repository) => Repository = repository;

    public ScratchRepository Repository { get; }

    /// <summary>Asked before each request; told the registry's host.</summary>
    public Func<string, RehearsalRequest, Fault?> Faults { get; set; } = (_, _) => null;

    /// <summary>What the targets see of the environment.</summary>
    public Dictionary<string, string?> Variables { get; } = [];

    public string Record => Repository.At("artifacts", UpstreamImage.Name, "release.json");

    public string WithdrawnRecord => Repository.At("artifacts", UpstreamImage.Name, "withdrawn.json");

    public static async Task<PublishedTools> CreateAsync(
        Func<string, RehearsalOptions, RehearsalOptions>? with = null,
        bool published = true,
        byte[]? program = null
    )
    {
        PublishedTools tools = new(
            program is null ? await UpstreamImage.CreateAsync(("a", 1000)) : await UpstreamImage.CreateAsync("a", program)
        );
        foreach (string host in (string[])["quay.io", "docker.io"])
        {
            RehearsalOptions options = new RehearsalOptions { Storage = tools._folder.Folder(host) }.WithFaults(request =>
                tools.Faults(host, request)
            );
            tools._registries.Add(
                await RehearsalRegistry.StartAsync(with?.Invoke(host, options) ?? options, TestContext.Current.CancellationToken)
            );
        }

        await tools.Repository.CommitAsync("tools", $"{UpstreamImage.Name}/{UpstreamImage.Version}");
        if (published)
            (await tools.PublishAsync()).Require();
        return tools;
    }

    public RehearsalRegistry At(string host) => _registries[host == "quay.io" ? 0 : 1];

    /// <summary>Where the two are, for a program whose options are given once for each value.</summary>
    public string[] Map => ["--registry-map", $"quay.io={_registries[0].Address}", "--registry-map", $"docker.io={_registries[1].Address}"];

    /// <summary>Deletes a tag or a manifest, as somebody else would.</summary>
    public async Task DeleteAsync(string host, string name)
    {
        using HttpClient client = new();
        string repository = host == "quay.io" ? "slipway-tests/tools" : "slipwaytests/tools";
        using HttpResponseMessage answer = await client.DeleteAsync(new Uri(At(host).Address, $"/v2/{repository}/manifests/{name}"));
        answer.EnsureSuccessStatusCode();
    }

    public Task<ChildResult> PublishAsync() =>
        RunAsync("Assemble", "Sign", "Publish", "--upstream-mirror", Repository.Mirror.Path, "--signing-key", Repository.Key.Private);

    public Task<ChildResult> RunAsync(params string[] arguments) =>
        RunAsync(Repository.Slipway with { Cache = Repository.Beside("cache") }, arguments);

    /// <param name="started">Told of the process's id.</param>
    public Task<ChildResult> RunAsync(Action<int> started, params string[] arguments) =>
        RunAsync(Repository.Slipway with { Cache = Repository.Beside("cache"), Started = started }, arguments);

    /// <summary>The same by another checkout.</summary>
    public Task<ChildResult> RunAsync(SlipwayCommand slipway, params string[] arguments) =>
        (slipway with { Variables = Variables }).RunAsync([
            .. arguments,
            "--registry-map",
            $"quay.io={_registries[0].Address}",
            $"docker.io={_registries[1].Address}",
        ]);

    public async ValueTask DisposeAsync()
    {
        foreach (RehearsalRegistry registry in _registries)
            await registry.DisposeAsync();
        Repository.Dispose();
        _folder.Dispose();
    }
}
