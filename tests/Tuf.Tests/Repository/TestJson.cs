using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Slipway.Tuf.Tests;

/// <summary>Canonical JSON once more, written for the tests alone and for what they sign: ASCII names, small numbers.</summary>
internal static class TestJson
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static byte[] Canonical(JsonNode? node) => Encoding.UTF8.GetBytes(Text(node));

    /// <summary>As a repository writes it: not canonical.</summary>
    public static byte[] Pretty(JsonNode node) => Encoding.UTF8.GetBytes(node.ToJsonString(Indented) + "\n");

    private static string Text(JsonNode? node) =>
        node switch
        {
            JsonObject members => "{"
                + string.Join(
                    ',',
                    members
                        .OrderBy(member => member.Key, StringComparer.Ordinal)
                        .Select(member => $"{Quote(member.Key)}:{Text(member.Value)}")
                )
                + "}",
            JsonArray items => "[" + string.Join(',', items.Select(Text)) + "]",
            null => "null",
            _ => node.GetValueKind() switch
            {
                JsonValueKind.String => Quote(node.GetValue<string>()),
                JsonValueKind.True => "true",
                JsonValueKind.False => "false",
                _ => long.Parse(node.ToJsonString(), CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture),
            },
        };

    private static string Quote(string text) =>
        $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
