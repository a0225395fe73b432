using System.Text.Json;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>Both images, their platforms assembled apart and merged: what one machine made, as skopeo and umoci read it.</summary>
[Collection(ReleasedImages.Name)]
public sealed class MergedTests(ReleaseFixture fixture)
{
    [Fact]
    public async Task Both_images_have_the_digests_of_one_machine_and_peers_read_the_merged_layouts()
    {
        PublishedRelease release = await fixture.GetAsync();
        PeerProgram skopeo = await PeerPrograms.RequireAsync(Peer.Skopeo);
        PeerProgram umoci = await PeerPrograms.RequireAsync(Peer.Umoci);
        using ScratchFolder folder = new();
        foreach (string architecture in PublishedRelease.Architectures)
            (
                await release.Slipway.RunAsync(
                    "Assemble",
                    "Inspect",
                    "--platforms",
                    $"linux/{architecture}",
                    "--artifacts-directory",
                    folder.At(architecture),
                    "--upstream-mirror",
                    release.Repository.Mirror.Path
                )
            ).Require();

        ChildResult merged = (
            await release.Slipway.RunAsync(
                "Merge",
                "--layouts",
                folder.At("arm64"),
                folder.At("amd64"),
                "--artifacts-directory",
                folder.At("merged"),
                "--json"
            )
        ).Require();

        Assert.True(merged.PeakResident < 200L << 20, $"{merged.PeakResident >> 20} MB");
        TestContext.Current.SendDiagnosticMessage($"merged in {merged.Duration.TotalSeconds:0.0} s, {merged.PeakResident >> 20} MB");
        foreach (JsonElement image in JsonDocument.Parse(merged.Output).RootElement.EnumerateArray())
        {
            string name = image.GetProperty("image").GetString()!,
                version = release.Repository.VersionOf(name),
                layout = folder.At("merged", name, "layout");
            Assert.Equal(
                await File.ReadAllTextAsync(Path.Combine(release.Repository.Layout(name), "index.json")),
                await File.ReadAllTextAsync(Path.Combine(layout, "index.json"))
            );
            string there = (await skopeo.RunAsync("inspect", "--raw", $"oci:{layout}:{version}")).Require().Output;
            Assert.Equal(
                (await skopeo.RunAsync("inspect", "--raw", $"oci:{release.Repository.Layout(name)}:{version}")).Require().Output,
                there
            );
            (
                await skopeo.RunAsync(
                    "--insecure-policy",
                    "copy",
                    "--all",
                    $"oci:{layout}:{version}",
                    $"oci:{folder.At("copied-" + name)}:all"
                )
            ).Require();
            foreach (string architecture in PublishedRelease.Architectures)
                (
                    await umoci.RunAsync(
                        "unpack",
                        "--rootless",
                        "--image",
                        $"{layout}:{version}-{architecture}",
                        folder.At(name + architecture)
                    )
                ).Require();
        }
    }
}
