using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>A release that has a VEX document and a CycloneDX SBOM, too, is one for every target that reads a release.</summary>
public sealed class OtherStatementsTests
{
    private const string Tag = "v1.0.0-r1",
        Vex = "also signed: a VEX document (https://openvex.dev/ns), at ",
        CycloneDx = "also signed: a CycloneDX SBOM (https://cyclonedx.org/bom), at ";

    [Fact]
    public async Task It_is_published_verified_saved_mirrored_watched_and_built_again_and_published_anew_by_a_fresh_machine()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync(published: false);
        ScratchRepository repository = tools.Repository;
        repository.Write(
            "images/tools/vex.yaml",
            "statements: [{ id: CVE-2026-1, package: 'pkg:generic/a', status: under_investigation, reason: r, date: 2026-03-01 }]"
        );
        await repository.CommitAsync("judged", $"tools/{Tag}");
        (await PublishAsync(tools)).Require();
        Assert.Equal(
            ["amd64.cdx.json", "amd64.spdx.json", "index.cdx.json", "index.spdx.json"],
            Directory.EnumerateFiles(repository.At("artifacts", "tools", "sbom")).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );

        string key = repository.Key.Public,
            archive = repository.Beside("tools.tar"),
            official = $"{PublishedTools.Official}:{Tag}";
        foreach (string place in (string[])[PublishedTools.Official, PublishedTools.Fallback])
            Tells(await tools.RunAsync("Verify", "--reference", $"{place}:{Tag}", "--public-key", key, "--deep"), place);
        (await tools.RunAsync("Save", "--reference", official, "--to", archive, "--public-key", key)).Require();
        Tells(await tools.RunAsync("Verify", "--reference", archive, "--public-key", key, "--deep"), archive);
        (await tools.RunAsync("Mirror", "--reference", official, "--to", "docker.io/copies/tools", "--public-key", key)).Require();
        Tells(
            await tools.RunAsync("Verify", "--reference", $"docker.io/copies/tools:{Tag}", "--public-key", key, "--images", "tools"),
            "docker.io/copies/tools"
        );
        Assert.Equal(["nothing differs"], (await tools.RunAsync("Drift", "--public-key", key)).Require().Lines);
        (
            await tools.RunAsync("Reproduce", "--reference", official, "--public-key", key, "--upstream-mirror", repository.Mirror.Path)
        ).Require();

        // What was signed is taken over from the registry, whole.
        int written = tools.At("quay.io").Log.Count("PUT");
        Directory.Delete(repository.At("artifacts"), recursive: true);
        (await PublishAsync(tools)).Require();
        Assert.Equal(written, tools.At("quay.io").Log.Count("PUT"));
    }

    [Fact]
    public async Task Without_being_asked_there_is_SPDX_alone_and_CycloneDX_alone_is_not_offered()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync();
        Assert.DoesNotContain(
            "also signed",
            (
                await tools.RunAsync(
                    "Verify",
                    "--reference",
                    $"{PublishedTools.Official}:v1.0.0",
                    "--public-key",
                    tools.Repository.Key.Public
                )
            )
                .Require()
                .Output,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "sbom-format",
            (await tools.RunAsync("Sign", "--sbom-format", "cyclonedx")).Require(64).Error,
            StringComparison.Ordinal
        );
    }

    private static void Tells(ChildResult result, string place)
    {
        string output = result.Require().Output;
        Assert.Contains(Vex + place, output, StringComparison.Ordinal);
        Assert.Contains(CycloneDx + place, output, StringComparison.Ordinal);
    }

    private static Task<ChildResult> PublishAsync(PublishedTools tools) =>
        tools.RunAsync(
            "Assemble",
            "Sign",
            "Publish",
            "--sbom-format",
            "both",
            "--upstream-mirror",
            tools.Repository.Mirror.Path,
            "--signing-key",
            tools.Repository.Key.Private
        );
}
