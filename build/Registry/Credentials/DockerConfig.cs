using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Registry;

/// <summary>
/// A file that <c>docker login</c> or <c>podman login</c> wrote: <c>auths</c>, <c>credHelpers</c>, <c>credsStore</c>. A
/// helper named for the host is asked first, then the store, then the file's own entries: of those for a repository or a part of its
/// name the longest, then the host's (containers-auth.json(5)).
/// </summary>
internal sealed class DockerConfig
{
    private const int MaximumSize = 1024 * 1024;

    private readonly string _file;
    private readonly ImmutableSortedDictionary<string, StoredAuth> _auths;
    private readonly ImmutableSortedDictionary<string, string> _helpers;
    private readonly string? _store;

    private DockerConfig(string file, JsonElement root)
    {
        _file = file;
        _helpers = Last(root.MembersOf("credHelpers"), value => value.ValueKind == JsonValueKind.Null ? "" : value.GetString()!);
        _store = root.NotEmpty("credsStore");
        _auths = Last(root.MembersOf("auths"), StoredAuth.Read);
    }

    /// <summary>Of a repeated key the last entry counts.</summary>
    private static ImmutableSortedDictionary<string, T> Last<T>(IEnumerable<JsonProperty> entries, Func<JsonElement, T> read)
    {
        var found = ImmutableSortedDictionary.CreateBuilder<string, T>(StringComparer.Ordinal);
        foreach (JsonProperty entry in entries)
            found[entry.Name] = read(entry.Value);
        return found.ToImmutable();
    }

    /// <summary>The file's content; null when there is no file.</summary>
    /// <exception cref="RemoteException">It cannot be read or is no such file. The message holds nothing of its content.</exception>
    public static DockerConfig? Read(string file)
    {
        if (!File.Exists(file))
            return null;
        try
        {
            if (RegularFile.LengthOf(file) > MaximumSize)
                throw Broken(file, $"it is larger than {MaximumSize} bytes");
            // An empty one says nothing, as for Docker, and so does /dev/null, which people name to have none; a pipe is not waited for.
            byte[] bytes = RegularFile.LengthOf(file) == 0 ? [] : RegularFile.ReadBytes(file, MaximumSize);
            return ForeignJson.Read(
                bytes.All(each => each is 0x20 or 0x09 or 0x0A or 0x0D) ? "{}"u8.ToArray() : bytes,
                "credentials",
                root => new DockerConfig(file, root)
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ContentException)
        {
            // A parser's message may quote what it stumbled over: a secret, possibly.
            throw Broken(
                file,
                e is UnfitFileException unfit ? unfit.Problem
                    : e is ContentException ? "it is not a valid JSON object of Docker's config.json format"
                    : "it cannot be read"
            );
        }
    }

    /// <summary>The credential stored for a host, <c>docker.io</c> or <c>HOST[:PORT]</c>; null when there is none.</summary>
    /// <param name="repository">The name inside the registry; null for the host itself.</param>
    /// <param name="programs">A credential helper by its name.</param>
    public async Task<Credential?> FindAsync(
        string host,
        string? repository,
        Func<string, CredentialProgram> programs,
        CancellationToken cancellationToken
    )
    {
        ImmutableArray<string> keys = KnownRegistry.Of(host)?.CredentialsKeys ?? [host];
        bool isOwn = false;
        foreach (string key in keys)
        {
            if (_helpers.TryGetValue(key, out string? helper) && helper.Length > 0)
                return await programs(helper).GetAsync(key, cancellationToken);
            // An empty name means that the file itself has it, whatever the store is.
            isOwn |= helper is not null;
        }

        // By another name of the same registry; the helper is asked by the name that it is listed under.
        if (!isOwn && _helpers.FirstOrDefault(listed => Bare(listed.Key) == host) is { Key: not null } other)
        {
            if (other.Value is { Length: > 0 } named)
                return await programs(named).GetAsync(other.Key, cancellationToken);
            isOwn = true;
        }

        if (!isOwn && _store is { Length: > 0 } && await programs(_store).GetAsync(keys[0], cancellationToken) is { } kept)
            return kept;
        string? entry = Names(host, repository).FirstOrDefault(_auths.ContainsKey)
            ?? _auths.Keys.FirstOrDefault(key => keys.Any(wanted => Bare(key) == Bare(wanted)));
        return entry is null || _auths[entry].IsEmpty
            ? null
            : _auths[entry].Decode(_file) ?? throw Broken(_file, $"the entry for {entry} holds no user name and password; log in again");
    }

    /// <summary><c>quay.io/poseidon/kubelet</c>, then <c>quay.io/poseidon</c>.</summary>
    private static IEnumerable<string> Names(string host, string? repository)
    {
        string[] parts = repository?.Split('/') ?? [];
        return Enumerable.Range(0, parts.Length).Select(left => $"{host}/{string.Join('/', parts[..^left])}");
    }

    /// <summary>Older tools wrote keys with a scheme and an API version.</summary>
    private static string Bare(string key)
    {
        string bare = key.Contains("://", StringComparison.Ordinal) ? key[(key.IndexOf("://", StringComparison.Ordinal) + 3)..] : key;
        foreach (string end in (string[])["/v1/", "/v2/", "/v1", "/v2", "/"])
        {
            if (bare.EndsWith(end, StringComparison.Ordinal))
                return RegistryName.Canonical(bare[..^end.Length]);
        }

        return RegistryName.Canonical(bare);
    }

    private static RemoteException Broken(string file, string problem) => new(RemoteFault.Refused, $"credentials file {file}: {problem}");
}
