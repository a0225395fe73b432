using Slipway.Http;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Tuf.Tests;

/// <summary>A test's repository on loopback, a client with a store of its own, and a clock.</summary>
internal sealed class TufScene : IAsyncDisposable
{
    private readonly HttpTransport _transport;
    private readonly ScratchFolder _folder = new();
    private readonly HashSet<string> _served = [];
    private readonly HashSet<string> _taken = [];

    private TufScene(LoopbackServer server)
    {
        Server = server;
        RetryPolicy retries = new() { Attempts = 2, FirstWait = TimeSpan.FromMilliseconds(1) };
        _transport = new HttpTransport(HttpTransport.NewHandler(), retries, TimeProvider.System, _ => { });
        Remote = new RemoteRepository(_transport, server.Address);
        Store = new MetadataStore(_folder.At("store"));
    }

    public TestRepository Repository { get; } = new();

    public LoopbackServer Server { get; }

    public RemoteRepository Remote { get; }

    public HttpTransport Transport => _transport;

    public MetadataStore Store { get; }

    public ManualTime Time { get; } = new(TestRepository.Now);

    public TufClient Client => new(Repository.Pinned, Time);

    public static async Task<TufScene> StartAsync() => new(await LoopbackServer.StartAsync());

    /// <summary>An update of a client that knows what its store has, as Sigstore's is.</summary>
    public async Task<VerifiedTarget> UpdateAsync(string path = TestRepository.Target)
    {
        Serve();
        return await Client.UpdateAsync(Remote, await TrustedAsync(path), Store, path, CancellationToken.None);
    }

    /// <summary>An update that fails for this reason, after which the store is as before.</summary>
    public async Task<TufException> RequireAsync(TufFailure failure, string path = TestRepository.Target)
    {
        string before = State();
        TufException problem = await Assert.ThrowsAsync<TufException>(() => UpdateAsync(path));
        Assert.Equal(failure, problem.Failure);
        Assert.Equal(before, State());
        return problem;
    }

    /// <summary>What the store has, proven again; null for nothing.</summary>
    public async Task<VerifiedTarget?> TrustedAsync(string path = TestRepository.Target) =>
        Store.ReadTrusted() is { } kept ? await Client.ReplayAsync(kept, path, CancellationToken.None) : null;

    /// <summary>The file of that path, which the test serves itself from now on.</summary>
    public byte[] Take(string path)
    {
        _taken.Add(path);
        return Repository.Files[path];
    }

    public string FolderOf(string name) => _folder.At(name);

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _transport.Dispose();
        _folder.Dispose();
    }

    private string State() =>
        File.Exists(Path.Combine(Store.Folder, "trusted.json")) ? File.ReadAllText(Path.Combine(Store.Folder, "trusted.json")) : "";

    /// <summary>Serves what the repository has now and nothing else.</summary>
    private void Serve()
    {
        foreach (string path in _served.Except(Repository.Files.Keys).Except(_taken))
            Server.Serve(path, 404);
        foreach ((string path, byte[] content) in Repository.Files.Where(file => !_taken.Contains(file.Key)))
            Server.Serve(Uri.UnescapeDataString(path), content);
        _served.UnionWith(Repository.Files.Keys);
    }
}
