using System.Collections.Immutable;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Registry;
using Slipway.Rehearsal;
using Slipway.Testing;
using Slipway.Trust;

namespace Slipway.Release.Tests;

/// <summary>A request by what it is about, so that it has the same name in every run: <c>docker.io PUT …/manifests/v1.0.0 #1</c>.</summary>
/// <param name="Path">An upload session's is without its name.</param>
/// <param name="Number">Which one of its kind, from 1.</param>
internal sealed record Occurrence(string Host, string Method, string Path, int Number)
{
    public override string ToString() => $"{Host} {Method} {Path} #{Number}";
}

/// <summary>How one publication ended.</summary>
/// <param name="Failure">Null when it succeeded.</param>
internal sealed record Outcome(Exception? Failure)
{
    public bool Succeeded => Failure is null;
}

/// <summary>
/// Two registries that stand for quay.io and docker.io, empty at first, and a publisher of a scene's image at work on them.
/// </summary>
internal sealed class Stage : IAsyncDisposable
{
    private readonly Scene _scene;
    private readonly string _folder;
    private readonly Wire _wire;
    private readonly HttpTransport _transport;
    private readonly List<RehearsalRegistry> _registries = [];
    private readonly List<HttpClient> _clients = [];
    private readonly Dictionary<(string Host, string Method, string Path), int> _counts = [];
    private readonly List<Occurrence> _requests = [];
    private int _asked;

    private Stage(Scene scene, Patience patience, bool oneAtATime)
    {
        _scene = scene;
        // In memory where the system has such a place: this writes thousands of small files.
        _folder = Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"slipway-stage-{Guid.NewGuid():n}");
        _wire = new Wire(HttpTransport.NewHandler(), oneAtATime);
        _transport = new HttpTransport(_wire, patience, TimeProvider.System, _ => { });
    }

    /// <summary>Asked before each request is handled.</summary>
    public Func<Occurrence, Fault?> Faults { get; set; } = _ => null;

    /// <summary>What both registries were asked since <see cref="Forget"/>.</summary>
    public ImmutableArray<Occurrence> Requests
    {
        get
        {
            lock (_requests)
                return [.. _requests];
        }
    }

    public static async Task<Stage> OpenAsync(Scene scene, Patience patience, bool oneAtATime)
    {
        Stage stage = new(scene, patience, oneAtATime);
        foreach (string host in Scene.Hosts)
        {
            RehearsalRegistry registry = await RehearsalRegistry.StartAsync(
                new RehearsalOptions { Storage = stage.Storage(host), Faults = request => stage.Ask(host, request) }, default);
            stage._registries.Add(registry);
            stage._clients.Add(new HttpClient { BaseAddress = new Uri(registry.Address, "v2/") });
        }

        return stage;
    }

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
    }

    /// <summary>
    /// Waits until the registries have done with what they were asked: a client that gave up has left requests behind.
    /// </summary>
    public async Task SettleAsync()
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(30));
        while (_registries.Sum(registry => registry.Log.All.Length) < Volatile.Read(ref _asked))
            await Task.Delay(1, patience.Token);
    }

    /// <summary>What is wrong with the releases that are tagged on either registry.</summary>
    public async Task<IReadOnlyList<string>> FlawsAsync()
    {
        List<string> flaws = [];
        for (int i = 0; i < _clients.Count; i++)
            flaws.AddRange(await Witness(i).FlawsAsync(_scene.Signer.Key.Pem));
        return flaws;
    }

    /// <summary>Every tag of both registries and what it names, a line each.</summary>
    public async Task<string> TagsAsync()
    {
        List<string> lines = [];
        for (int i = 0; i < _clients.Count; i++)
            lines.AddRange((await Witness(i).TagsAsync()).Select(tag => $"{Scene.Hosts[i]} {tag.Key} {tag.Value}"));
        return string.Join('\n', lines);
    }

    /// <summary>All that the registries keep for good, by name: two runs that left the same are the same to the next.</summary>
    public string Kept() => string.Join('\n', Directory
        .EnumerateFiles(_folder, "*", SearchOption.AllDirectories)
        .Where(file => !file.Contains("/uploads/", StringComparison.Ordinal))
        .Select(file => Path.GetRelativePath(_folder, file) + (file.Contains("/_tags/", StringComparison.Ordinal) ? " " + File.ReadAllText(file) : ""))
        .Order(StringComparer.Ordinal));

    /// <summary>The blobs that a registry has all of, as <see cref="Wire.Sent"/> names them.</summary>
    public HashSet<(string Authority, string Digest)> Complete() =>
        [.. Scene.Hosts.SelectMany((host, i) => BlobsOf(host).Select(digest => (_registries[i].Address.Authority, digest)))];

    /// <summary>Blobs that were sent since <see cref="Forget"/>.</summary>
    public IEnumerable<(string Authority, string Digest)> Sent => _wire.Sent;

    public void Forget()
    {
        _wire.Forget();
        lock (_requests)
        {
            _requests.Clear();
            _counts.Clear();
        }
    }

    /// <summary>Empties both registries, and forgets.</summary>
    public void Clear()
    {
        Faults = _ => null;
        Forget();
        _asked = 0;
        _registries.ForEach(registry => registry.Log.Clear());
        foreach (string host in Scene.Hosts)
        {
            foreach (string folder in (string[])["repositories", "blobs"])
            {
                if (Directory.Exists(Path.Combine(Storage(host), folder)))
                    Directory.Delete(Path.Combine(Storage(host), folder), recursive: true);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _transport.Dispose();
        _clients.ForEach(client => client.Dispose());
        foreach (RehearsalRegistry registry in _registries)
            await registry.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private string Storage(string host) => Path.Combine(_folder, host);

    private IEnumerable<string> BlobsOf(string host)
    {
        string marks = Path.Combine(Storage(host), "repositories", RepositoryOn(host), "_blobs", "sha256");
        return Directory.Exists(marks) ? Directory.EnumerateFiles(marks).Select(file => "sha256:" + Path.GetFileName(file)) : [];
    }

    private string RepositoryOn(string host) => (host == _scene.Official.Host ? _scene.Official : _scene.Fallback).Repository;

    private RegistryWitness Witness(int registry) => new(_clients[registry], RepositoryOn(Scene.Hosts[registry]));

    private RegistryClient Connect() => new(
        _transport,
        Credentials.None,
        RegistryMap.Parse(Scene.Hosts.Select((host, i) => $"{host}={_registries[i].Address.GetLeftPart(UriPartial.Authority)}")),
        TimeProvider.System);

    private Fault? Ask(string host, RehearsalRequest request)
    {
        Interlocked.Increment(ref _asked);
        int session = request.Path.IndexOf("/blobs/uploads/", StringComparison.Ordinal);
        string path = session < 0 ? request.Path : request.Path[..session] + "/blobs/uploads/" + (request.Method == "POST" ? "" : "*");
        Occurrence occurrence;
        lock (_requests)
        {
            int number = _counts[(host, request.Method, path)] = _counts.GetValueOrDefault((host, request.Method, path)) + 1;
            _requests.Add(occurrence = new Occurrence(host, request.Method, path, number));
        }

        return Faults(occurrence);
    }
}
