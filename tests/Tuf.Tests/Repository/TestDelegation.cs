using System.Text.Json.Nodes;

namespace Slipway.Tuf.Tests;

/// <summary>A role that is delegated to: who signs, which paths, and what it says.</summary>
internal sealed record TestDelegation(string Name, TestRole Role, params IReadOnlyList<string> Paths)
{
    public bool IsTerminating { get; init; }

    /// <summary>The paths are beginnings of hashes.</summary>
    public bool IsByHash { get; init; }

    public long Version { get; init; } = 1;

    public Dictionary<string, byte[]> Targets { get; init; } = [];

    public List<TestDelegation> Below { get; init; } = [];

    /// <summary>It and all below, each once.</summary>
    public IEnumerable<TestDelegation> All => Below.SelectMany(delegation => delegation.All).Prepend(this);

    public static JsonObject Json(IReadOnlyList<TestDelegation> delegations) =>
        new()
        {
            ["keys"] = TestRole.KeysOf(delegations.SelectMany(delegation => delegation.Role.Keys)),
            ["roles"] = new JsonArray([.. delegations.Select(delegation => delegation.Json())]),
        };

    private JsonObject Json()
    {
        JsonObject json = Role.Json;
        json["name"] = Name;
        json["terminating"] = IsTerminating;
        json[IsByHash ? "path_hash_prefixes" : "paths"] = new JsonArray([.. Paths.Select(path => (JsonNode)path)]);
        return json;
    }
}
