using System.Collections.Immutable;
using System.Net.Http.Headers;
using System.Text.Json;
using Slipway.Rehearsal;

namespace Slipway.StandIns;

/// <summary>A request that has the same name in every run of the same thing.</summary>
/// <param name="Kind">
/// What it is about: <c>docker.io PUT /v2/mirror/tiny/manifests/v1.0.0</c>; an upload session's path is without its name.
/// </param>
/// <param name="Number">Which one of its kind, from 1.</param>
/// <param name="Request">As it came in this run; plays no part in equality.</param>
public sealed record Occurrence(string Kind, int Number, RehearsalRequest Request)
{
    public bool Equals(Occurrence? other) => other is not null && Kind == other.Kind && Number == other.Number;

    public override int GetHashCode() => HashCode.Combine(Kind, Number);

    public override string ToString() => $"{Kind} #{Number}";
}

/// <summary>A blob of one of several registries, which is named by its authority: <c>127.0.0.1:PORT</c>.</summary>
public sealed record PlacedBlob(string Authority, string Digest);

/// <summary>
/// Two registries inside the tests' process that stand for quay.io and docker.io, and hold one image: what they are asked, what
/// goes wrong on purpose, and what they keep, read from where they keep it. Disposing stops them and removes what they keep.
/// </summary>
public sealed class RegistryPair : IAsyncDisposable
{
    private readonly RehearsalOptions _options;
    private readonly string _folder;
    private readonly ImmutableArray<(string Host, string Repository)> _places;
    private readonly List<RehearsalRegistry> _registries = [];
    private readonly List<HttpClient> _clients = [];
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly List<Occurrence> _requests = [];
    private int _asked;

    private RegistryPair(RehearsalOptions options, ImmutableArray<(string Host, string Repository)> places)
    {
        _options = options;
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
    public IEnumerable<string> Map =>
        _places.Select((place, i) => $"{place.Host}={_registries[i].Address.GetLeftPart(UriPartial.Authority)}");

    /// <param name="options">What they are to be; storage and faults are the pair's own.</param>
    /// <param name="places">The image's repository on each, as <c>quay.io/test/tiny</c>.</param>
    public static async Task<RegistryPair> StartAsync(RehearsalOptions options, params IEnumerable<string> places)
    {
        RegistryPair pair = new(options, [.. places.Select(place => (place[..place.IndexOf('/')], place[(place.IndexOf('/') + 1)..]))]);
        foreach ((string host, _) in pair._places)
        {
            RehearsalRegistry registry = await RehearsalRegistry.StartAsync(
                (options with { Storage = pair.Storage(host) }).WithFaults(request => pair.Ask(host, request)),
                default
            );
            pair._registries.Add(registry);
            pair._clients.Add(new HttpClient { BaseAddress = new Uri(registry.Address, "v2/") });
        }

        return pair;
    }

    /// <summary>What is wrong with the releases that are tagged on either; both must let anybody pull.</summary>
    public async Task<IReadOnlyList<string>> FlawsAsync(string publicKey)
    {
        List<string> flaws = [];
        foreach ((HttpClient client, string repository) in _clients.Zip(_places, (client, place) => (client, place.Repository)))
        {
            if (_options.Authentication == RehearsalAuthentication.Token)
                await AuthorizeAsync(client, repository);
            flaws.AddRange(await new RepositoryCheck(client, repository).FlawsAsync(publicKey));
        }

        return flaws;
    }

    /// <summary>As Docker's token authentication has it for somebody without an account.</summary>
    private static async Task AuthorizeAsync(HttpClient client, string repository)
    {
        using JsonDocument answer = JsonDocument.Parse(
            await client.GetStringAsync(new Uri($"auth?scope=repository:{repository}:pull", UriKind.Relative))
        );
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer",
            answer.RootElement.GetProperty("token").GetString()
        );
    }

    /// <summary>
    /// All that they keep for good, by name: two runs that left the same are the same to the next. A list of referrers under its tag
    /// does not count: a registry that seems to have no referrers API for a moment is given one, and it says nothing new.
    /// </summary>
    public string Kept()
    {
        string[] files =
        [
            .. Directory
                .EnumerateFiles(_folder, "*", SearchOption.AllDirectories)
                .Where(file => !file.Contains("/.slipway-uploads/", StringComparison.Ordinal)),
        ];
        HashSet<string> lists = files.Any(IsListTag) ? [.. files.Where(IsListOfReferrers).Select(file => Path.GetFileName(file))] : [];
        return string.Join(
            '\n',
            files
                .Where(file => !IsListTag(file) && !lists.Contains(Path.GetFileName(file)))
                .Select(file =>
                    Path.GetRelativePath(_folder, file)
                    + (file.Contains("/_tags/", StringComparison.Ordinal) ? " " + File.ReadAllText(file) : "")
                )
                .Order(StringComparer.Ordinal)
        );
    }

    /// <summary>What each tag of the image's repository on a host names, in the registry's own storage.</summary>
    public IReadOnlyDictionary<string, string> Tags(string host)
    {
        string tags = Path.Combine(Storage(host), "repositories", _places.Single(place => place.Host == host).Repository, "_tags");
        return Directory.Exists(tags)
            ? Directory.EnumerateFiles(tags).ToDictionary(file => Path.GetFileName(file), File.ReadAllText, StringComparer.Ordinal)
            : new Dictionary<string, string>();
    }

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
    public long BlobBytes =>
        _registries
            .SelectMany(registry => registry.Log.All)
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
        foreach (
            string kept in _places.SelectMany(place =>
                (string[])[Path.Combine(Storage(place.Host), "repositories"), Path.Combine(Storage(place.Host), "blobs")]
            )
        )
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
        string kind = $"{host} {request.Method} {path}";
        Occurrence occurrence;
        lock (_requests)
        {
            int number = _counts[kind] = _counts.GetValueOrDefault(kind) + 1;
            _requests.Add(occurrence = new Occurrence(kind, number, request));
        }

        return Faults(occurrence);
    }

    private static bool IsListTag(string file) =>
        file.Contains("/_tags/sha256-", StringComparison.Ordinal) && Path.GetFileName(file).Length == "sha256-".Length + 64;

    private static bool IsListOfReferrers(string file)
    {
        if (!file.Contains("/blobs/sha256/", StringComparison.Ordinal) || new FileInfo(file).Length > 64 * 1024)
            return false;
        byte[] bytes = File.ReadAllBytes(file);
        if (!bytes.AsSpan().StartsWith("{"u8) || !bytes.AsSpan().EndsWith("}"u8))
            return false;
        using JsonDocument json = JsonDocument.Parse(bytes);
        return json.RootElement.TryGetProperty("manifests", out JsonElement manifests)
            && manifests.GetArrayLength() > 0
            && manifests.EnumerateArray().All(manifest => manifest.TryGetProperty("artifactType", out _));
    }
}
