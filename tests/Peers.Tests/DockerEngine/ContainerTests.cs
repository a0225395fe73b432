using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>
/// Containers of both images and both architectures on a Docker Engine, without network and with a root that cannot be
/// written to.
/// </summary>
[Collection(ReleasedImages.Name)]
public sealed class ContainerTests(ReleaseFixture fixture)
{
    [Fact]
    public async Task Both_images_run_as_their_contracts_say_on_both_platforms_in_bounded_memory()
    {
        await PeerPrograms.RequireAsync(Peer.DockerArm64);
        PublishedRelease release = await fixture.GetAsync();
        SlipwayCommand slipway = release.Slipway with
        {
            Variables = new Dictionary<string, string?>(release.Slipway.Variables)
            {
                ["DOCKER_HOST"] = Environment.GetEnvironmentVariable("DOCKER_HOST"),
            },
        };

        ChildResult smoke = (await slipway.RunAsync("Smoke", "--require-smoke")).Require();

        foreach (string platform in (string[])["linux/amd64", "linux/arm64"])
        {
            Assert.Matches($@"(?m)^kubelet +{platform} +1[0-9] +all passed", smoke.Output);
            Assert.Matches($@"(?m)^flannel-cni +{platform} +2 +all passed", smoke.Output);
        }

        Assert.InRange(smoke.PeakResident, 1, 200_000_000);
    }

    [Theory]
    [InlineData("amd64")]
    [InlineData("arm64")]
    public async Task Flannel_cni_installs_plugins_and_configuration_into_mounted_folders(string architecture)
    {
        PublishedRelease release = await fixture.GetAsync();
        await using LoadedImage image = await LoadedImage.LoadAsync(release, "flannel-cni", architecture);
        using ScratchFolder host = new();
        string plugins = host.Folder("bin"),
            networks = host.Folder("net");
        File.WriteAllText(Path.Combine(plugins, "other"), "not ours");

        await image.RunAsync(
            "--volume",
            $"{plugins}:/host/opt/cni/bin",
            "--volume",
            $"{networks}:/host/etc/cni/net.d",
            "--env",
            "CNI_NETWORK_CONFIG={\"name\":\"cbr0\"}"
        );

        Assert.Equal(
            ["bandwidth", "bridge", "host-local", "loopback", "other", "portmap", "tuning"],
            Directory.EnumerateFiles(plugins).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
        Assert.Equal("not ours", File.ReadAllText(Path.Combine(plugins, "other")));
        // Not started: upstream's are static, but these are Debian's and want the host's own C library.
        Assert.Equal((UnixFileMode)0x1ED, File.GetUnixFileMode(Path.Combine(plugins, "bridge")));
        Assert.Equal("{\"name\":\"cbr0\"}\n", File.ReadAllText(Path.Combine(networks, "10-flannel.conflist")));
    }
}
