using Slipway.Http;
using Slipway.Oci;
using Slipway.Rehearsal;

namespace Slipway.Registry.Tests;

/// <summary>A client and a rehearsal registry that stands for quay.io.</summary>
public sealed class ClientFixture : IAsyncDisposable
{
    public static readonly RetryPolicy Impatient = new()
    {
        Attempts = 3,
        FirstWait = TimeSpan.FromMilliseconds(1),
        LongestWait = TimeSpan.FromMilliseconds(5),
    };

    private readonly string _folder;
    private readonly HttpTransport _transport;

    private ClientFixture(string folder, RehearsalRegistry registry, HttpTransport transport, TimeProvider time)
    {
        _folder = folder;
        _transport = transport;
        Registry = registry;
        Time = time;
    }

    public RehearsalRegistry Registry { get; }

    public TimeProvider Time { get; }

    public List<string> Notices { get; } = [];

    public static async Task<ClientFixture> StartAsync(
        RehearsalAuthentication authentication = RehearsalAuthentication.None,
        Func<RehearsalOptions, RehearsalOptions>? with = null,
        TimeProvider? time = null
    )
    {
        string folder = Directory.CreateTempSubdirectory("slipway-registry-").FullName;
        time ??= TimeProvider.System;
        RehearsalOptions options = new()
        {
            Storage = folder,
            Authentication = authentication,
            User = "robot",
            Password = "s3cret",
            Time = time,
        };
        RehearsalRegistry registry = await RehearsalRegistry.StartAsync(
            with?.Invoke(options) ?? options,
            TestContext.Current.CancellationToken
        );
        return new ClientFixture(
            folder,
            registry,
            new HttpTransport(HttpTransport.NewHandler(), Impatient, TimeProvider.System, _ => { }),
            time
        );
    }

    public Repository Repository(string name = "quay.io/a/b", string password = "s3cret") =>
        Client(Credentials.Of([KeyValuePair.Create("quay.io", new Credential("robot", password, "a test"))]))
            .Repository(Reference.Parse(name));

    public Repository Anonymous() => Client(Credentials.None).Repository(Reference.Parse("quay.io/a/b"));

    public RegistryClient Client(Credentials credentials) =>
        new(_transport, credentials, RegistryMap.Parse([$"quay.io={Registry.Address}"]), Time);

    public int Count(string method, string part) =>
        Registry.Log.All.Count(entry => entry.Request.Method == method && entry.Request.Path.Contains(part, StringComparison.Ordinal));

    public static async Task<(ManifestContent Manifest, Descriptor Layer, byte[] Bytes)> PushImageAsync(Repository repository, string tag)
    {
        byte[] layer = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 7 % 251))];
        Descriptor descriptor = Descriptor.Of(MediaType.LayerGzip, layer);
        Descriptor config = Descriptor.Of(MediaType.Config, "{}"u8);
        await repository.PushBlobAsync(descriptor, () => new MemoryStream(layer), default);
        await repository.PushBlobAsync(config, () => new MemoryStream("{}"u8.ToArray()), default);
        ManifestContent manifest = new(MediaType.Manifest, new Manifest(config, [descriptor]).ToBytes());
        await repository.PushManifestAsync(manifest, tag, default);
        return (manifest, descriptor, layer);
    }

    public async ValueTask DisposeAsync()
    {
        _transport.Dispose();
        await Registry.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
