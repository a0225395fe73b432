using System.Text.Json;
using Slipway.Rehearsal;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Graph.Tests;

public sealed class DriftTargetTests
{
    [Fact]
    public async Task Nothing_differs_is_0_and_what_does_is_65_in_a_table_and_in_json()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync();
        ChildResult result = (await tools.RunAsync("Drift", "--public-key", tools.Repository.Key.Public)).Require();
        Assert.Equal(["nothing differs"], result.Lines);
        Assert.Contains("tools: 5 tags, 8 manifests and blobs, 0 findings", result.Error, StringComparison.Ordinal);

        await tools.DeleteAsync("docker.io", "v1.0.0-amd64");
        result = (await tools.RunAsync("Drift")).Require(65);
        Assert.Matches($@"(?m)^tag-missing +{PublishedTools.Fallback} +v1\.0\.0-amd64 ", result.Output);
        Assert.Contains("1 tag-missing", result.Error, StringComparison.Ordinal);
        JsonElement finding = Findings(await tools.RunAsync("Drift", "--json"), 65).Single();
        Assert.Equal(
            ("tag-missing", PublishedTools.Fallback, "v1.0.0-amd64"),
            (Text(finding, "kind"), Text(finding, "repository"), Text(finding, "tag"))
        );
        (await tools.RunAsync("Drift", "--tags", "build-*")).Require();
    }

    [Fact]
    public async Task A_registry_that_is_down_is_75_alone_and_65_with_anything_else()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync();
        tools.Faults = (host, request) => host == "docker.io" ? Fault.Answer(403) : null;
        Assert.Equal("registry-unreachable", Text(Findings(await tools.RunAsync("Drift", "--json"), 75).Single(), "kind"));
        await tools.DeleteAsync("quay.io", "v1.0.0");
        Assert.Equal(
            ["tag-missing", "registry-unreachable"],
            Findings(await tools.RunAsync("Drift", "--json"), 65).Select(finding => Text(finding, "kind"))
        );
    }

    [Fact]
    public async Task Records_from_elsewhere_take_the_workspace_s_place()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync();
        using ScratchFolder folder = new();
        string json = await File.ReadAllTextAsync(tools.Record, TestContext.Current.CancellationToken);
        folder.Write("run-17/artifacts/tools/release.json", json.Replace("\"v1.0.0-amd64\"", "\"v1.0.0-arm64\"", StringComparison.Ordinal));
        JsonElement[] findings = Findings(await tools.RunAsync("Drift", "--json", "--records", folder.Path), 65);
        Assert.All(findings, finding => Assert.Equal(("tag-missing", "v1.0.0-arm64"), (Text(finding, "kind"), Text(finding, "tag"))));
        Assert.Equal(2, findings.Length);
    }

    [Theory]
    [InlineData("{\"schema\":2}", "schema wanted 1, got 2")]
    [InlineData("{\"schema\":1,", "release.json")]
    [InlineData("", "release.json")]
    public async Task A_record_that_cannot_be_read_is_65_and_named(string json, string because)
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync(published: false);
        using ScratchFolder folder = new();
        folder.Write("release.json", json);
        ChildResult result = (await tools.RunAsync("Drift", "--records", folder.Path)).Require(65);
        Assert.Contains(because, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--records", "/nothing/here")]
    [InlineData("--tags", "a b")]
    public async Task What_is_typed_wrong_is_64(string parameter, string value)
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync(published: false);
        ChildResult result = (await tools.RunAsync("Drift", parameter, value)).Require(64);
        Assert.Contains(parameter, result.Error, StringComparison.Ordinal);
    }

    private static JsonElement[] Findings(ChildResult result, int exitCode) =>
        [.. result.Require(exitCode).Json("drift").EnumerateArray().SelectMany(image => image.GetProperty("findings").EnumerateArray())];

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
