using System.Text.Json;
using System.Text.RegularExpressions;
using Slipway.Testing;

namespace Slipway.Definitions.Tests;

/// <summary><c>docs/image.md</c> has every key, and no other, and its example is one.</summary>
public sealed partial class ImageDocumentTests
{
    private static readonly string Document = File.ReadAllText(SourceTree.At("docs", "image.md")).ReplaceLineEndings("\n");

    private static readonly string[] Keys =
    [
        .. KeysOf(JsonDocument.Parse(File.ReadAllBytes(Path.Combine(ImageDefinitions.Real, "image.schema.json"))).RootElement, ""),
    ];

    [Fact]
    public void Its_tables_name_every_key_of_the_schema_once_and_no_other() =>
        Assert.Equal(
            Keys.Order(StringComparer.Ordinal),
            Row().Matches(Document).Select(row => row.Groups[1].Value).Order(StringComparer.Ordinal)
        );

    [Fact]
    public void Its_example_can_be_used_and_has_every_key()
    {
        string example = Example().Match(Document).Groups[1].Value;
        using ScratchFolder folder = new();
        folder.Write("images/example/image.yaml", example);
        folder.Write("images/example/rootfs/start", "#!/bin/sh\n");
        ImageDefinitionFile.Read(folder.At("images", "example"));
        Assert.Equal([], Keys.Where(key => !Word(key.Split('.')[^1].TrimEnd('[', ']')).IsMatch(example)));
    }

    private static IEnumerable<string> KeysOf(JsonElement schema, string place)
    {
        if (schema.TryGetProperty("items", out JsonElement items))
            (schema, place) = (items, place + "[]");
        if (!schema.TryGetProperty("properties", out JsonElement properties))
            yield break;
        foreach (JsonProperty property in properties.EnumerateObject())
        {
            string key = place.Length == 0 ? property.Name : $"{place}.{property.Name}";
            yield return key;
            foreach (string inner in KeysOf(property.Value, key))
                yield return inner;
        }
    }

    private static Regex Word(string key) => new($@"\b{Regex.Escape(key)}:");

    [GeneratedRegex(@"^\| `([A-Za-z.\[\]]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"```yaml\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();
}
