using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>What containers did elsewhere counts where an image is published, of that very image and contract.</summary>
public sealed class MergedSmokeTests
{
    [Fact]
    public async Task What_passed_elsewhere_is_not_tried_again_and_what_failed_is_not_merged()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync(published: false);
        ScratchRepository repository = tools.Repository;
        string contract = repository.At("images", UpstreamImage.Name, "contract.yaml");
        await File.AppendAllTextAsync(contract, "run: [{ arguments: [--version] }]\n");
        await repository.CommitAsync("Run it");
        await repository.GitAsync("tag", "--force", $"{UpstreamImage.Name}/{UpstreamImage.Version}");
        string part = repository.Beside("part");
        (await tools.RunAsync("Assemble", "Inspect", "--artifacts-directory", part, "--upstream-mirror", repository.Mirror.Path)).Require();
        string index = (await tools.RunAsync("Merge", "--layouts", part, "--json")).Require().Output;
        string manifest = JsonDocument.Parse(index).RootElement[0].GetProperty("platforms")[0].GetProperty("digest").GetString()!;
        JsonObject record = new()
        {
            ["image"] = UpstreamImage.Name,
            ["contract"] = Digest.Of(await File.ReadAllBytesAsync(contract)).ToString(),
            ["platforms"] = new JsonArray(
                new JsonObject
                {
                    ["platform"] = "linux/amd64",
                    ["manifest"] = manifest,
                    ["commands"] = 1,
                    ["failures"] = new JsonArray(),
                }
            ),
        };
        async Task<ChildResult> RunAsync(params string[] targets)
        {
            await File.WriteAllTextAsync(Path.Combine(part, UpstreamImage.Name, "smoke.json"), record.ToJsonString());
            return await tools.RunAsync([.. targets, "--layouts", part, "--require-smoke", "--signing-key", repository.Key.Private]);
        }

        JsonNode platform = record["platforms"]![0]!;
        platform["failures"] = new JsonArray("tool --version: exit code wanted 0, got 1\u001b[2J");
        ChildResult failed = (await RunAsync("Merge", "Sign", "Publish")).Require(65);
        Assert.Contains("1 commands of its contract failed in containers; nothing was merged", failed.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', failed.Error);

        platform["failures"] = new JsonArray();
        platform["notRun"] = "no Engine of this platform";
        (await RunAsync("Merge", "Sign", "Publish")).Require(69);
        ((JsonObject)platform).Remove("notRun");
        platform["manifest"] = Digest.Of("another"u8).ToString();
        (await RunAsync("Merge", "Sign", "Publish")).Require(69);
        platform["manifest"] = manifest;
        record["contract"] = Digest.Of("another"u8).ToString();
        (await RunAsync("Merge", "Sign", "Publish")).Require(69);
        Assert.False(File.Exists(tools.Record));

        record["contract"] = Digest.Of(await File.ReadAllBytesAsync(contract)).ToString();
        ChildResult published = (await RunAsync("Merge", "Sign", "Publish")).Require();
        Assert.Contains(
            "tools linux/amd64: 1 commands were run in containers where it was assembled",
            published.Error,
            StringComparison.Ordinal
        );
        Assert.True(File.Exists(tools.Record));
        // Whoever asks for it has it tried.
        (await tools.RunAsync("Smoke")).Require(69);
    }
}
