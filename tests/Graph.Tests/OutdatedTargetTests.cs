using System.Text.Json;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>
/// The target Outdated as its users run it. The product trusts Debian's keys alone, so a scratch archive is a forged one to it: what it
/// says of packages from real suites is in <see cref="UpdateRunTests"/> and the tests of the room Sources.
/// </summary>
public sealed class OutdatedTargetTests(ArchiveSigningKeys keys) : IClassFixture<ArchiveSigningKeys>
{
    [Fact]
    public async Task A_forged_suite_is_65_and_hides_nothing_of_upstream()
    {
        using UpdateScene scene = await UpdateScene.CreateAsync(keys);
        scene.Say("v1.0.1", minor: "v1.1.0");

        ChildResult result = (await RunAsync(scene, "Outdated", "--json")).Require(65);

        JsonElement image = result.Json("outdated")[0];
        Assert.Equal("tools", image.GetProperty("image").GetString());
        Assert.True(image.GetProperty("outdated").GetBoolean());
        Assert.False(image.GetProperty("security").GetBoolean());
        Assert.True(image.GetProperty("ageDays").GetInt32() > 0);
        JsonElement upstream = image.GetProperty("upstream")[0];
        Assert.Equal(
            ("tools", "v1.0.0", "v1.0.1", "v1.1.0", "v1.0.1", "https://dl.k8s.io/release"),
            (
                Text(upstream, "name"),
                Text(upstream, "locked"),
                Text(upstream, "newest"),
                Text(upstream, "latest"),
                Text(upstream, "update"),
                Text(upstream, "channel")
            )
        );
        JsonElement problem = image.GetProperty("problems")[0];
        Assert.Equal("packages", Text(problem, "subject"));
        Assert.StartsWith("suite trixie: ", Text(problem, "reason"), StringComparison.Ordinal);
        Assert.Equal(
            ["debian trixie unknown", "kubernetes 1.0 unknown"],
            image
                .GetProperty("lifecycle")
                .EnumerateArray()
                .Select(one => $"{Text(one, "product")} {Text(one, "name")} {Text(one, "stage")}")
        );
        Assert.Contains(
            "tools: tools: v1.1.0 is there too, out of reach without --minor",
            (await RunAsync(scene, "Outdated")).Error,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task What_cannot_be_asked_is_never_up_to_date()
    {
        using UpdateScene scene = await UpdateScene.CreateAsync(keys);
        Directory.Delete(scene.Debian, recursive: true);
        Directory.CreateDirectory(scene.Debian);
        ChildResult result = (await RunAsync(scene, "Outdated")).Require(69);
        Assert.DoesNotContain("nothing is newer", result.Output, StringComparison.Ordinal);
        Assert.Contains(
            "not every source could be queried, so it is not known whether it is up to date: tools: packages",
            result.Error,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Fail_on_any_is_65_with_the_command_that_takes_it_in_and_security_is_not_for_upstream()
    {
        using UpdateScene scene = await UpdateScene.CreateAsync(keys);
        scene.Say("v1.0.1");
        Directory.Delete(scene.Debian, recursive: true);
        Directory.CreateDirectory(scene.Debian);
        Assert.Contains(
            "tools: something newer is there. Run ./build.sh Update --images tools",
            (await RunAsync(scene, "Outdated", "--fail-on", "any")).Require(65).Error,
            StringComparison.Ordinal
        );
        (await RunAsync(scene, "Outdated", "--fail-on", "security")).Require(69);
    }

    [Fact]
    public async Task The_releases_of_a_repository_on_GitHub_are_listed()
    {
        using UpdateScene scene = await UpdateScene.CreateAsync(keys);
        scene.Repository.Write(
            "images/tools/image.yaml",
            scene.Yaml.Replace("{ kubernetes: https://dl.k8s.io/release }", "{ github: far/tools }", StringComparison.Ordinal)
        );
        await using GitHubStandIn github = await GitHubStandIn.StartAsync();
        StandInRepository far = await github.AddRepositoryAsync("far", "tools");
        DateTimeOffset time = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        foreach (string tag in (string[])["v1.0.0", "v1.0.2", "v1.0.1", "v1.2.0", "nightly", "v1.0.9-rc.1"])
            far.AddRelease(tag, time = time.AddDays(1));

        ChildResult result = (await RunAsync(scene, "Outdated", "--github-url", $"github.com={github.ApiUrl}", "--json")).Require(65);

        JsonElement upstream = result.Json("outdated")[0].GetProperty("upstream")[0];
        Assert.Equal(
            ("v1.0.2", "v1.2.0", "https://github.com/far/tools/releases"),
            (Text(upstream, "update"), Text(upstream, "latest"), Text(upstream, "channel"))
        );
    }

    [Theory]
    [InlineData("Outdated", "--advisories", "/nothing/here")]
    [InlineData("Update", "--to", "v1.0.1")]
    [InlineData("Update", "--images", "tools", "--to", "1.0.1")]
    [InlineData("Update", "--images", "tools", "--to", "v1.0.1", "--packages-only")]
    public async Task Wrong_use_is_64_and_nothing_is_written(params string[] arguments)
    {
        using UpdateScene scene = await UpdateScene.CreateAsync(keys);
        IReadOnlyDictionary<string, string> before = scene.Snapshot();
        (await RunAsync(scene, arguments)).Require(64);
        Assert.Equal(before, scene.Snapshot());
    }

    [Fact]
    public async Task Update_refuses_the_forged_suite_and_writes_nothing()
    {
        using UpdateScene scene = await UpdateScene.CreateAsync(keys);
        scene.Release("v1.0.1");
        scene.Say("v1.0.1");
        IReadOnlyDictionary<string, string> before = scene.Snapshot();
        ChildResult result = (await RunAsync(scene, "Update")).Require(65);
        Assert.Contains("suite trixie: ", result.Error, StringComparison.Ordinal);
        Assert.Equal(before, scene.Snapshot());
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private static Task<ChildResult> RunAsync(UpdateScene scene, params string[] arguments) =>
        (scene.Repository.Slipway with { Cache = scene.Repository.Beside("cache") }).RunAsync([
            .. arguments,
            "--upstream-mirror",
            scene.Repository.Mirror.Path,
            "--debian-mirror",
            scene.Debian,
        ]);
}
