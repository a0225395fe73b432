using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>
/// Whoever may push to a registry, write a file or sign a package writes texts that this program prints. None of them makes a line of its own,
/// steers a terminal, hides, or is a command to a CI server: in no output, and in no file of ours.
/// </summary>
public sealed partial class HostileTextTests(ITestOutputHelper output)
{
    private const string False = "verified: sha256:0000000000000000000000000000000000000000000000000000000000000000 signed by the key somebody";

    /// <summary>What is searched for.</summary>
    private const string Hostile = $"x\r\n{False}\n::warning::owned\n##vso[task.x]y##[error]z\u001b[2J\u001b]0;t\u0007\u009b1m\u0085\u2028\u2029\u202e\u2066\u200f\u061c\u200b\ufeff\u00ad\U000E0041\ue000\u0378\0";

    private const string Release = $"{PublishedTools.Official}:{UpstreamImage.Version}";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_of_a_strangers_layout_passes_for_ours()
    {
        using ScratchRepository repository = await UpstreamImage.CreateAsync(("a", 100));
        int at = 0;
        foreach ((string what, Func<JsonObject, JsonObject, JsonObject, Task> change) in Changes())
        {
            string folder = repository.Beside($"layout{at++}");
            await WriteLayoutAsync(folder, change);
            foreach (string[] arguments in (string[][])
            [
                ["Verify", "--reference", $"oci:{folder}", "--public-key", repository.Key.Public],
                ["Verify", "--reference", $"oci:{folder}:v1.0.0", "--public-key", repository.Key.Public, "--images", "tools", "--json"],
            ])
            {
                ChildResult result = await repository.Slipway.RunAsync(arguments);
                Assert.Contains(result.ExitCode, (int[])[64, 65]);
                Require(result, what);
            }
        }

        RequireFiles(repository.Root);
    }

    [Fact]
    public async Task Nothing_that_a_registry_says_passes_for_ours()
    {
        using ScratchRepository repository = await UpstreamImage.CreateAsync(("a", 100));
        await repository.CommitAsync("tools", $"{UpstreamImage.Name}/{UpstreamImage.Version}");
        await using RawServer server = new();
        string[] map = ["--registry-map", $"quay.io={server.Address}", $"docker.io={server.Address}"];
        (await repository.Slipway.RunAsync("Assemble", "Sign", "--upstream-mirror", repository.Mirror.Path, "--signing-key", repository.Key.Private)).Require();
        foreach ((string what, Func<string, string, (int, string[], string)> answers) in Answers(server))
        {
            server.Answers = answers;
            foreach (string[] arguments in (string[][])
            [
                ["Verify", "--reference", Release, "--public-key", repository.Key.Public],
                ["Verify", "--reference", Release, "--public-key", repository.Key.Public, "--json"],
                ["Drift", "--public-key", repository.Key.Public],
                ["Publish", "--signing-key", repository.Key.Private, "--verbosity", "verbose"],
                ["Inspect", "--against", Release],
            ])
            {
                ChildResult result = await repository.Slipway.RunAsync([.. arguments, .. map]);
                Assert.NotEqual(0, result.ExitCode);
                Require(result, $"{what}: {arguments[0]}");
            }
        }

        Assert.InRange(server.Asked, 20, 10_000);
        RequireFiles(repository.Root);
    }

    [Fact]
    public async Task Nothing_in_a_definition_passes_for_ours()
    {
        using ScratchRepository repository = await UpstreamImage.CreateAsync(("a", 100));
        string file = repository.At("images", "tools", "image.yaml"), sound = await File.ReadAllTextAsync(file, Stop);
        string quoted = JsonSerializer.Serialize(Hostile.Replace("\0", "", StringComparison.Ordinal));
        foreach (string key in (string[])["title", "description", "version", "source", "licenses"])
        {
            await File.WriteAllTextAsync(file, Regex.Replace(sound, $"(?m)^{key}: .*$", $"{key}: {quoted}"), Stop);
            Require(await repository.Slipway.RunAsync("Preview"), key);
            Require(await repository.Slipway.RunAsync("Outdated", "--json", "--offline"), key);
        }

        await File.WriteAllTextAsync(file, $"{quoted}: x\n{sound}", Stop);
        ChildResult unknown = await repository.Slipway.RunAsync("Preview");
        Require(unknown, "a key");
        Assert.Equal(78, unknown.ExitCode);
        await File.WriteAllTextAsync(file, sound.Replace("platforms: [linux/amd64]", $"platforms: [{quoted}]", StringComparison.Ordinal), Stop);
        Assert.Equal(78, (await repository.Slipway.RunAsync("Preview")).ExitCode);
        Require(await repository.Slipway.RunAsync("Preview", "--images", "a\nverified: x\n::warning::x\u001b[2J"), "a name that was typed");
        Require(await repository.Slipway.RunAsync("Nothing\nverified: x\n::warning::x\u001b[2J"), "a target that was typed");
    }

    private static IEnumerable<(string, Func<JsonObject, JsonObject, JsonObject, Task>)> Changes()
    {
        foreach (string member in (string[])["os", "architecture", "variant"])
            yield return (member, (top, _, _) => Set(top["manifests"]![0]!["platform"]!.AsObject(), member));
        yield return ("media type of a descriptor", (top, _, _) => Set(top["manifests"]![0]!.AsObject(), "mediaType"));
        yield return ("artifact type", (top, _, _) => Set(top["manifests"]![0]!.AsObject(), "artifactType"));
        yield return ("media type of the index", (top, _, _) => Set(top, "mediaType"));
        yield return ("title", (top, _, _) => Set(top["annotations"]!.AsObject(), "org.opencontainers.image.title"));
        yield return ("name of an annotation", (top, _, _) => Set(top["annotations"]!.AsObject(), Hostile));
        yield return ("a digest", (top, _, _) => Set(top["manifests"]![0]!.AsObject(), "digest"));
        yield return ("media type of the manifest", (_, manifest, _) => Set(manifest, "mediaType"));
        yield return ("artifact type of the manifest", (_, manifest, _) => Set(manifest, "artifactType"));
        yield return ("media type of a layer", (_, manifest, _) => Set(manifest["layers"]![0]!.AsObject(), "mediaType"));
        yield return ("tag", (_, _, index) => Set(index["manifests"]![0]!["annotations"]!.AsObject(), OciLayout.RefName));
        yield return ("media type of index.json", (_, _, index) => Set(index["manifests"]![0]!.AsObject(), "mediaType"));
    }

    private static Task Set(JsonObject holder, string name)
    {
        holder[name] = Hostile;
        return Task.CompletedTask;
    }

    private static async Task WriteLayoutAsync(string folder, Func<JsonObject, JsonObject, JsonObject, Task> change)
    {
        Directory.CreateDirectory(Path.Combine(folder, "blobs", "sha256"));
        JsonObject blob = Blob(folder, MediaType.LayerGzip, "x"u8.ToArray());
        JsonObject manifest = new() { ["schemaVersion"] = 2, ["mediaType"] = MediaType.Manifest, ["config"] = Blob(folder, MediaType.Config, "{}"u8.ToArray()), ["layers"] = new JsonArray(blob) };
        JsonObject top = new()
        {
            ["schemaVersion"] = 2, ["mediaType"] = MediaType.Index, ["annotations"] = new JsonObject { ["org.opencontainers.image.title"] = "tools" },
            ["manifests"] = new JsonArray(new JsonObject { ["platform"] = new JsonObject { ["os"] = "linux", ["architecture"] = "amd64" }, ["mediaType"] = MediaType.Manifest, ["digest"] = "sha256:" + new string('0', 64), ["size"] = 1 }),
        };
        JsonObject index = new()
        {
            ["schemaVersion"] = 2,
            ["manifests"] = new JsonArray(new JsonObject { ["mediaType"] = MediaType.Index, ["digest"] = "", ["size"] = 1, ["annotations"] = new JsonObject { [OciLayout.RefName] = "v1.0.0" } }),
        };
        await change(top, manifest, index);
        Describe(top["manifests"]![0]!.AsObject(), Blob(folder, "", Encoding.UTF8.GetBytes(manifest.ToJsonString())));
        Describe(index["manifests"]![0]!.AsObject(), Blob(folder, "", Encoding.UTF8.GetBytes(top.ToJsonString())));
        await File.WriteAllTextAsync(Path.Combine(folder, "oci-layout"), """{"imageLayoutVersion":"1.0.0"}""", Stop);
        await File.WriteAllTextAsync(Path.Combine(folder, "index.json"), index.ToJsonString(), Stop);
    }

    private static void Describe(JsonObject entry, JsonObject blob)
    {
        if (entry["digest"]!.GetValue<string>() != Hostile)
            entry["digest"] = blob["digest"]!.GetValue<string>();
        entry["size"] = blob["size"]!.GetValue<int>();
    }

    private static JsonObject Blob(string folder, string type, byte[] content)
    {
        Digest digest = Digest.Of(content);
        File.WriteAllBytes(Path.Combine(folder, "blobs", "sha256", digest.Hex), content);
        return new JsonObject { ["mediaType"] = type, ["digest"] = digest.ToString(), ["size"] = content.Length };
    }

    /// <summary>What a hostile registry can say; none of it is worth a second try.</summary>
    private static IEnumerable<(string, Func<string, string, (int, string[], string)>)> Answers(RawServer server)
    {
        string error = JsonSerializer.Serialize(new { errors = new[] { new { code = Hostile, message = Hostile, detail = Hostile } } });
        string header = Hostile.Replace("\r", "", StringComparison.Ordinal).Replace("\n", " ", StringComparison.Ordinal).Replace("\0", "", StringComparison.Ordinal);
        yield return ("an error", (_, _) => (400, ["Content-Type: application/json"], error));
        yield return ("a refusal", (_, _) => (403, ["Content-Type: application/json", $"X-Reason: {header}"], error));
        yield return ("a challenge", (_, path) => path.StartsWith("/token", StringComparison.Ordinal)
            ? (403, [], error)
            : (401, [$"WWW-Authenticate: Bearer realm=\"{server.Address}/token\",service=\"{header}\",scope=\"{header}\"", $"WWW-Authenticate: {header}"], error));
        yield return ("another realm", (_, _) => (401, [$"WWW-Authenticate: Bearer realm=\"https://evil.example/{header}\""], error));
        yield return ("a redirect", (_, _) => (307, [$"Location: https://evil.example/{header}"], ""));
        yield return ("a media type", (_, _) => (200, [$"Content-Type: {header}", $"Docker-Content-Digest: {header}", $"Link: <{header}>; rel=next"], error));
        yield return ("text that is no JSON", (_, _) => (200, [$"Content-Type: {MediaType.Index}"], Hostile));
        string tags = JsonSerializer.Serialize(new { name = Hostile, tags = (string[])["v1.0.0", Hostile] });
        string index = JsonSerializer.Serialize(new { schemaVersion = 2, mediaType = MediaType.Index, manifests = new[] { new { mediaType = Hostile, digest = Hostile, size = 1, platform = new { os = Hostile, architecture = Hostile } } } });
        yield return ("lists and an index", (_, path) => path.Contains("/tags/", StringComparison.Ordinal) ? (200, ["Content-Type: application/json"], tags) : (200, [$"Content-Type: {MediaType.Index}"], index));
    }

    /// <summary>That no output has what only a stranger's text could have brought there.</summary>
    private void Require(ChildResult result, string what)
    {
        output.WriteLine($"{what}: {result.ExitCode}");
        foreach (string text in (string[])[result.Output, result.Error])
        {
            RequireShown(text, what);
            foreach (string line in text.Split('\n'))
            {
                Assert.False(line.TrimStart().StartsWith("verified:", StringComparison.Ordinal), $"{what}: {line}");
                Assert.False(line.TrimStart().StartsWith("::", StringComparison.Ordinal), $"{what}: {line}");
                Assert.DoesNotMatch(Command(), line);
            }
        }
    }

    /// <summary>The same of the files that targets leave for people; what an image is made of stays as it is.</summary>
    private static void RequireFiles(string root)
    {
        foreach (string file in Directory.EnumerateFiles(Path.Combine(root, ".nuke"), "*", SearchOption.AllDirectories)
            .Concat(Directory.Exists(Path.Combine(root, "artifacts")) ? Directory.EnumerateFiles(Path.Combine(root, "artifacts"), "*", SearchOption.AllDirectories) : [])
            .Where(file => Path.GetExtension(file) is ".json" or ".md" or ".log" or ".txt" && !file.Contains("/blobs/", StringComparison.Ordinal)))
            RequireShown(File.ReadAllText(file), file);
    }

    private static void RequireShown(string text, string what) => Assert.All(text.EnumerateRunes(), rune => Assert.True(
        rune.Value == '\n' || Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate),
        $"{what}: U+{rune.Value:X4} is there: {Printable.Of(text)}"));

    [GeneratedRegex(@"##[A-Za-z]*\[")]
    private static partial Regex Command();
}
