using System.Text.Json;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>What two real registries hold after one release, as other programs see it.</summary>
[Collection(ReleasedImages.Name)]
public sealed class ReleaseTests(ReleaseFixture fixture)
{
    public static TheoryData<string> Images => [.. PublishedRelease.Images];

    [Fact]
    public async Task Publish_prints_one_line_for_each_image_the_official_reference_by_digest()
    {
        PublishedRelease release = await fixture.GetAsync();

        List<string> wanted = [];
        foreach (string image in PublishedRelease.Images.Order(StringComparer.Ordinal))
            wanted.Add(
                $"quay.io/poseidon/{image}@{await release.Quay.DigestAsync($"poseidon/{image}", release.Repository.VersionOf(image))}"
            );
        Assert.Equal(wanted, release.Published.Lines);
    }

    [Fact]
    public async Task Assembling_signing_and_publishing_both_images_at_once_stays_below_200_MB()
    {
        PublishedRelease release = await fixture.GetAsync();

        Assert.InRange(release.Published.PeakResident, 20_000_000, 200_000_000);
    }

    [Theory]
    [MemberData(nameof(Images))]
    public async Task Both_registries_hold_the_tags_of_both_styles_and_signatures_and_nothing_else(string image)
    {
        PublishedRelease release = await fixture.GetAsync();
        string version = release.Repository.VersionOf(image),
            build = "build-" + await release.Repository.ShortCommitAsync();

        foreach ((DockerRegistry registry, string repository) in release.PlacesOf(image))
        {
            IReadOnlyList<string> tags = await registry.TagsAsync(repository);
            string[] wanted =
            [
                version,
                $"{version}-amd64",
                $"{version}-arm64",
                build,
                $"{build}-amd64",
                $"{build}-arm64",
                $"build-{version}",
            ];
            Assert.Equal(wanted.Order(StringComparer.Ordinal), tags.Where(tag => !tag.StartsWith("sha256-", StringComparison.Ordinal)));
            string[] subjects =
            [
                await registry.DigestAsync(repository, version),
                await registry.DigestAsync(repository, $"{version}-amd64"),
                await registry.DigestAsync(repository, $"{version}-arm64"),
            ];
            // Signatures, attestations, and on a server without the referrers API the list of bundles.
            Assert.Equal(
                subjects
                    .SelectMany(digest => new[] { ".sig", ".att", "" }.Select(kind => digest.Replace(':', '-') + kind))
                    .Order(StringComparer.Ordinal),
                tags.Where(tag => tag.StartsWith("sha256-", StringComparison.Ordinal))
            );
            Assert.Equal(subjects[0], await registry.DigestAsync(repository, build));
            Assert.Equal(subjects[0], await registry.DigestAsync(repository, $"build-{version}"));
            Assert.Equal(subjects[1], await registry.DigestAsync(repository, $"{build}-amd64"));
            Assert.Equal(subjects[2], await registry.DigestAsync(repository, $"{build}-arm64"));
        }
    }

    [Theory]
    [MemberData(nameof(Images))]
    public async Task Both_registries_hold_the_same_bytes(string image)
    {
        PublishedRelease release = await fixture.GetAsync();
        (DockerRegistry quay, string first) = release.PlacesOf(image)[0];
        (DockerRegistry hub, string second) = release.PlacesOf(image)[1];

        foreach (string tag in await quay.TagsAsync(first))
            Assert.Equal(await quay.DigestAsync(first, tag), await hub.DigestAsync(second, tag));
    }

    [Theory]
    [MemberData(nameof(Images))]
    public async Task What_a_registry_has_does_not_differ_from_the_layout(string image)
    {
        PublishedRelease release = await fixture.GetAsync();
        string version = release.Repository.VersionOf(image);

        foreach (string official in (string[])[$"quay.io/poseidon/{image}:{version}", $"docker.io/psdn/{image}:{version}"])
            Assert.Equal("no difference\n", (await release.CompareAsync(image, official)).Require().Output);
    }

    [Fact]
    public async Task Two_images_of_a_registry_differ_by_packages_and_files()
    {
        PublishedRelease release = await fixture.GetAsync();

        ChildResult differences = (
            await release.CompareAsync("flannel-cni", $"quay.io/poseidon/kubelet:{release.Repository.VersionOf("kubelet")}")
        ).Require();

        Assert.Matches(@"(?m)^linux/arm64  package  added    busybox-static  \S+$", differences.Output);
        Assert.Matches(@"(?m)^linux/amd64  package  removed  cifs-utils  \S+$", differences.Output);
        Assert.Contains("linux/amd64  file  added    /install-cni.sh  ", differences.Output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Images))]
    public async Task Cosign_verifies_every_tag_on_both_registries(string image)
    {
        PublishedRelease release = await fixture.GetAsync();
        PeerProgram cosign = await PeerPrograms.RequireAsync(Peer.Cosign);

        foreach ((DockerRegistry registry, string repository) in release.PlacesOf(image))
        {
            foreach (
                string tag in (await registry.TagsAsync(repository)).Where(tag => !tag.StartsWith("sha256-", StringComparison.Ordinal))
            )
            {
                ChildResult verified = await CosignAsync(cosign, release.Repository.Key.Public, $"{registry.Host}/{repository}:{tag}");
                using JsonDocument said = JsonDocument.Parse(verified.Require().Output);
                JsonElement critical = said.RootElement[0].GetProperty("critical");
                Assert.Equal(
                    await registry.DigestAsync(repository, tag),
                    critical.GetProperty("image").GetProperty("docker-manifest-digest").GetString()
                );
                Assert.Equal($"quay.io/poseidon/{image}", critical.GetProperty("identity").GetProperty("docker-reference").GetString());
            }
        }
    }

    [Theory]
    [MemberData(nameof(Images))]
    public async Task Cosign_refuses_another_key(string image)
    {
        PublishedRelease release = await fixture.GetAsync();
        PeerProgram cosign = await PeerPrograms.RequireAsync(Peer.Cosign);
        using ScratchFolder folder = new();
        SigningKeys other = SigningKeys.Create(folder.Path, "other");

        foreach ((DockerRegistry registry, string repository) in release.PlacesOf(image))
        {
            ChildResult verified = await CosignAsync(
                cosign,
                other.Public,
                $"{registry.Host}/{repository}:{release.Repository.VersionOf(image)}"
            );
            Assert.NotEqual(0, verified.ExitCode);
            Assert.Contains("signature", verified.Error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Images))]
    public async Task Skopeo_sees_an_index_of_both_platforms_and_copies_all_of_it(string image)
    {
        PublishedRelease release = await fixture.GetAsync();
        PeerProgram skopeo = await PeerPrograms.RequireAsync(Peer.Skopeo);
        string version = release.Repository.VersionOf(image);

        foreach ((DockerRegistry registry, string repository) in release.PlacesOf(image))
        {
            string place = $"docker://{registry.Host}/{repository}:{version}";
            ChildResult raw = (await skopeo.RunAsync("inspect", "--raw", "--tls-verify=false", place)).Require();
            using JsonDocument index = JsonDocument.Parse(raw.Output);
            Assert.Equal("application/vnd.oci.image.index.v1+json", index.RootElement.GetProperty("mediaType").GetString());
            Assert.Equal(["linux/amd64", "linux/arm64"], index.RootElement.GetProperty("manifests").EnumerateArray().Select(PlatformOf));

            using ScratchFolder folder = new();
            string layout = folder.At("layout");
            (
                await skopeo.RunAsync("--insecure-policy", "copy", "--all", "--src-tls-verify=false", place, $"oci:{layout}:{version}")
            ).Require();
            Assert.Equal(
                await registry.DigestAsync(repository, version),
                OciLayout.Open(layout).ReadIndex().Manifests.Single().Digest.ToString()
            );
        }
    }

    [Fact]
    public async Task A_second_Publish_writes_nothing_and_prints_the_same()
    {
        PublishedRelease release = await fixture.GetAsync();
        int quay = release.Quay.Writes,
            hub = release.Hub.Writes;
        Assert.True(quay > 0 && hub > 0, "the registries' logs show no write at all");

        ChildResult again = (await release.PublishAgainAsync()).Require();

        Assert.Equal(release.Published.Lines, again.Lines);
        Assert.Equal((quay, hub), (release.Quay.Writes, release.Hub.Writes));
    }

    [Theory]
    [MemberData(nameof(Images))]
    public async Task Our_own_Verify_accepts_every_tag_style_from_both_registries(string image)
    {
        PublishedRelease release = await fixture.GetAsync();
        string version = release.Repository.VersionOf(image),
            build = "build-" + await release.Repository.ShortCommitAsync();

        string[] references =
        [
            $"quay.io/poseidon/{image}:{version}",
            $"docker.io/psdn/{image}:{build}",
            $"docker.io/psdn/{image}:{version}-arm64",
        ];
        foreach (string reference in references)
            (await release.VerifyAsync(reference)).Require();
    }

    private static Task<ChildResult> CosignAsync(PeerProgram cosign, string key, string reference) =>
        cosign.RunAsync("verify", "--key", key, "--insecure-ignore-tlog=true", "--allow-http-registry", reference);

    private static string PlatformOf(JsonElement manifest)
    {
        JsonElement platform = manifest.GetProperty("platform");
        return $"{platform.GetProperty("os").GetString()}/{platform.GetProperty("architecture").GetString()}";
    }
}
