using System.Text.Json;
using System.Text.RegularExpressions;
using Slipway.Testing;

namespace Slipway.Definitions.Tests;

/// <summary>The schema that editors use and the parser know the same keys.</summary>
public class ImageDefinitionSchemaTests
{
    private static readonly JsonElement Schema = JsonDocument
        .Parse(File.ReadAllBytes(Path.Combine(ImageDefinitions.Real, "image.schema.json")))
        .RootElement;

    /// <summary>A line of the sound definition to put an unknown key before or behind, and the schema's place of that map.</summary>
    public static TheoryData<string, string, string> Maps =>
        new()
        {
            { "", "title: Tiny", "unknown: x\ntitle: Tiny" },
            { "releases", "{ kubernetes:", "{ unknown: x, kubernetes:" },
            { "repositories", "  official:", "  unknown: x\n  official:" },
            { "debian", "  essential:", "  unknown: x\n  essential:" },
            { "debian.without[]", "{ package: python3,", "{ unknown: x, package: python3," },
            { "exclude[]", "{ paths: [/usr/share/doc/**],", "{ unknown: x, paths: [/usr/share/doc/**]," },
            { "layers[]", "    title: the base", "    unknown: x\n    title: the base" },
            { "layers[].directories[]", "{ path: /srv,", "{ unknown: x, path: /srv," },
            { "layers[].links[]", "{ path: /bin,", "{ unknown: x, path: /bin," },
            { "layers[].files[]", "{ from: rootfs/x,", "{ unknown: x, from: rootfs/x," },
            { "layers[].copies[]", "{ from: /usr/share/x,", "{ unknown: x, from: /usr/share/x," },
            { "layers[].alternatives[]", "{ name: pager,", "{ unknown: x, name: pager," },
            { "upstream[]", "    version: v9", "    unknown: x\n    version: v9" },
            { "upstream[].releases", "{ github:", "{ unknown: x, github:" },
            { "upstream[].signature", "{ identity: release@example.org,", "{ unknown: x, identity: release@example.org," },
            { "upstream[].install[]", "        mode: \"4755\"", "        unknown: x\n        mode: \"4755\"" },
            { "upstream[].install[].standIn", "{ package: tool,", "{ unknown: x, package: tool," },
            { "accounts[]", "{ name: root,", "{ unknown: x, name: root," },
            { "node", "{ unit: tiny.service,", "{ unknown: x, unit: tiny.service," },
            { "config", "  user: root", "  unknown: x\n  user: root" },
        };

    [Theory]
    [MemberData(nameof(Maps))]
    public void Parser_and_schema_know_the_same_keys(string place, string line, string withUnknown)
    {
        Match known = Regex.Match(ImageDefinitions.Complaint(line, withUnknown), "unknown key 'unknown'; wanted one of (.*)$");
        Assert.True(known.Success);
        string[] wanted =
        [
            .. At(place).GetProperty("properties").EnumerateObject().Select(property => property.Name).Order(StringComparer.Ordinal),
        ];
        Assert.Equal(wanted, known.Groups[1].Value.Split(", "));
        Assert.False(At(place).GetProperty("additionalProperties").GetBoolean());
    }

    [Fact]
    public void Every_closed_map_of_the_schema_is_among_those_compared()
    {
        List<string> found = [];
        Collect(Schema, "", found);
        Assert.Equal(found.Order(StringComparer.Ordinal), Maps.Select(map => map.Data.Item1).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Maps))]
    public void What_the_schema_requires_the_parser_misses(string place, string line, string withUnknown)
    {
        Assert.NotEqual(line, withUnknown);
        if (!At(place).TryGetProperty("required", out JsonElement required))
            return;
        foreach (string key in required.EnumerateArray().Select(item => item.GetString()!))
        {
            // Renaming the key leaves it missing there; the parser tells that before it tells of the new name.
            string all = ImageDefinitions.Sound.ReplaceLineEndings("\n");
            int at = Math.Max(all.IndexOf(line.TrimStart(), StringComparison.Ordinal), 0);
            int from =
                place.Length == 0
                    ? 0
                    : all.LastIndexOf(place.Split('.')[0].Replace("[]", "", StringComparison.Ordinal) + ":", at, StringComparison.Ordinal);
            Match hit = new Regex($@"(?<=[\s{{]|^){Regex.Escape(key)}:", RegexOptions.Multiline).Match(all, from);
            string changed = all[..hit.Index] + "renamed:" + all[(hit.Index + hit.Length)..];
            DefinitionException e = Assert.Throws<DefinitionException>(() => ImageDefinitions.Parse(changed));
            Assert.Matches("is missing|there is no|wanted|has no|is in no|is not defined|unknown key 'renamed'", e.Message);
        }
    }

    [Fact]
    public void The_real_definitions_use_no_key_that_the_schema_lacks()
    {
        foreach (string name in ImageDefinitionFile.Names(ImageDefinitions.Real))
        {
            string text = File.ReadAllText(Path.Combine(ImageDefinitions.Real, name, ImageDefinition.FileName));
            Assert.StartsWith("# yaml-language-server: $schema=../image.schema.json\n", text, StringComparison.Ordinal);
            ImageDefinitionFile.Read(Path.Combine(ImageDefinitions.Real, name));
        }
    }

    [Fact]
    public void The_schema_knows_every_finishing_step()
    {
        JsonElement steps = At("layers[]").GetProperty("properties").GetProperty("finish").GetProperty("items").GetProperty("enum");
        Assert.Equal(FinishingStepName.All, steps.EnumerateArray().Select(step => step.GetString()));
    }

    private static JsonElement At(string place)
    {
        JsonElement at = Schema;
        foreach (string part in place.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            at = at.GetProperty("properties").GetProperty(part.Replace("[]", "", StringComparison.Ordinal));
            at = part.EndsWith("[]", StringComparison.Ordinal) ? at.GetProperty("items") : at;
        }

        return at;
    }

    private static void Collect(JsonElement map, string place, List<string> found)
    {
        if (!map.TryGetProperty("properties", out JsonElement properties))
            return;
        found.Add(place);
        foreach (JsonProperty property in properties.EnumerateObject())
        {
            string name = place.Length == 0 ? property.Name : $"{place}.{property.Name}";
            if (property.Value.TryGetProperty("items", out JsonElement items))
                Collect(items, name + "[]", found);
            else
                Collect(property.Value, name, found);
        }
    }
}
