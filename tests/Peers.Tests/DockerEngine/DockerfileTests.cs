using System.Text.Json;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>The second, independent way to both images, on a real Engine, and that it agrees with the first.</summary>
[Collection(DockerfileImages.Name)]
public sealed class DockerfileTests(DockerfileFixture fixture, ITestOutputHelper output)
{
    public static TheoryData<string> Images => [.. DockerfileBuilds.Images];

    [Fact]
    public async Task Both_ways_make_the_same_of_both_images_on_both_platforms()
    {
        DockerfileBuilds builds = await fixture.GetAsync();
        output.WriteLine($"BuildDockerfile took {builds.Built.Duration.TotalSeconds:0} s");
        Assert.True(builds.Compared.ExitCode == 0, builds.Compared.Error + builds.Compared.Output);
        using JsonDocument comparisons = JsonDocument.Parse(builds.Compared.Output);
        Assert.Equal(
            DockerfileBuilds.Images,
            comparisons.RootElement.EnumerateArray().Select(image => image.GetProperty("image").GetString())
        );
        foreach (JsonElement image in comparisons.RootElement.EnumerateArray())
        {
            Assert.True(image.GetProperty("agrees").GetBoolean());
            Assert.Equal(
                ["linux/amd64", "linux/arm64"],
                image.GetProperty("platforms").EnumerateArray().Select(platform => platform.GetProperty("platform").GetString())
            );
            Assert.All(image.GetProperty("differences").EnumerateArray(), difference =>
                Assert.NotEmpty(difference.GetProperty("reason").GetString()!)
            );
        }
    }

    [Fact]
    public async Task Building_comparing_and_publishing_stay_below_200_MB()
    {
        DockerfileBuilds builds = await fixture.GetAsync();
        foreach (
            (string what, ChildResult result) in ((string, ChildResult)[])
                [("BuildDockerfile", builds.Built), ("Compare", builds.Compared), ("Sign Publish", builds.Published)]
        )
        {
            output.WriteLine($"{what}: {result.PeakResident / 1e6:0} MB, {result.Duration.TotalSeconds:0} s");
            Assert.InRange(result.PeakResident, 20_000_000, 200_000_000);
        }
    }

    [Fact]
    public async Task A_file_that_is_changed_is_an_unexplained_difference()
    {
        DockerfileBuilds builds = await fixture.GetAsync();
        string file = builds.Repository.At("images", "flannel-cni", "compare.yaml"),
            was = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        try
        {
            builds.Repository.Write(
                "images/flannel-cni/compare.yaml",
                "differences:\n  - { path: /usr/bin/**, reason: nothing differs there }\n"
            );
            ChildResult compared = (await builds.Repository.Slipway.RunAsync("Compare", "--images", "flannel-cni")).Require(65);
            Assert.Contains("flannel-cni linux/arm64  file  added    /var/lib/dpkg/status", compared.Output, StringComparison.Ordinal);
            Assert.Contains(
                "images/flannel-cni/compare.yaml:2:13: nothing differs at /usr/bin/** on linux/amd64",
                compared.Output,
                StringComparison.Ordinal
            );
        }
        finally
        {
            builds.Repository.Write("images/flannel-cni/compare.yaml", was);
        }
    }

    [Theory]
    [MemberData(nameof(Images))]
    public async Task Registries_hold_them_under_tags_of_their_own_and_cosign_verifies_them(string image)
    {
        DockerfileBuilds builds = await fixture.GetAsync();
        PeerProgram cosign = await PeerPrograms.RequireAsync(Peer.Cosign);
        string build = "dockerfile-" + await builds.Repository.ShortCommitAsync(),
            version = "dockerfile-" + builds.Repository.VersionOf(image);
        string[] wanted = [build, $"{build}-amd64", $"{build}-arm64", version];
        List<string> digests = [];
        foreach ((DockerRegistry registry, string repository) in builds.PlacesOf(image))
        {
            IReadOnlyList<string> tags = await registry.TagsAsync(repository);
            Assert.Equal(wanted.Order(StringComparer.Ordinal), tags.Where(tag => !tag.StartsWith("sha256-", StringComparison.Ordinal)));
            digests.Add(await registry.DigestAsync(repository, version));
            foreach (string tag in wanted)
            {
                (
                    await cosign.RunAsync(
                        "verify",
                        "--key",
                        builds.Repository.Key.Public,
                        "--insecure-ignore-tlog=true",
                        "--allow-http-registry",
                        $"{registry.Host}/{repository}:{tag}"
                    )
                ).Require();
            }
        }

        Assert.Single(digests.Distinct());
        Assert.Contains($"quay.io/poseidon/{image}@{digests[0]}", builds.Published.Lines);
        OciLayout layout = OciLayout.Open(builds.Repository.At("artifacts", image, "dockerfile", "layout"));
        Assert.Contains(digests[0], layout.ReadIndex().Manifests.Select(manifest => manifest.Digest.ToString()));
    }

    [Theory]
    [MemberData(nameof(Images))]
    public async Task Verify_believes_them_under_their_own_tags_with_bill_of_materials_and_provenance(string image)
    {
        DockerfileBuilds builds = await fixture.GetAsync();
        string[] verify = ["Verify", "--public-key", builds.Repository.Key.Public, "--deep", .. builds.Map];
        (
            await builds.Repository.Slipway.RunAsync([
                .. verify,
                "--reference",
                $"quay.io/poseidon/{image}:dockerfile-{builds.Repository.VersionOf(image)}",
            ])
        ).Require();
        (
            await builds.Repository.Slipway.RunAsync([
                .. verify,
                "--reference",
                $"docker.io/psdn/{image}:dockerfile-{builds.Repository.VersionOf(image)}",
            ])
        ).Require();
        (
            await builds.Repository.Slipway.RunAsync([
                "Verify",
                "--images",
                image,
                "--dockerfile",
                "--public-key",
                builds.Repository.Key.Public,
            ])
        ).Require();
    }

    [Fact]
    public async Task Under_a_releases_tag_verify_refuses_what_a_dockerfile_made()
    {
        DockerfileBuilds builds = await fixture.GetAsync();
        PeerProgram oras = await PeerPrograms.RequireAsync(Peer.Oras);
        string version = builds.Repository.VersionOf("flannel-cni"),
            place = $"{builds.Hub.Host}/psdn/flannel-cni";
        (await oras.RunAsync("tag", "--plain-http", $"{place}:dockerfile-{version}", version)).Require();
        try
        {
            ChildResult verified = await builds.Repository.Slipway.RunAsync([
                "Verify",
                "--public-key",
                builds.Repository.Key.Public,
                "--reference",
                $"docker.io/psdn/flannel-cni:{version}",
                .. builds.Map,
            ]);
            Assert.NotEqual(0, verified.ExitCode);
            Assert.Contains("way-mismatch", verified.Output + verified.Error, StringComparison.Ordinal);
        }
        finally
        {
            builds.Hub.DeleteTag("psdn/flannel-cni", version);
        }
    }
}
