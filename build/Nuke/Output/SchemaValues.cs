using System.Text.Json;
using Nuke.Common.Parameters;

namespace Nuke.Common.Output;

/// <summary>Every parameter that a build schema names, with the values it lists for it; an empty list where any text will do.</summary>
internal static class SchemaValues
{
    /// <exception cref="JsonException">It is not JSON.</exception>
    /// <exception cref="KeyNotFoundException">It is not a build schema.</exception>
    /// <exception cref="InvalidOperationException">It is not a build schema.</exception>
    public static IReadOnlyDictionary<string, string[]> Of(ReadOnlyMemory<byte> schema, string[] profiles)
    {
        using JsonDocument document = JsonDocument.Parse(schema);
        JsonElement definitions = document.RootElement.GetProperty("definitions");
        Dictionary<string, string[]> values = [];
        Take(document.RootElement.GetProperty("allOf").EnumerateArray().First());
        Take(definitions.GetProperty("NukeBuild"));
        if (definitions.TryGetProperty(BuildSchema.CommandLineOnly, out JsonElement typed))
            Take(typed);
        if (values.ContainsKey(KernelParameters.Profile.Name))
            values[KernelParameters.Profile.Name] = profiles;
        return values;

        void Take(JsonElement holder)
        {
            foreach (JsonProperty property in holder.GetProperty("properties").EnumerateObject())
                values[property.Name] = Listed(property.Value, definitions);
        }
    }

    private static string[] Listed(JsonElement type, JsonElement definitions) =>
        type.TryGetProperty("items", out JsonElement items) ? Listed(items, definitions)
        : type.TryGetProperty("$ref", out JsonElement reference)
            ? Listed(definitions.GetProperty(reference.GetString()!.Split('/')[^1]), definitions)
        : type.TryGetProperty("enum", out JsonElement values) ? [.. values.EnumerateArray().Select(x => x.GetString()!)]
        : [];
}
