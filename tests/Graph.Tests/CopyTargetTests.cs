using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>The same place by its other names, and copies elsewhere that are told what they are copies of.</summary>
public sealed class CopyTargetTests
{
    private const string Copy = "quay.io/mirror/tools",
        Version = UpstreamImage.Version;

    [Fact]
    public async Task Each_name_of_the_place_is_that_place()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync();
        foreach (
            string name in (string[])
                [
                    "QUAY.IO/slipway-tests/tools",
                    "quay.io:443/slipway-tests/tools",
                    "Docker.io/slipwaytests/tools",
                    "index.docker.io/slipwaytests/tools",
                    "registry-1.docker.io:443/slipwaytests/tools",
                ]
        )
        {
            Assert.Contains(
                "verified: sha256:",
                (await RunAsync(tools, "Verify", "--reference", $"{name}:{Version}", "--all-registries")).Require().Output,
                StringComparison.Ordinal
            );
        }

        ChildResult same = (
            await RunAsync(
                tools,
                "Mirror",
                "--reference",
                $"quay.io/slipway-tests/tools:{Version}",
                "--to",
                "QUAY.io:443/slipway-tests/tools"
            )
        ).Require(64);
        Assert.Contains("wanted another repository", same.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_copy_verifies_when_it_is_said_what_it_is_a_copy_of()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync();
        (await RunAsync(tools, "Mirror", "--reference", $"{PublishedTools.Official}:{Version}", "--to", Copy)).Require();
        string reference = $"{Copy}:{Version}",
            archive = tools.Repository.Beside("copy.tar");
        Assert.Contains(
            "reference-mismatch",
            (await RunAsync(tools, "Verify", "--reference", reference)).Require(65).Error,
            StringComparison.Ordinal
        );
        foreach (
            string[] said in (string[][])
                [
                    ["--images", "tools"],
                    ["--official", PublishedTools.Official],
                    ["--official", "Index.docker.io/slipwaytests/tools"],
                    ["--images", "tools", "--official", PublishedTools.Official],
                ]
        )
        {
            (await RunAsync(tools, ["Verify", "--reference", reference, .. said])).Require();
            (await RunAsync(tools, ["Save", "--reference", reference, "--to", archive, .. said])).Require();
            (await RunAsync(tools, ["Verify", "--reference", archive, .. said])).Require();
        }

        (await RunAsync(tools, "Mirror", "--reference", reference, "--to", "docker.io/copies/tools", "--images", "tools")).Require();
        (await RunAsync(tools, "Verify", "--reference", $"docker.io/copies/tools:{Version}", "--images", "tools")).Require();
        Assert.Contains(
            "reference-mismatch",
            (await RunAsync(tools, "Verify", "--reference", reference, "--official", "quay.io/other/tools")).Require(65).Error,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "For a copy give --images NAME",
            (await RunAsync(tools, "Reproduce", "--reference", reference)).Require(64).Error,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("unknown image 'other'", "Verify", "--reference", $"{Copy}:{Version}", "--images", "other")]
    [InlineData(
        "is not a repository of tools",
        "Verify",
        "--reference",
        $"{Copy}:{Version}",
        "--images",
        "tools",
        "--official",
        "quay.io/other/tools"
    )]
    [InlineData(
        "whose signatures name quay.io/slipway-tests/tools, not quay.io/other/tools",
        "Verify",
        "--reference",
        $"{PublishedTools.Official}:{Version}",
        "--official",
        "quay.io/other/tools"
    )]
    [InlineData("without tag and digest", "Verify", "--reference", $"{Copy}:{Version}", "--official", "quay.io/slipway-tests/tools:v1.0.0")]
    [InlineData("it must begin with a registry host", "Verify", "--reference", $"{Copy}:{Version}", "--official", "tools")]
    [InlineData("it names the original of --reference, which is missing", "Verify", "--official", PublishedTools.Official)]
    [InlineData(
        "it names the original of --reference, which is missing",
        "Save",
        "--images",
        "tools",
        "--to",
        "x.tar",
        "--official",
        PublishedTools.Official
    )]
    [InlineData("so its registries are not known", "Verify", "--reference", $"{Copy}:{Version}", "--images", "tools", "--all-registries")]
    public async Task What_contradicts_itself_is_64(string because, params string[] arguments)
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync(published: false);
        Assert.Contains(because, (await RunAsync(tools, arguments)).Require(64).Error, StringComparison.Ordinal);
    }

    private static Task<ChildResult> RunAsync(PublishedTools tools, params string[] arguments) =>
        tools.RunAsync([.. arguments, "--public-key", tools.Repository.Key.Public]);
}
