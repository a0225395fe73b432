using System.Text.Json;
using Slipway.Testing;

namespace Slipway.Graph.Tests;

public sealed class MirrorTargetTests
{
    private static readonly string Release = $"{PublishedTools.Official}:{UpstreamImage.Version}";

    [Fact]
    public async Task A_clean_machine_repairs_what_one_registry_lost()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync();
        await tools.DeleteAsync("docker.io", "v1.0.0");
        await tools.DeleteAsync(
            "docker.io",
            JsonDocument
                .Parse(await File.ReadAllBytesAsync(tools.Record))
                .RootElement.GetProperty("subjects")[1]
                .GetProperty("digest")
                .GetString()!
        );
        Directory.Delete(tools.Repository.At("artifacts"), recursive: true);
        (await tools.RunAsync("Drift")).Require(65);
        ChildResult result = (
            await tools.RunAsync(
                "Mirror",
                "--reference",
                Release,
                "--to",
                PublishedTools.Fallback,
                "--public-key",
                tools.Repository.Key.Public
            )
        ).Require();
        Assert.Matches($@"^{PublishedTools.Fallback}@sha256:[0-9a-f]{{64}}\n\z", result.Output);
        (await tools.RunAsync("Drift", "--public-key", tools.Repository.Key.Public)).Require();
    }

    [Fact]
    public async Task What_the_key_did_not_sign_is_65_and_nothing_is_written()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync();
        SigningKeys other = SigningKeys.Create(tools.Repository.Beside(), "other");
        int before = tools.At("docker.io").Log.Count("PUT");
        ChildResult result = (
            await tools.RunAsync("Mirror", "--reference", Release, "--to", "docker.io/copy/tools", "--public-key", other.Public)
        ).Require(65);
        Assert.Contains("signed-by-other-key", result.Error, StringComparison.Ordinal);
        Assert.Equal(before, tools.At("docker.io").Log.Count("PUT"));
        (await tools.RunAsync("Mirror", "--reference", Release, "--to", "docker.io/copy/tools")).Require(78);
    }

    [Theory]
    [InlineData("wanted --reference", "--reference", "quay.io/slipway-tests/tools:v1.0.0")]
    [InlineData("wanted --reference", "--to", "docker.io/slipwaytests/tools")]
    [InlineData("wanted a tag or a digest", "--reference", "quay.io/slipway-tests/tools", "--to", "docker.io/slipwaytests/tools")]
    [InlineData("without tag", "--reference", "quay.io/slipway-tests/tools:v1.0.0", "--to", "docker.io/slipwaytests/tools:v1.0.0")]
    [InlineData("wanted another repository", "--reference", "quay.io/slipway-tests/tools:v1.0.0", "--to", "quay.io/slipway-tests/tools")]
    [InlineData("it is the repository of tools", "--reference", "quay.io/other/image:v1.0.0", "--to", "docker.io/slipwaytests/tools")]
    public async Task What_is_typed_wrong_is_64(string because, params string[] arguments)
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync(published: false);
        ChildResult result = (await tools.RunAsync(["Mirror", .. arguments, "--public-key", tools.Repository.Key.Public])).Require(64);
        Assert.Contains(because, result.Error, StringComparison.Ordinal);
    }
}
