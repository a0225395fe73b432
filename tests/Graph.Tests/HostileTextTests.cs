using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>
/// Whoever may push to a registry, write a file or sign a package writes texts that this program prints. None of them makes a line of its
/// own, steers a terminal, hides, or is a command to a CI server: in no output, and in no file of ours.
/// </summary>
public sealed class HostileTextTests
{
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
            foreach (
                string[] arguments in (string[][])
                    [
                        ["Verify", "--reference", $"oci:{folder}", "--public-key", repository.Key.Public],
                        [
                            "Verify",
                            "--reference",
                            $"oci:{folder}:v1.0.0",
                            "--public-key",
                            repository.Key.Public,
                            "--images",
                            "tools",
                            "--json",
                        ],
                    ]
            )
            {
                ChildResult result = await repository.Slipway.RunAsync(arguments);
                Assert.Contains(result.ExitCode, (int[])[64, 65]);
                HostileText.Require(result, what);
            }
        }

        HostileText.RequireFiles(repository.Root);
    }

    [Fact]
    public async Task Nothing_that_a_registry_says_passes_for_ours()
    {
        using ScratchRepository repository = await UpstreamImage.CreateAsync(("a", 100));
        await repository.CommitAsync("tools", $"{UpstreamImage.Name}/{UpstreamImage.Version}");
        await using RawServer server = new();
        string[] map = ["--registry-map", $"quay.io={server.Address}", $"docker.io={server.Address}"];
        (
            await repository.Slipway.RunAsync(
                "Assemble",
                "Sign",
                "--upstream-mirror",
                repository.Mirror.Path,
                "--signing-key",
                repository.Key.Private
            )
        ).Require();
        foreach ((string what, Func<string, string, (int, string[], string)> answers) in HostileText.OfRegistry(server))
        {
            server.Answers = answers;
            foreach (
                string[] arguments in (string[][])
                    [
                        ["Verify", "--reference", Release, "--public-key", repository.Key.Public],
                        ["Verify", "--reference", Release, "--public-key", repository.Key.Public, "--json"],
                        ["Drift", "--public-key", repository.Key.Public],
                        ["Publish", "--signing-key", repository.Key.Private, "--verbosity", "verbose"],
                        ["Inspect", "--against", Release],
                        [
                            "Save",
                            "--reference",
                            Release,
                            "--public-key",
                            repository.Key.Public,
                            "--to",
                            repository.Beside("saved.tar"),
                            "--all-referrers",
                        ],
                        ["Mirror", "--reference", Release, "--public-key", repository.Key.Public, "--to", "docker.io/slipwaytests/copy"],
                        [
                            "Reproduce",
                            "--reference",
                            Release,
                            "--public-key",
                            repository.Key.Public,
                            "--upstream-mirror",
                            repository.Mirror.Path,
                        ],
                        [
                            "Withdraw",
                            "--images",
                            UpstreamImage.Name,
                            "--release",
                            UpstreamImage.Version,
                            "--reason",
                            "it is a test",
                            "--yes",
                        ],
                    ]
            )
            {
                ChildResult result = await repository.Slipway.RunAsync([.. arguments, .. map]);
                Assert.NotEqual(0, result.ExitCode);
                HostileText.Require(result, $"{what}: {arguments[0]}");
            }
        }

        Assert.InRange(server.Asked, 20, 10_000);
        HostileText.RequireFiles(repository.Root);
    }

    [Fact]
    public async Task Nothing_in_a_definition_passes_for_ours()
    {
        using ScratchRepository repository = await UpstreamImage.CreateAsync(("a", 100));
        string file = repository.At("images", "tools", "image.yaml"),
            sound = await File.ReadAllTextAsync(file, Stop);
        string quoted = JsonSerializer.Serialize(HostileText.Text.Replace("\0", "", StringComparison.Ordinal));
        foreach (string key in (string[])["title", "description", "version", "source", "licenses"])
        {
            await File.WriteAllTextAsync(file, Regex.Replace(sound, $"(?m)^{key}: .*$", $"{key}: {quoted}"), Stop);
            HostileText.Require(await repository.Slipway.RunAsync("Preview"), key);
            HostileText.Require(await repository.Slipway.RunAsync("Outdated", "--json", "--offline"), key);
        }

        await File.WriteAllTextAsync(file, $"{quoted}: x\n{sound}", Stop);
        ChildResult unknown = await repository.Slipway.RunAsync("Preview");
        HostileText.Require(unknown, "a key");
        Assert.Equal(78, unknown.ExitCode);
        await File.WriteAllTextAsync(
            file,
            sound.Replace("platforms: [linux/amd64]", $"platforms: [{quoted}]", StringComparison.Ordinal),
            Stop
        );
        Assert.Equal(78, (await repository.Slipway.RunAsync("Preview")).ExitCode);
        HostileText.Require(
            await repository.Slipway.RunAsync("Preview", "--images", "a\nverified: x\n::warning::x\u001b[2J"),
            "a name that was typed"
        );
        HostileText.Require(await repository.Slipway.RunAsync("Nothing\nverified: x\n::warning::x\u001b[2J"), "a target that was typed");
    }

    private static IEnumerable<(string, Func<JsonObject, JsonObject, JsonObject, Task>)> Changes()
    {
        foreach (string member in (string[])["os", "architecture", "variant"])
            yield return (member, (top, _, _) => Set(top["manifests"]![0]!["platform"]!.AsObject(), member));
        yield return ("media type of a descriptor", (top, _, _) => Set(top["manifests"]![0]!.AsObject(), "mediaType"));
        yield return ("artifact type", (top, _, _) => Set(top["manifests"]![0]!.AsObject(), "artifactType"));
        yield return ("media type of the index", (top, _, _) => Set(top, "mediaType"));
        yield return ("title", (top, _, _) => Set(top["annotations"]!.AsObject(), "org.opencontainers.image.title"));
        yield return ("name of an annotation", (top, _, _) => Set(top["annotations"]!.AsObject(), HostileText.Text));
        yield return ("a digest", (top, _, _) => Set(top["manifests"]![0]!.AsObject(), "digest"));
        yield return ("media type of the manifest", (_, manifest, _) => Set(manifest, "mediaType"));
        yield return ("artifact type of the manifest", (_, manifest, _) => Set(manifest, "artifactType"));
        yield return ("media type of a layer", (_, manifest, _) => Set(manifest["layers"]![0]!.AsObject(), "mediaType"));
        yield return ("tag", (_, _, index) => Set(index["manifests"]![0]!["annotations"]!.AsObject(), OciLayout.RefName));
        yield return ("media type of index.json", (_, _, index) => Set(index["manifests"]![0]!.AsObject(), "mediaType"));
    }

    private static Task Set(JsonObject holder, string name)
    {
        holder[name] = HostileText.Text;
        return Task.CompletedTask;
    }

    private static async Task WriteLayoutAsync(string folder, Func<JsonObject, JsonObject, JsonObject, Task> change)
    {
        Directory.CreateDirectory(Path.Combine(folder, "blobs", "sha256"));
        JsonObject blob = Blob(folder, MediaType.LayerGzip, "x"u8.ToArray());
        JsonObject manifest = new()
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = MediaType.Manifest,
            ["config"] = Blob(folder, MediaType.Config, "{}"u8.ToArray()),
            ["layers"] = new JsonArray(blob),
        };
        JsonObject top = new()
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = MediaType.Index,
            ["annotations"] = new JsonObject { ["org.opencontainers.image.title"] = "tools" },
            ["manifests"] = new JsonArray(
                new JsonObject
                {
                    ["platform"] = new JsonObject { ["os"] = "linux", ["architecture"] = "amd64" },
                    ["mediaType"] = MediaType.Manifest,
                    ["digest"] = "sha256:" + new string('0', 64),
                    ["size"] = 1,
                }
            ),
        };
        JsonObject index = new()
        {
            ["schemaVersion"] = 2,
            ["manifests"] = new JsonArray(
                new JsonObject
                {
                    ["mediaType"] = MediaType.Index,
                    ["digest"] = "",
                    ["size"] = 1,
                    ["annotations"] = new JsonObject { [OciLayout.RefName] = "v1.0.0" },
                }
            ),
        };
        await change(top, manifest, index);
        Describe(top["manifests"]![0]!.AsObject(), Blob(folder, "", Encoding.UTF8.GetBytes(manifest.ToJsonString())));
        Describe(index["manifests"]![0]!.AsObject(), Blob(folder, "", Encoding.UTF8.GetBytes(top.ToJsonString())));
        await File.WriteAllTextAsync(Path.Combine(folder, "oci-layout"), """{"imageLayoutVersion":"1.0.0"}""", Stop);
        await File.WriteAllTextAsync(Path.Combine(folder, "index.json"), index.ToJsonString(), Stop);
    }

    private static void Describe(JsonObject entry, JsonObject blob)
    {
        if (entry["digest"]!.GetValue<string>() != HostileText.Text)
            entry["digest"] = blob["digest"]!.GetValue<string>();
        entry["size"] = blob["size"]!.GetValue<int>();
    }

    private static JsonObject Blob(string folder, string type, byte[] content)
    {
        Digest digest = Digest.Of(content);
        File.WriteAllBytes(Path.Combine(folder, "blobs", "sha256", digest.Hex), content);
        return new JsonObject
        {
            ["mediaType"] = type,
            ["digest"] = digest.ToString(),
            ["size"] = content.Length,
        };
    }
}
