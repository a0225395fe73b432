using System.Runtime.InteropServices;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>
/// Containers of both images and both architectures on a Docker Engine, without network and with a root that cannot be
/// written to.
/// </summary>
[Collection(ReleasedImages.Name)]
public sealed class ContainerTests(ReleaseFixture fixture)
{
    [Theory]
    [InlineData("amd64")]
    [InlineData("arm64")]
    public async Task Kubelet_starts_and_so_do_the_programs_it_calls(string architecture)
    {
        PublishedRelease release = await fixture.GetAsync();
        await using LoadedImage image = await LoadedImage.LoadAsync(release, "kubelet", architecture);
        string version = release.Repository.VersionOf("kubelet");

        Assert.Equal(
            ReleasedUpstream.KubeletLine(version, Platform.Parse($"linux/{architecture}")),
            (await image.RunAsync()).Output.TrimEnd());
        Assert.Matches(@"^Client Version: v\d", (await image.RunAsync("--entrypoint", "/usr/local/bin/kubectl", "", "version", "--client")).Output);
        foreach ((string program, string argument, string said) in architecture == Native ? [.. Called, .. CalledWithNetlink] : Called)
        {
            ChildResult answer = await image.RunAsync("--entrypoint", program, "", argument);
            Assert.Contains(said, answer.Output + answer.Error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("amd64")]
    [InlineData("arm64")]
    public async Task Flannel_cni_installs_plugins_and_configuration_into_mounted_folders(string architecture)
    {
        PublishedRelease release = await fixture.GetAsync();
        await using LoadedImage image = await LoadedImage.LoadAsync(release, "flannel-cni", architecture);
        using ScratchFolder host = new();
        string plugins = host.Folder("bin"), networks = host.Folder("net");
        File.WriteAllText(Path.Combine(plugins, "other"), "not ours");

        await image.RunAsync(
            "--volume", $"{plugins}:/host/opt/cni/bin", "--volume", $"{networks}:/host/etc/cni/net.d", "--env", "CNI_NETWORK_CONFIG={\"name\":\"cbr0\"}");

        Assert.Equal(
            ["bandwidth", "bridge", "host-local", "loopback", "other", "portmap", "tuning"],
            Directory.EnumerateFiles(plugins).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal("not ours", File.ReadAllText(Path.Combine(plugins, "other")));
        // Not started: upstream's are static, but these are Debian's and want the host's own C library.
        Assert.Equal((UnixFileMode)0x1ED, File.GetUnixFileMode(Path.Combine(plugins, "bridge")));
        Assert.Equal("{\"name\":\"cbr0\"}\n", File.ReadAllText(Path.Combine(networks, "10-flannel.conflist")));
    }

    private static string Native => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "amd64";

    /// <summary>Programs of packages that a kubelet calls, by their real paths.</summary>
    private static (string Program, string Argument, string Said)[] Called =>
    [
        ("/usr/bin/mount", "--version", "util-linux"),
        ("/usr/sbin/iptables-legacy", "--version", "iptables v"),
        ("/usr/sbin/ip", "-V", "iproute2"),
        ("/usr/bin/socat", "-V", "socat version"),
        ("/usr/sbin/mkfs.ext4", "-V", "mke2fs"),
        ("/usr/bin/jq", "--version", "jq-"),
    ];

    /// <summary>Those that open a netlink socket even to say their version, which qemu-user lacks.</summary>
    private static (string Program, string Argument, string Said)[] CalledWithNetlink =>
    [
        ("/usr/sbin/iptables-nft", "--version", "iptables v"),
        ("/usr/sbin/conntrack", "--version", "conntrack v"),
    ];
}
