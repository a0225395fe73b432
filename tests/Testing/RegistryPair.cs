using System.Collections.Immutable;
using Slipway.Rehearsal;

namespace Slipway.Testing;

/// <summary>A request by what it is about, so that it has the same name in every run: <c>docker.io PUT …/manifests/v1.0.0 #1</c>.</summary>
/// <param name="Path">An upload session's is without its name.</param>
/// <param name="Number">Which one of its kind, from 1.</param>
public sealed record Occurrence(string Host, string Method, string Path, int Number)
{
    public override string ToString() => $"{Host} {Method} {Path} #{Number}";
}

/// <summary>A blob of one of several registries, which is named by its authority: <c>127.0.0.1:PORT</c>.</summary>
public sealed record PlacedBlob(string Authority, string Digest);

/// <summary>
/// Two registries inside the tests' process that stand for quay.io and docker.io, and hold one image: what they are asked, what
/// goes wrong on purpose, and what they keep, read from where they keep it. Disposing stops them and removes what they keep.
/// </summary>
public sealed class RegistryPair : IAsyncDisposable
{
    private readonly string _folder;
    private readonly ImmutableArray<(string Host, string Repository)> _places;
    private readonly List<RehearsalRegistry> _registries = [];
    private readonly List<HttpClient> _clients = [];
    private readonly Dictionary<(string Host, string Method, string Path), int> _counts = [];
    private readonly List<Occurrence> _requests = [];
    private int _asked;

    private RegistryPair(ImmutableArray<(string Host, string Repository)> places)
    {
        _places = places;
        // In memory where the system has such a place: thousands of small files are written.
        _folder = Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"slipway-pair-{Guid.NewGuid():n}");
    }

    /// <summary>Asked before each request is handled.</summary>
    public Func<Occurrence, Fault?> Faults { get; set; } = _ => null;

    /// <summary>What both were asked since <see cref="Forget"/>, in the order of arrival.</summary>
    public ImmutableArray<Occurrence> Requests
    {
        get
        {
            lock (_requests)
                return [.. _requests];
        }
    }

    /// <summary>What <c>--registry-map</c> takes.</summary>
    public IEnumerable<string> Map => _places.Select((place, i) => $"{place.Host}={_registries[i].Address.GetLeftPart(UriPartial.Authority)}");

    /// <param name="options">What they are to be; storage and faults are the pair's own.</param>
    /// <param name="places">The image's repository on each, as <c>quay.io/test/tiny</c>.</param>
    public static async Task<RegistryPair> StartAsync(RehearsalOptions options, params IEnumerable<string> places)
    {
        RegistryPair pair = new([.. places.Select(place => (place[..place.IndexOf('/')], place[(place.IndexOf('/') + 1)..]))]);
        foreach ((string host, _) in pair._places)
        {
            RehearsalRegistry registry = await RehearsalRegistry.StartAsync(
                options with { Storage = pair.Storage(host), Faults = request => pair.Ask(host, request) }, default);
            pair._registries.Add(registry);
            pair._clients.Add(new HttpClient { BaseAddress = new Uri(registry.Address, "v2/") });
        }

        return pair;
    }

    /// <summary>What is wrong with the releases that are tagged on either; both must let anybody pull.</summary>
    public async Task<IReadOnlyList<string>> FlawsAsync(string publicKey)
    {
        List<string> flaws = [];
        foreach (RegistryWitness witness in _clients.Select((client, i) => new RegistryWitness(client, _places[i].Repository)))
            flaws.AddRange(await witness.FlawsAsync(publicKey));
        return flaws;
    }

    /// <summary>All that they keep for good, by name: two runs that left the same are the same to the next.</summary>
    public string Kept() => string.Join('\n', Directory
        .EnumerateFiles(_folder, "*", SearchOption.AllDirectories)
        .Where(file => !file.Contains("/uploads/", StringComparison.Ordinal))
        .Select(file => Path.GetRelativePath(_folder, file) + (file.Contains("/_tags/", StringComparison.Ordinal) ? " " + File.ReadAllText(file) : ""))
        .Order(StringComparer.Ordinal));

    /// <summary>The blobs that the image's repositories have, and their sizes in bytes.</summary>
    public Dictionary<PlacedBlob, long> Blobs()
    {
        Dictionary<PlacedBlob, long> blobs = [];
        for (int i = 0; i < _places.Length; i++)
        {
            string marks = Path.Combine(Storage(_places[i].Host), "repositories", _places[i].Repository, "_blobs", "sha256");
            foreach (string hex in Directory.Exists(marks) ? Directory.EnumerateFiles(marks).Select(file => Path.GetFileName(file)) : [])
            {
                FileInfo file = new(Path.Combine(Storage(_places[i].Host), "blobs", "sha256", hex));
                if (file.Exists)
                    blobs.Add(new PlacedBlob(_registries[i].Address.Authority, "sha256:" + hex), file.Length);
            }
        }

        return blobs;
    }

    /// <summary>How many bytes of blobs came in since <see cref="Forget"/>.</summary>
    public long BlobBytes => _registries.SelectMany(registry => registry.Log.All)
        .Where(entry => entry.Request.Path.Contains("/blobs/uploads/", StringComparison.Ordinal))
        .Sum(entry => entry.BodyBytes);

    /// <summary>Waits until both have done with what they were asked: a client that gave up leaves requests behind.</summary>
    public async Task SettleAsync()
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(30));
        while (_registries.Sum(registry => registry.Log.All.Length) < Volatile.Read(ref _asked))
            await Task.Delay(1, patience.Token);
    }

    /// <summary>Forgets what was asked; nothing may be under way.</summary>
    public void Forget()
    {
        lock (_requests)
        {
            _requests.Clear();
            _counts.Clear();
        }

        _asked = 0;
        _registries.ForEach(registry => registry.Log.Clear());
    }

    /// <summary>Empties both, forgets, and lets nothing go wrong any more; nothing may be under way.</summary>
    public void Clear()
    {
        Faults = _ => null;
        Forget();
        foreach (string kept in _places.SelectMany(place => (string[])[Path.Combine(Storage(place.Host), "repositories"), Path.Combine(Storage(place.Host), "blobs")]))
        {
            if (Directory.Exists(kept))
                Directory.Delete(kept, recursive: true);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        foreach (RehearsalRegistry registry in _registries)
            await registry.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private string Storage(string host) => Path.Combine(_folder, host);

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
