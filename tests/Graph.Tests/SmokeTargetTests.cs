using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>Where no Engine is: what needs one says so, and publishing goes on unless it must not. Peers.Tests has the Engine.</summary>
public sealed class SmokeTargetTests
{
    private const string Commands = "run: [{ arguments: [--version] }]\n";

    [Fact]
    public async Task Without_an_engine_load_and_smoke_are_69_and_name_what_was_tried()
    {
        await using PublishedTools tools = await CreateAsync();
        foreach (string target in (string[])["Load", "Smoke"])
        {
            ChildResult result = (await tools.RunAsync(target)).Require(69);
            Assert.Contains(
                "no Docker Engine can be used; tried unix:///nothing/here.sock (DOCKER_HOST)",
                result.Error,
                StringComparison.Ordinal
            );
            Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Without_an_engine_publishing_says_so_in_a_line_and_with_require_smoke_publishes_nothing()
    {
        await using PublishedTools tools = await CreateAsync();
        string[] publish = ["Publish", "--signing-key", tools.Repository.Key.Private];

        ChildResult refused = (await tools.RunAsync([.. publish, "--require-smoke"])).Require(69);
        Assert.Contains("no Docker Engine can be used", refused.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(tools.Record));

        ChildResult published = (await tools.RunAsync(publish)).Require();
        Assert.Single(published.Error.Split('\n'), line =>
            line.StartsWith("not run in containers: no Docker Engine", StringComparison.Ordinal)
        );
        Assert.True(File.Exists(tools.Record));
    }

    [Fact]
    public async Task A_context_that_is_not_there_is_78_and_not_passed_over()
    {
        await using PublishedTools tools = await CreateAsync();
        tools.Variables["DOCKER_HOST"] = null;
        tools.Variables["DOCKER_CONTEXT"] = "gone";
        ChildResult result = (await tools.RunAsync("Publish", "--signing-key", tools.Repository.Key.Private)).Require(78);
        Assert.Contains("DOCKER_CONTEXT names context 'gone', which does not exist", result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(tools.Record));
    }

    [Fact]
    public async Task An_image_without_commands_needs_no_engine_even_where_smoke_is_required()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync(published: false);
        (
            await tools.RunAsync(
                "Assemble",
                "Sign",
                "Publish",
                "--require-smoke",
                "--upstream-mirror",
                tools.Repository.Mirror.Path,
                "--signing-key",
                tools.Repository.Key.Private
            )
        ).Require();
        Assert.True(File.Exists(tools.Record));
    }

    /// <summary>Signed and not published, with a contract that has a command.</summary>
    private static async Task<PublishedTools> CreateAsync()
    {
        PublishedTools tools = await PublishedTools.CreateAsync(published: false);
        string contract = tools.Repository.At("images", UpstreamImage.Name, "contract.yaml");
        await File.AppendAllTextAsync(contract, Commands);
        await tools.Repository.CommitAsync("Run it");
        await tools.Repository.GitAsync("tag", "--force", $"{UpstreamImage.Name}/{UpstreamImage.Version}");
        (
            await tools.RunAsync(
                "Assemble",
                "Sign",
                "--upstream-mirror",
                tools.Repository.Mirror.Path,
                "--signing-key",
                tools.Repository.Key.Private
            )
        ).Require();
        return tools;
    }
}
