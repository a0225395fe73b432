using System.Text.Json;
using System.Text.Json.Nodes;

namespace Slipway.GitHub;

/// <summary>
/// Octokit's model of an asset has <c>int</c> for numbers that GitHub's schema "release-asset" does not bound: a release with one asset of 2 GiB
/// could not be read at all. For the model they are put at the greatest <c>int</c>; whoever wants them reads the raw answer.
/// </summary>
internal static class WideAssets
{
    private static readonly string[] Numbers = ["id", "size", "download_count"];

    /// <summary>A release, an asset, or a list of them, as the models can hold it; null when they can hold it as it is.</summary>
    public static string? Narrowed(JsonElement root)
    {
        JsonNode? node = root.ValueKind switch
        {
            JsonValueKind.Array => JsonArray.Create(root),
            JsonValueKind.Object => JsonObject.Create(root),
            _ => null,
        };
        bool isNarrowed = false;
        foreach (JsonObject asset in Items(node).SelectMany(item => Items(item["assets"]).Append(item)).Where(item => item.ContainsKey("browser_download_url")))
        {
            foreach (string name in Numbers.Where(name => asset[name] is JsonValue value && value.TryGetValue(out long number) && number > int.MaxValue))
            {
                asset[name] = int.MaxValue;
                isNarrowed = true;
            }
        }

        return isNarrowed ? node!.ToJsonString() : null;
    }

    private static IEnumerable<JsonObject> Items(JsonNode? node) => (node as JsonArray ?? (IEnumerable<JsonNode?>)[node]).OfType<JsonObject>();
}
