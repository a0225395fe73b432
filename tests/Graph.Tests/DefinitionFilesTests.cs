using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Slipway.Definitions;
using Slipway.Images;
using Slipway.Inspection;
using Slipway.Oci;
using Slipway.Release;
using Slipway.Testing;
using Slipway.Updates;
using YamlDotNet.RepresentationModel;

namespace Slipway.Graph.Tests;

/// <summary>
/// Every file that people or earlier targets write, with each key missing, null, empty, of another type or twice: it is read, or refused by
/// its name, with the key or the place, and never in words of .NET's.
/// </summary>
public sealed partial class DefinitionFilesTests : IDisposable
{
    private static readonly string[] YamlValues =
    [
        "null",
        "~",
        "",
        "''",
        "7",
        "-1",
        "1.5",
        "99999999999999999999",
        "true",
        "x",
        "[]",
        "[x]",
        "[[]]",
        "[null]",
        "{}",
        "{ a: b }",
        "\"\\e[2J\\n::warning::x\"",
        "2026-01-01",
    ];

    private static readonly string?[] JsonValues =
    [
        null,
        "null",
        "\"\"",
        "7",
        "-1",
        "1.5",
        "1e400",
        "true",
        "\"x\"",
        "[]",
        "[null]",
        "[7]",
        "{}",
        "{\"a\":7}",
        "\"\\ud800\"",
        "\"\\u001b[2J\\n\"",
    ];

    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("kubelet")]
    [InlineData("flannel-cni")]
    public void Definitions_contracts_and_comparisons_are_read_or_refused_in_words(string image)
    {
        CopyFolder(SourceTree.At("images", image), _folder.At("images", image));
        string folder = _folder.At("images", image);
        ImageDefinition definition = ImageDefinitionFile.Read(folder);
        ForYaml(Path.Combine(folder, "image.yaml"), $"images/{image}/image.yaml", () => ImageDefinitionFile.Read(folder));
        ForYaml(Path.Combine(folder, "contract.yaml"), $"images/{image}/contract.yaml", () => ContractFile.Read(definition));
        ForYaml(Path.Combine(folder, "compare.yaml"), $"images/{image}/compare.yaml", () => CompareFile.Read(definition));
    }

    [Fact]
    public void Life_cycles_are_read_or_refused_in_words()
    {
        _folder.Write("images/lifecycle.yaml", File.ReadAllText(SourceTree.At("images", "lifecycle.yaml")));
        ForYaml(_folder.At("images", "lifecycle.yaml"), "images/lifecycle.yaml", () => LifecycleFile.Read(_folder.At("images")));
    }

    [Fact]
    public void Locks_and_records_are_read_or_refused_in_words()
    {
        string zeros = "sha256:" + new string('0', 64);
        string entry =
            $$$"""{"release":"v1.0.0","reason":"r","time":"2026-01-02T03:04:05+00:00","subjects":["{{{zeros}}}"],"destinations":[{"repository":"quay.io/a/b","removed":["v1"],"standing":["v2"]}]}""";
        string release =
            $$$"""{"schema":1,"image":"a","release":"v1.0.0","complete":true,"subjects":[{"digest":"{{{zeros}}}"}],"destinations":[{"repository":"quay.io/a/b","tags":{"v1.0.0":"{{{zeros}}}"}}]}""";
        string assembly =
            $$$"""{"schema":1,"digest":"{{{zeros}}}","definition":"{{{zeros}}}","lock":"{{{zeros}}}","files":"{{{zeros}}}","dockerfile":"{{{zeros}}}","sdk":"10","runtime":"10","startedOn":"2026-01-02T03:04:05Z","finishedOn":"2026-01-02T03:04:05Z"}""";
        ForJson(release, "record", json => RecordedRelease.Parse(json, "record"));
        ForJson($$"""{"schema":1,"image":"a","withdrawals":[{{entry}}]}""", "withdrawn.json", json =>
            WithdrawalRecord.ReadAsync(Written("withdrawn.json", json), "a", default).GetAwaiter().GetResult()
        );
        ForJson(assembly, "assembly.json", json =>
            AssemblyRecord.ReadAsync(Written("assembly.json", json), default).GetAwaiter().GetResult()
        );
        ForJson(Short(File.ReadAllText(SourceTree.At("images", "flannel-cni", "image.lock.json"))), "image.lock.json", json =>
            ImageLockFile.Parse(json, "image.lock.json")
        );
    }

    /// <summary>As a user meets it: one line, the code of a wrong configuration, and no trace.</summary>
    [Theory]
    [InlineData("  components: [main]\n", "", "'components' is missing")]
    [InlineData("  components: [main]\n", "  components: []\n", "'components' wanted one at least")]
    [InlineData("  suites: [trixie]\n", "  suites:\n", "'suites' wanted a list, got nothing")]
    [InlineData("  suites: [trixie]\n", "  suites: [../..]\n", "wanted a name as trixie or main")]
    [InlineData("debian:\n", "debian:\n  components: [main]\n", "uplicate key")]
    public async Task A_wrong_definition_ends_every_target_in_one_line(string was, string now, string complaint)
    {
        using ScratchRepository repository = await UpstreamImage.CreateAsync(("a", 10));
        string file = repository.At("images", "tools", "image.yaml");
        File.WriteAllText(
            file,
            (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).Replace(was, now, StringComparison.Ordinal)
        );
        Directory.CreateDirectory(repository.Beside("nothing"));
        foreach (string target in (string[])["Lock", "Preview"])
        {
            ChildResult result = (await repository.Slipway.RunAsync(target, "--debian-mirror", repository.Beside("nothing"))).Require(78);
            Assert.Contains("images/tools/image.yaml:", result.Error, StringComparison.Ordinal);
            Assert.Contains(complaint, result.Error, StringComparison.Ordinal);
            Assert.DoesNotMatch(Foreign(), result.Error);
        }
    }

    private void ForYaml(string path, string name, Action read)
    {
        string sound = File.ReadAllText(path);
        read();
        int refused = 0;
        foreach (string changed in YamlChanges(sound))
        {
            File.WriteAllText(path, changed);
            refused += RequireWords(Record.Exception(read), name);
        }

        File.WriteAllText(path, sound);
        Assert.InRange(refused, 20, 100_000);
    }

    private static void ForJson(string sound, string name, Action<byte[]> read)
    {
        read(Encoding.UTF8.GetBytes(sound));
        int refused = JsonChanges(sound).Sum(changed => RequireWords(Record.Exception(() => read(Encoding.UTF8.GetBytes(changed))), name));
        Assert.InRange(refused, 20, 100_000);
    }

    private static int RequireWords(Exception? problem, string name)
    {
        if (problem is null)
            return 0;
        Assert.True(problem is DefinitionException or ContentException, problem.ToString());
        Assert.Contains(name, problem.Message, StringComparison.Ordinal);
        Assert.DoesNotMatch(Foreign(), problem.Message);
        return 1;
    }

    /// <summary>Each key of the first of each kind of map: taken out, twice, and with other values.</summary>
    private static IEnumerable<string> YamlChanges(string text)
    {
        YamlStream yaml = [];
        yaml.Load(new StringReader(text));
        HashSet<string> seen = [];
        foreach (
            (YamlNode key, YamlNode value) in yaml.Documents[0].RootNode.AllNodes.OfType<YamlMappingNode>().SelectMany(map => map.Children)
        )
        {
            if (!seen.Add(((YamlScalarNode)key).Value!))
                continue;
            int at = (int)key.Start.Index,
                end = (int)value.End.Index;
            string before = text[..at],
                whole = text[at..end],
                after = text[end..];
            foreach (string other in YamlValues)
                yield return $"{before}{((YamlScalarNode)key).Value}: {other}{after}";
            yield return before + "other: x" + after;
            if (before.EndsWith('\n') && value is YamlScalarNode or YamlSequenceNode)
                yield return $"{before}{whole}\n{whole}{after}";
        }

        yield return "";
        yield return "x";
        yield return "[]";
        yield return text + "\n---\n" + text;
        yield return "a: &x 1\nb: *x\n";
        yield return "? [a]\n: b\n";
        yield return "\t: :\n";
    }

    private static IEnumerable<string> JsonChanges(string json)
    {
        int count = Places(JsonNode.Parse(json)!).Count();
        for (int at = 0; at < count; at++)
        {
            foreach (string? value in JsonValues)
            {
                JsonNode root = JsonNode.Parse(json)!;
                (JsonObject holder, string name) = Places(root).ElementAt(at);
                holder.Remove(name);
                if (value is not null)
                    holder[name] = "@@";
                string changed = root.ToJsonString();
                yield return changed.Replace("\"@@\"", value ?? "", StringComparison.Ordinal);
                if (value == "7")
                    yield return changed.Replace("\"@@\"", $"1,{JsonSerializer.Serialize(name)}:2", StringComparison.Ordinal);
            }
        }

        foreach (string other in (string[])["", "null", "[]", "7", "{", json + "x", json[..^1]])
            yield return other;
    }

    private static IEnumerable<(JsonObject Holder, string Name)> Places(JsonNode node) =>
        node switch
        {
            JsonObject holder => holder
                .Select(member => (holder, member.Key))
                .Concat(holder.SelectMany(member => member.Value is null ? [] : Places(member.Value))),
            JsonArray items => items.SelectMany(item => item is null ? [] : Places(item)),
            _ => [],
        };

    /// <summary>A lock with one of each.</summary>
    private static string Short(string json)
    {
        JsonObject root = JsonNode.Parse(json)!.AsObject();
        foreach (string list in (string[])["suites", "upstream", "packages", "standIns"])
            root[list] = new JsonArray(root[list]!.AsArray().Take(1).Select(item => item!.DeepClone()).ToArray());
        return root.ToJsonString();
    }

    private string Written(string name, byte[] content)
    {
        File.WriteAllBytes(_folder.At(name), content);
        return _folder.At(name);
    }

    private static void CopyFolder(string from, string to)
    {
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    [GeneratedRegex(
        @"Exception|System\.|   at |not present in the dictionary|Object reference|Nullable object|requires an element|identified items|Sequence contains|Input string|Parameter '|was out of range|JsonElement|BytePositionInLine"
    )]
    private static partial Regex Foreign();
}
