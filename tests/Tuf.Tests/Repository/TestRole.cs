using System.Text.Json.Nodes;

namespace Slipway.Tuf.Tests;

/// <summary>A role of a test's repository: which keys it names, how many must sign, and who does.</summary>
internal sealed record TestRole(int Threshold, params IReadOnlyList<TestKey> Keys)
{
    /// <summary>Who signs; the role's own keys if nobody says otherwise.</summary>
    public IReadOnlyList<TestKey> Signers { get; init; } = Keys;

    public JsonObject Json => new() { ["keyids"] = new JsonArray([.. Keys.Select(key => (JsonNode)key.Id)]), ["threshold"] = Threshold };

    public static JsonObject KeysOf(IEnumerable<TestKey> keys)
    {
        JsonObject json = [];
        foreach (TestKey key in keys.DistinctBy(key => key.Id))
            json[key.Id] = key.Json.DeepClone();
        return json;
    }
}
