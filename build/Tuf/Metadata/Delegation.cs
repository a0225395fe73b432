using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Tuf;

/// <summary>A role that another one lets vouch for some target paths (specification, 4.5, DELEGATIONS).</summary>
/// <param name="Role">Who signs.</param>
/// <param name="IsTerminating">Whether nobody else is asked about a path that matches.</param>
/// <param name="Paths">Patterns of paths; null when the paths are given by their hashes.</param>
/// <param name="HashPrefixes">Beginnings of SHA-256 hashes of paths, in hex; null when the paths are given by patterns.</param>
internal sealed record Delegation(
    TufRole Role,
    bool IsTerminating,
    ImmutableArray<PathPattern>? Paths,
    ImmutableArray<string>? HashPrefixes
)
{
    /// <summary>Reads <c>keys</c> and <c>roles</c>.</summary>
    /// <param name="name">The file, for errors.</param>
    /// <exception cref="ContentException">It is no such object.</exception>
    /// <exception cref="TufException">It delegates in a form that is not known here.</exception>
    public static ImmutableArray<Delegation> ReadAll(JsonElement json, string name)
    {
        if (json.Find("succinct_roles") is not null)
            throw new TufException(TufFailure.UnknownFormat, $"{name}: it delegates by 'succinct_roles', which is not known here");
        Dictionary<string, TufKey> keys = TufKey.ReadAll(json);
        return [.. json.RequiredItems("roles").Select(role => Read(role, keys, name))];
    }

    /// <summary>Whether the role may vouch for a target path.</summary>
    public bool Matches(string path)
    {
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)));
        return Paths is { } patterns
            ? patterns.Any(pattern => pattern.Matches(path))
            : HashPrefixes!.Value.Any(prefix => hash.StartsWith(prefix, StringComparison.Ordinal));
    }

    private static Delegation Read(JsonElement json, Dictionary<string, TufKey> keys, string file)
    {
        string name = json.RequiredString("name");
        if (name is "" or TufRole.Root or TufRole.Timestamp or TufRole.Snapshot or TufRole.Targets)
            throw new ContentException($"it delegates to a role called '{name}'");
        bool hasPaths = json.Find("paths") is not null,
            hasPrefixes = json.Find("path_hash_prefixes") is not null;
        if (hasPaths == hasPrefixes)
            throw new ContentException(
                $"the delegation to {Printable.Of(name)} wanted 'paths' or 'path_hash_prefixes', got {(hasPaths ? "both" : "neither")}"
            );
        return new Delegation(
            TufRole.Read(name, json, keys),
            json.OptionalFlag("terminating") ?? false,
            hasPaths ? [.. json.RequiredItems("paths").Select(item => PathPattern.Parse(item.TextOf("paths"), file))] : null,
            hasPrefixes ? [.. json.RequiredItems("path_hash_prefixes").Select(item => item.TextOf("path_hash_prefixes"))] : null
        );
    }
}
