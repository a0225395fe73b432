using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Json.Schema;
using Slipway.Definitions;
using Slipway.Inspection;
using Slipway.Oci;
using Slipway.Testing;
using Slipway.Trust;
using Slipway.Updates;
using Slipway.Verification;
using Slipway.Vex;
using YamlDotNet.RepresentationModel;

namespace Slipway.Graph.Tests;

/// <summary>
/// A schema that editors use and the parser of its files judge alike: what is committed passes both, and of every change of a key or a type
/// that is made to it, both think the same. A schema that refuses what the parser takes tells people nonsense; one that takes what the
/// parser refuses helps nobody, except where the parser asks what no schema can say.
/// </summary>
public sealed partial class SchemaVerdictTests : IDisposable
{
    /// <summary>Each is read once: the library knows a schema by its file.</summary>
    private static readonly ConcurrentDictionary<string, Lazy<JsonSchema>> Schemas = new(StringComparer.Ordinal);

    private readonly ScratchFolder _folder = new();

    /// <summary>Each published schema of definitions, and the files that it is for.</summary>
    public static TheoryData<string, string> Files =>
        new()
        {
            { "image.schema.json", "kubelet/image.yaml" },
            { "image.schema.json", "flannel-cni/image.yaml" },
            { "contract.schema.json", "kubelet/contract.yaml" },
            { "contract.schema.json", "flannel-cni/contract.yaml" },
            { "compare.schema.json", "kubelet/compare.yaml" },
            { "compare.schema.json", "flannel-cni/compare.yaml" },
            { "lifecycle.schema.json", "lifecycle.yaml" },
            { "vex.schema.json", "kubelet/vex.yaml" },
            { "policy.schema.json", "kubelet.policy.json" },
            { "policy.schema.json", "flannel-cni.policy.json" },
        };

    private const string Judgements = """
        statements:
          - id: CVE-2026-1
            aliases: [GHSA-xxxx]
            package: bash
            status: not_affected
            justification: inline_mitigations_already_exist
            reason: r
            date: 2026-11-30
            platforms: [linux/amd64]
          - { id: CVE-2026-2, package: "pkg:golang/stdlib", status: affected, action: a, reason: r, date: 2026-11-30 }
        rules:
          - id: CVE-2026-3
            aliases: [GO-2026-3]
            package: util-linux
            paths: [/usr/bin/su, "/usr/lib/{multiarch}/security/**"]
            justification: component_not_present
            reason: r
            date: 2026-11-30
            platforms: [linux/amd64]
        """;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_published_schema_has_its_files_here() =>
        Assert.Equal(
            Directory.EnumerateFiles(SourceTree.At("images"), "*.schema.json").Select(Path.GetFileName).Order(StringComparer.Ordinal),
            Files.Select(file => file.Data.Item1).Distinct().Order(StringComparer.Ordinal)
        );

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Schema_and_parser_have_one_verdict_on_every_change(string schemaFile, string file)
    {
        JsonSchema schema = Schemas
            .GetOrAdd(schemaFile, name => new Lazy<JsonSchema>(() => JsonSchema.FromFile(SourceTree.At("images", name))))
            .Value;
        // No image has judgements yet.
        string text = file.EndsWith(VexFile.Name, StringComparison.Ordinal) ? Judgements : File.ReadAllText(SourceTree.At("images", file));
        JsonNode sound = ToJson(Load(text));
        string folder = _folder.Folder("images");
        (await new ChildProcess("cp", "-r", SourceTree.At("images") + "/.", folder).RunAsync()).Require();
        string path = Path.Combine(folder, file);
        Assert.Null(Complaint(path, sound));
        Assert.True(IsValid(schema, sound), schemaFile);

        List<string> disagreements = [];
        int changes = 0;
        foreach ((string what, JsonNode changed) in Changes(sound))
        {
            changes++;
            string? complaint = Complaint(path, changed);
            bool isValid = IsValid(schema, changed);
            if (isValid ? complaint is not null && !Beyond().IsMatch(complaint) : complaint is null)
                disagreements.Add($"{what}: the schema {(isValid ? "takes" : "refuses")} it, the parser says {complaint ?? "nothing"}");
        }

        Assert.True(changes > 50 || file.EndsWith("compare.yaml", StringComparison.Ordinal), $"{changes} changes");
        Assert.True(disagreements.Count == 0, $"{disagreements.Count} of {changes}:\n{string.Join('\n', disagreements.Take(60))}");
    }

    /// <summary>
    /// NUKE's schema of parameters, of draft 4 and open for keys that it does not know: of what it does know, both judge the same.
    /// </summary>
    [Theory]
    [InlineData("{}", true)]
    [InlineData("""{ "Images": ["tools"], "Json": true, "FailOn": "Security", "Verbosity": "Quiet", "ArtifactsDirectory": "x" }""", true)]
    [InlineData("""{ "Images": [["tools"]] }""", false)]
    [InlineData("""{ "Images": [{ "name": "tools" }] }""", false)]
    [InlineData("""{ "Images": {} }""", false)]
    [InlineData("""{ "Json": "perhaps" }""", false)]
    [InlineData("""{ "Json": 7 }""", false)]
    [InlineData("""{ "Json": [true, false] }""", false)]
    [InlineData("""{ "FailOn": "Never" }""", false)]
    [InlineData("""{ "Verbosity": "Loud" }""", false)]
    [InlineData("""{ "ArtifactsDirectory": ["x", "y"] }""", false)]
    [InlineData("""{ "ArtifactsDirectory": {} }""", false)]
    [InlineData("""{ "Port": "x" }""", false)]
    [InlineData("""{ "Port": 1.5 }""", false)]
    [InlineData("""{ "Skip": ["Nothing"] }""", false)]
    public async Task Schema_and_build_have_one_verdict_on_parameters(string parameters, bool isSound)
    {
        string text = (
            await File.ReadAllTextAsync(SourceTree.At(".nuke", "build.schema.json"), TestContext.Current.CancellationToken)
        ).Replace("draft-04", "draft-06", StringComparison.Ordinal);
        JsonSchema schema = Schemas.GetOrAdd("build", _ => new Lazy<JsonSchema>(() => JsonSchema.FromText(text))).Value;
        using ScratchRepository repository = await ScratchRepository.CreateAsync();
        repository.Write(".nuke/parameters.json", parameters);
        ChildResult result = await repository.Slipway.RunAsync("Cache");
        Assert.Equal((isSound, isSound ? 0 : 64), (IsValid(schema, JsonNode.Parse(parameters)!), result.ExitCode));
    }

    /// <summary>What a schema cannot say: that a name is of something elsewhere, that two entries agree, what words mean.</summary>
    [GeneratedRegex(
        "is in no layer|is not defined under|lacks the finishing step|has no such file|has no budget|has no checksum for|is "
            + "not a platform of the image|is listed twice|would match any path|wanted the file once or members by name"
    )]
    private static partial Regex Beyond();

    private string? Complaint(string path, JsonNode changed)
    {
        File.WriteAllText(path, changed.ToJsonString());
        string folder = Path.GetDirectoryName(path)!;
        try
        {
            switch (Path.GetFileName(path))
            {
                case var name when name.EndsWith(".policy.json", StringComparison.Ordinal):
                    PolicyFile.Read(path, new SigstoreInstance());
                    break;
                case LifecycleFile.FileName:
                    LifecycleFile.Read(folder);
                    break;
                case Contract.FileName:
                    ContractFile.Read(ImageDefinitionFile.Read(folder));
                    break;
                case VexFile.Name:
                    VexFile.Read(ImageDefinitionFile.Read(folder));
                    break;
                case CompareFile.FileName:
                    CompareFile.Read(ImageDefinitionFile.Read(folder));
                    break;
                default:
                    ImageDefinitionFile.Read(folder);
                    break;
            }

            return null;
        }
        catch (Exception e) when (e is DefinitionException or PolicyFileException)
        {
            return e.Message;
        }
    }

    private static bool IsValid(JsonSchema schema, JsonNode instance)
    {
        using JsonDocument document = JsonDocument.Parse(instance.ToJsonString());
        return schema.Evaluate(document.RootElement, new EvaluationOptions { RequireFormatValidation = true }).IsValid;
    }

    /// <summary>Each key left out, renamed, and given every other type; each list emptied.</summary>
    private static IEnumerable<(string, JsonNode)> Changes(JsonNode sound)
    {
        foreach (string[] place in Places(sound, []))
        {
            string name = string.Join('/', place);
            yield return ($"{name} left out", With(sound, place, (holder, key) => Remove(holder, key)));
            if (!int.TryParse(place[^1], out _))
                yield return ($"{name} renamed", With(sound, place, (holder, key) =>
                    {
                        JsonNode? value = holder[key]?.DeepClone();
                        Remove(holder, key);
                        holder[key + "X"] = value;
                    }));
            foreach (
                (string kind, Func<JsonNode?> value) in new (string, Func<JsonNode?>)[]
                {
                    ("null", () => null),
                    ("a number", () => 7),
                    ("a truth", () => true),
                    ("a text", () => "a text"),
                    ("empty", () => ""),
                    ("a list", () => new JsonArray()),
                    ("a map", () => new JsonObject()),
                    ("a list of numbers", () => new JsonArray(7)),
                }
            )
                yield return ($"{name} = {kind}", With(sound, place, (holder, key) => Set(holder, key, value())));
        }
    }

    private static IEnumerable<string[]> Places(JsonNode? node, string[] at)
    {
        IEnumerable<(string Key, JsonNode? Value)> members = node switch
        {
            JsonObject map => map.Select(member => (member.Key, member.Value)),
            // The first and the last of a list stand for all.
            JsonArray list => new[] { 0, list.Count - 1 }
                .Where(i => i >= 0)
                .Distinct()
                .Select(i => (i.ToString(CultureInfo.InvariantCulture), list[i])),
            _ => [],
        };
        foreach ((string key, JsonNode? value) in members)
        {
            yield return [.. at, key];
            foreach (string[] below in Places(value, [.. at, key]))
                yield return below;
        }
    }

    private static JsonNode With(JsonNode sound, string[] place, Action<JsonNode, string> change)
    {
        JsonNode copy = sound.DeepClone();
        JsonNode holder = place[..^1]
            .Aggregate(copy, (at, key) => at is JsonArray list ? list[int.Parse(key, CultureInfo.InvariantCulture)]! : at[key]!);
        change(holder, place[^1]);
        return copy;
    }

    private static void Remove(JsonNode holder, string key)
    {
        if (holder is JsonArray list)
            list.RemoveAt(int.Parse(key, CultureInfo.InvariantCulture));
        else
            holder.AsObject().Remove(key);
    }

    private static void Set(JsonNode holder, string key, JsonNode? value)
    {
        if (holder is JsonArray list)
            list[int.Parse(key, CultureInfo.InvariantCulture)] = value;
        else
            holder[key] = value;
    }

    private static YamlNode Load(string text)
    {
        YamlStream stream = new();
        stream.Load(new StringReader(text));
        return stream.Documents[0].RootNode;
    }

    /// <summary>As JSON, which is YAML too (YAML 1.2, section 10.2 says what a plain scalar is).</summary>
    private static JsonNode ToJson(YamlNode node) =>
        node switch
        {
            YamlMappingNode map => new JsonObject(
                map.Children.Select(member => KeyValuePair.Create(((YamlScalarNode)member.Key).Value!, (JsonNode?)ToJson(member.Value)))
            ),
            YamlSequenceNode list => new JsonArray([.. list.Children.Select(ToJson)]),
            YamlScalarNode { Style: YamlDotNet.Core.ScalarStyle.Plain, Value: "true" or "false" } truth => JsonValue.Create(
                truth.Value == "true"
            ),
            YamlScalarNode { Style: YamlDotNet.Core.ScalarStyle.Plain } plain
                when long.TryParse(plain.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) =>
                JsonValue.Create(number),
            YamlScalarNode scalar => JsonValue.Create(scalar.Value ?? ""),
            _ => throw new InvalidDataException($"{node.NodeType}"),
        };
}
