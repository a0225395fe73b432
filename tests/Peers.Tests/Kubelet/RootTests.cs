using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>
/// Programs of the unpacked kubelet image do their work, on a root that cannot be written to: those of amd64 and, through
/// qemu-user, those of arm64.
/// </summary>
[Collection(ReleasedImages.Name)]
public sealed class RootTests(ReleaseFixture fixture)
{
    private static readonly string[] Architectures = ["amd64", "arm64"];

    /// <summary>Lines of the image's shell and what they print, on either stream.</summary>
    private static readonly (string Line, string Said)[] Lines =
    [
        ("mount --version", @"^mount from util-linux 2\."),
        (
            "mount -t tmpfs tmpfs /var/lib/kubelet && findmnt -n -o FSTYPE,TARGET /var/lib/kubelet && umount /var/lib/kubelet",
            @"tmpfs +/var/lib/kubelet"
        ),
        ("mount.nfs -V", @"nfs-utils 2\."),
        ("mount.cifs -V", @"mount\.cifs version: "),
        ("showmount --version", @"showmount for 2\."),
        ("losetup --version; blkid -V; blockdev -V; lsblk -V; flock --version", @"(?s)losetup.*blkid.*blockdev.*lsblk.*flock"),
        ("fsck -V", @"fsck from util-linux"),
        ("socat -V", @"socat version 1\."),
        ("printf quick | socat - 'SYSTEM:tr a-z A-Z'", "^QUICK$"),
        ("ip link", "1: lo: <LOOPBACK>"),
        ("ip -json link | jq -r '.[].ifname'", @"(?m)^lo$"),
        ("ip link set lo up && ip -br address show lo", @"lo +UNKNOWN +127\.0\.0\.1/8"),
        ("nsenter --net=/proc/1/ns/net ip link", "1: lo: <LOOPBACK>"),
        ("ethtool --version", @"ethtool version \d"),
        ("kmod --version", @"\+ZSTD \+XZ"),
        ("jq -nc '{a:[1,2]}|.a[1]'", @"^2$"),
        ("bash -c 'echo ${BASH_VERSINFO[0]}'", @"^5$"),
        ("getent passwd root", @"^root:[x*]:0:0:root:/root:/bin/bash$"),
        ("getent group nogroup", @"^nogroup:[x*]:65534:$"),
        ("getent services https", @"^https +443/tcp"),
        ("getent protocols tcp", @"^tcp +6 TCP"),
        ("kubectl version --client", @"^Client Version: v\d"),
        ("iptables-legacy --version", @"^iptables v1\..* \(legacy\)"),
        ("iptables-legacy -m conntrack --help", @"(?m)^conntrack match options:"),
        ("iptables-legacy -m comment --help", @"(?m)^comment match options:"),
        ("iptables-legacy -t nat -j MASQUERADE --help", @"(?m)^MASQUERADE target options:"),
    ];

    public static TheoryData<string, string, string> Everywhere()
    {
        TheoryData<string, string, string> data = [];
        foreach (string architecture in Architectures)
        {
            foreach ((string line, string said) in Lines)
                data.Add(architecture, line, said);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Everywhere))]
    public async Task A_line_of_the_shell_does_its_work(string architecture, string line, string said)
    {
        ChildResult answer = (await (await RootAsync(architecture)).ShellAsync(line)).Require();

        Assert.Matches(said, (answer.Output + answer.Error).TrimEnd('\n'));
    }

    [Theory]
    [InlineData("amd64")]
    [InlineData("arm64")]
    public async Task Nothing_but_the_folders_meant_for_it_can_be_written_to(string architecture)
    {
        ImageRoot root = await RootAsync(architecture);

        (await root.ShellAsync("touch /run/new /tmp/new /var/lib/kubelet/new")).Require();
        foreach (string folder in (string[])["/", "/etc", "/usr/bin", "/var/lib"])
            Assert.Contains("Read-only file system", (await root.ShellAsync($"touch {folder}/new")).Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(root.Path, "run"), "new"));
    }

    [Theory]
    [InlineData("amd64")]
    [InlineData("arm64")]
    public async Task Ext4_is_made_checked_grown_and_mended(string architecture)
    {
        ChildResult done = (
            await (await RootAsync(architecture)).ShellAsync(
                """
                set -e; cd /var/lib/kubelet
                truncate -s 64M disk; mkfs.ext4 -q disk; blkid -o value -s TYPE disk
                dumpe2fs -h disk 2>/dev/null | grep -o extent
                fsck -a $PWD/disk
                truncate -s 128M disk; e2fsck -fy disk; resize2fs disk
                dd if=/dev/zero of=disk bs=1024 seek=1 count=1 conv=notrunc status=none
                fsck.ext4 -fy disk && code=0 || code=$?; echo mended $code
                fsck.ext4 -fn disk; echo sound
                """
            )
        ).Require();

        Assert.Matches(@"(?s)^ext4\nextent\n.*clean.*now 131072 .*mended 1\n.*sound\n$", done.Output);
    }

    [Theory]
    [InlineData("amd64")]
    [InlineData("arm64")]
    public async Task Xfs_is_made_checked_and_mended(string architecture)
    {
        ChildResult done = (
            await (await RootAsync(architecture)).ShellAsync(
                """
                set -e; cd /var/lib/kubelet
                truncate -s 400M disk; mkfs.xfs -q disk; blkid -o value -s TYPE disk
                fsck.xfs disk; xfs_repair -n disk >/dev/null 2>&1; echo sound
                xfs_io -f -c "pwrite -q -S 0 0 512" disk
                if xfs_repair -n disk >/dev/null 2>&1; then echo unnoticed; fi
                xfs_repair disk >/dev/null 2>&1; xfs_repair -n disk >/dev/null 2>&1; echo mended
                """
            )
        ).Require();

        Assert.Contains("xfs\n", done.Output, StringComparison.Ordinal);
        Assert.EndsWith("sound\nmended\n", done.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("amd64")]
    [InlineData("arm64")]
    public async Task Names_of_a_mounted_hosts_file_are_looked_up(string architecture)
    {
        using ScratchFolder files = new();
        files.Write("files/etc/hosts", "127.0.0.1 localhost\n192.0.2.7 storage.example storage\n");
        ImageRoot root = await RootAsync(architecture) with { Over = files.At("files") };

        Assert.Matches(
            @"^192\.0\.2\.7 +storage\.example storage$",
            (await root.RunAsync("getent", "hosts", "storage")).Require().Output.TrimEnd()
        );
        Assert.Matches(
            @"^192\.0\.2\.7 +storage\.example storage$",
            (await root.RunAsync("getent", "hosts", "192.0.2.7")).Require().Output.TrimEnd()
        );
        (await root.RunAsync("getent", "hosts", "unknown.example")).Require(2);
    }

    private async Task<ImageRoot> RootAsync(string architecture) =>
        await (await fixture.GetAsync()).RootAsync("kubelet", architecture) with
        {
            Writable = ["/var/lib/kubelet"],
        };
}
