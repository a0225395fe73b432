using System.Buffers.Binary;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>What umoci unpacks from the layouts of both images.</summary>
[Collection(ReleasedImages.Name)]
public sealed class UnpackTests(ReleaseFixture fixture)
{
    private const UnixFileMode Setuid = UnixFileMode.SetUser | (UnixFileMode)0x1ED;

    [Theory]
    [InlineData("amd64", 62)]
    [InlineData("arm64", 183)]
    public async Task Umoci_unpacks_kubelet(string architecture, int machine)
    {
        using ScratchFolder folder = new();
        string root = await UnpackAsync("kubelet", architecture, folder);

        Assert.Equal(machine, MachineOf(Path.Combine(root, "usr/local/bin/kubelet")));
        Assert.Equal(machine, MachineOf(Path.Combine(root, "usr/local/bin/kubectl")));
        Assert.Equal(machine, MachineOf(Path.Combine(root, "usr/bin/bash")));
        Assert.Equal(Setuid, File.GetUnixFileMode(Path.Combine(root, "usr/bin/mount")));
        Assert.Equal("usr/bin", new FileInfo(Path.Combine(root, "bin")).LinkTarget);
        Assert.StartsWith("root:*:0:0:", File.ReadAllText(Path.Combine(root, "etc/passwd")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("amd64", 62)]
    [InlineData("arm64", 183)]
    public async Task Umoci_unpacks_flannel_cni(string architecture, int machine)
    {
        using ScratchFolder folder = new();
        string root = await UnpackAsync("flannel-cni", architecture, folder);

        string[] plugins = [.. Directory.EnumerateFiles(Path.Combine(root, "opt/cni/bin")).Order(StringComparer.Ordinal)];
        Assert.Equal(["bandwidth", "bridge", "host-local", "loopback", "portmap", "tuning"], plugins.Select(Path.GetFileName));
        Assert.All(plugins, plugin => Assert.Equal(machine, MachineOf(plugin)));
        Assert.Equal(machine, MachineOf(Path.Combine(root, "usr/bin/busybox")));
        Assert.Equal((UnixFileMode)0x1ED, File.GetUnixFileMode(Path.Combine(root, "install-cni.sh")));
    }

    private async Task<string> UnpackAsync(string image, string architecture, ScratchFolder folder)
    {
        PublishedRelease release = await fixture.GetAsync();
        PeerProgram umoci = await PeerPrograms.RequireAsync(Peer.Umoci);
        string layout = release.Repository.Layout(image),
            name = $"{release.Repository.VersionOf(image)}-{architecture}";
        (await umoci.RunAsync("unpack", "--rootless", "--image", $"{layout}:{name}", folder.At("bundle"))).Require();
        return folder.At("bundle", "rootfs");
    }

    /// <summary>The ELF header's e_machine.</summary>
    private static int MachineOf(string path)
    {
        using FileStream file = File.OpenRead(path);
        byte[] header = new byte[20];
        file.ReadExactly(header);
        Assert.Equal(0x7F454C46u, BinaryPrimitives.ReadUInt32BigEndian(header));
        return BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(18));
    }
}
