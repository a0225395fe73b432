using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Registry;

/// <summary>
/// A file that <c>docker login</c> or <c>podman login</c> wrote: <c>auths</c>, <c>credHelpers</c>, <c>credsStore</c>. A
/// helper named for the host is asked first, then the store, then the file's own entries.
/// </summary>
internal sealed class DockerConfig
{
    private const int MaximumSize = 1024 * 1024;

    /// <summary>What Docker's own tools call Docker Hub in these files.</summary>
    private const string HubKey = "https://index.docker.io/v1/";

    private readonly string _file;
    private readonly ImmutableDictionary<string, string> _auths;
    private readonly ImmutableSortedDictionary<string, string> _helpers;
    private readonly string? _store;
    private readonly Func<string, string?> _environment;

    private DockerConfig(string file, JsonElement root, Func<string, string?> environment)
    {
        _file = file;
        _environment = environment;
        _helpers = root.Map("credHelpers");
        _store = root.OptionalString("credsStore");
        _auths = root.TryGetProperty("auths", out JsonElement auths) && auths.ValueKind == JsonValueKind.Object
            ? auths.EnumerateObject().ToImmutableDictionary(entry => entry.Name, entry => Word(entry.Value))
            : [];
    }

    /// <summary>The file's content; null when there is no file.</summary>
    /// <exception cref="RemoteException">It cannot be read or is no such file. The message holds nothing of its content.</exception>
    public static DockerConfig? Read(string file, Func<string, string?> environment)
    {
        if (!File.Exists(file))
            return null;
        try
        {
            if (new FileInfo(file).Length > MaximumSize)
                throw Broken(file, $"it is larger than {MaximumSize} bytes");
            return OciJson.Read(File.ReadAllBytes(file), "credentials", root => new DockerConfig(file, root, environment));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ContentException)
        {
            // A parser's message may quote what it stumbled over: a secret, possibly.
            throw Broken(file, e is ContentException ? "it is no valid JSON object of Docker's config.json format" : "it cannot be read");
        }
    }

    /// <summary>The credential stored for a host, <c>docker.io</c> or <c>HOST[:PORT]</c>; null when there is none.</summary>
    public async Task<Credential?> FindAsync(string host, CancellationToken cancellationToken)
    {
        ImmutableArray<string> keys = host == "docker.io" ? [HubKey, "docker.io", "index.docker.io", "registry-1.docker.io"] : [host];
        foreach (string key in keys)
        {
            if (_helpers.TryGetValue(key, out string? helper))
                return await new CredentialProgram(helper, _environment).GetAsync(key, cancellationToken);
        }

        if (_store is { Length: > 0 } && await new CredentialProgram(_store, _environment).GetAsync(keys[0], cancellationToken) is { } kept)
            return kept;
        string? entry = _auths.Keys.Order(StringComparer.Ordinal)
            .FirstOrDefault(key => keys.Any(wanted => Bare(key) == Bare(wanted)));
        return entry is null || _auths[entry].Length == 0 ? null : Decode(entry, _auths[entry]);
    }

    private static string Word(JsonElement entry) =>
        entry.OptionalString("auth") is { Length: > 0 } word ? word
            : entry.OptionalString("identitytoken") is { Length: > 0 } ? "identity token"
            : "";

    /// <summary>Older tools wrote keys with a scheme and an API version.</summary>
    private static string Bare(string key)
    {
        string bare = key.Contains("://", StringComparison.Ordinal) ? key[(key.IndexOf("://", StringComparison.Ordinal) + 3)..] : key;
        foreach (string end in (string[])["/v1/", "/v2/", "/v1", "/v2", "/"])
        {
            if (bare.EndsWith(end, StringComparison.Ordinal))
                return bare[..^end.Length].ToLowerInvariant();
        }

        return bare.ToLowerInvariant();
    }

    private Credential Decode(string entry, string word)
    {
        byte[] bytes = new byte[word.Length];
        string text = Convert.TryFromBase64String(word, bytes, out int length) ? Encoding.UTF8.GetString(bytes, 0, length) : "";
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0
            ? new Credential(text[..colon], text[(colon + 1)..].TrimEnd('\0'), _file)
            : throw Broken(_file, $"the entry for {entry} holds no user name and password; log in again with an access token");
    }

    private static RemoteException Broken(string file, string problem) => new(RemoteFault.Refused, $"credentials file {file}: {problem}");
}
