using System.Text.Json.Nodes;
using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary><c>--policy FILE</c> of Verify and of slipway-verify: one file, one verdict of both.</summary>
public sealed class VerifyPolicyTests
{
    private const string Release = $"{PublishedTools.Official}:{UpstreamImage.Version}";

    [Fact]
    public async Task Both_programs_take_the_release_that_a_policy_asks_for_and_refuse_every_other_alike()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync();
        SigningKeys other = SigningKeys.Create(tools.Repository.Beside(), "other");
        string path = tools.Repository.Beside("policy.json");
        foreach (
            (Action<JsonObject> change, int code, string because) in ((Action<JsonObject>, int, string)[])
                [
                    (_ => { }, 0, ""),
                    (policy => policy["notOlderThan"] = UpstreamImage.Version, 0, ""),
                    (policy => Signers(policy).Add(Key(other.Public)), 0, ""),
                    (policy => policy["deep"] = true, 0, ""),
                    (policy => policy["image"] = "another", 65, "provenance-mismatch"),
                    (policy => policy["source"] = "https://example.org/another", 65, "provenance-mismatch"),
                    (policy => policy["builders"] = new JsonArray("https://ci.example"), 65, "provenance-mismatch"),
                    (policy => policy["triggers"] = new JsonArray("push"), 65, "certificate-mismatch"),
                    (policy => policy["notOlderThan"] = "v9.9.9", 65, "release-too-old"),
                    (policy => Signers(policy)[0]!["until"] = "2020-01-01T00:00:00Z", 65, "signer-outside-period"),
                    (policy => Signers(policy)[0]!["key"] = File.ReadAllText(other.Public), 65, "signed-by-other-key"),
                    (
                        policy => policy["rebuilders"] = new JsonObject { ["of"] = new JsonArray(Key(other.Public)) },
                        65,
                        "reproduction-missing"
                    ),
                    (
                        policy =>
                        {
                            Signers(policy).Add(Key(other.Public));
                            policy["signers"]!["threshold"] = 2;
                        },
                        65,
                        "signers-too-few"
                    ),
                    (policy => policy["repository"] = "quay.io/slipway-tests/another", 65, "reference-mismatch"),
                    (policy => policy["signer"] = "x", 78, "'signer' is not a member of a policy"),
                    (policy => policy["schema"] = 2, 78, "'schema' wanted 1, got 2"),
                ]
        )
        {
            JsonObject policy = Policy(tools);
            change(policy);
            await File.WriteAllTextAsync(path, policy.ToJsonString());
            ChildResult ours = await tools.RunAsync("Verify", "--reference", Release, "--policy", path),
                small = await VerifyProgram.Compiled.RunAsync([Release, "--policy", path, .. tools.Map]);
            Assert.Equal((code, code), (ours.Require(code).ExitCode, small.Require(code).ExitCode));
            Assert.Contains(because, ours.Error, StringComparison.Ordinal);
            Assert.Contains(because, small.Error, StringComparison.Ordinal);
        }
    }

    /// <summary>The same file decides what is saved, and what is watched.</summary>
    [Fact]
    public async Task Save_and_Drift_hold_a_release_to_its_policy()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync();
        string folder = tools.Repository.Beside("policies"),
            path = Path.Combine(folder, $"{UpstreamImage.Name}.policy.json"),
            archive = tools.Repository.Beside("saved.tar");
        Directory.CreateDirectory(folder);
        JsonObject policy = Policy(tools);
        await File.WriteAllTextAsync(path, policy.ToJsonString());
        string[] save = ["Save", "--reference", Release, "--to", archive, "--policy", path];
        (await tools.RunAsync([.. save, "--public-key", tools.Repository.Key.Public])).Require(64);
        Assert.False(File.Exists(archive));
        (await tools.RunAsync(save)).Require();
        (await VerifyProgram.Compiled.RunAsync($"oci-archive:{archive}", "--policy", path)).Require();
        (await tools.RunAsync("Drift", "--policy", folder)).Require();
        (await tools.RunAsync("Drift", "--policy", path)).Require();

        Signers(policy)[0]!["key"] = await File.ReadAllTextAsync(SigningKeys.Create(tools.Repository.Beside(), "other").Public);
        await File.WriteAllTextAsync(path, policy.ToJsonString());
        File.Delete(archive);
        Assert.Contains("signed-by-other-key", (await tools.RunAsync(save)).Require(65).Error, StringComparison.Ordinal);
        Assert.False(File.Exists(archive));
        Assert.Contains("signature", (await tools.RunAsync("Drift", "--policy", folder)).Require(65).Error, StringComparison.Ordinal);

        File.Delete(path);
        Assert.Contains(path, (await tools.RunAsync("Drift", "--policy", folder)).Require(78).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_registries_of_a_policy_must_have_the_same()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync();
        string path = tools.Repository.Beside("policy.json");
        await File.WriteAllTextAsync(path, Policy(tools).ToJsonString());
        string[] asked = [Release, "--policy", path, "--all-registries", .. tools.Map];
        ChildResult both = (await VerifyProgram.Compiled.RunAsync(asked)).Require();
        Assert.Contains(PublishedTools.Official, both.Output + both.Error, StringComparison.Ordinal);
        Assert.Contains(PublishedTools.Fallback, both.Output + both.Error, StringComparison.Ordinal);
        tools.Faults = (host, _) => host == "docker.io" ? StandIns.Fault.Answer(404) : null;
        Assert.NotEqual(0, (await VerifyProgram.Compiled.RunAsync(asked)).ExitCode);
    }

    [Theory]
    [InlineData("--policy says who must have signed", "--policy", "policy.json", "--key", "release.pub")]
    [InlineData("--all-registries: wanted --policy FILE", "--all-registries", "--key", "release.pub")]
    public async Task What_does_not_go_together_is_64(string because, params string[] arguments) =>
        Assert.Contains(
            because,
            (await VerifyProgram.Compiled.RunAsync([Release, .. arguments])).Require(64).Error,
            StringComparison.Ordinal
        );

    [Fact]
    public async Task A_policy_that_is_not_there_is_78() =>
        Assert.Contains(
            "--policy /nowhere/policy.json",
            (await VerifyProgram.Compiled.RunAsync(Release, "--policy", "/nowhere/policy.json")).Require(78).Error,
            StringComparison.Ordinal
        );

    private static JsonObject Policy(PublishedTools tools) =>
        new()
        {
            ["schema"] = 1,
            ["repository"] = PublishedTools.Official,
            ["registries"] = new JsonArray(PublishedTools.Official, PublishedTools.Fallback),
            ["image"] = UpstreamImage.Name,
            ["signers"] = new JsonObject { ["of"] = new JsonArray(Key(tools.Repository.Key.Public)) },
        };

    private static JsonArray Signers(JsonObject policy) => policy["signers"]!["of"]!.AsArray();

    private static JsonObject Key(string path) => new() { ["key"] = File.ReadAllText(path) };
}
