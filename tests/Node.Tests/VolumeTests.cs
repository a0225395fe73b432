using System.Text.Json.Nodes;
using Slipway.Testing;

namespace Slipway.Node.Tests;

/// <summary>
/// Disks that kubelet recognises, formats and mounts with the programs of its image. A loop device that is linked as a Fibre
/// Channel disk would be stands for one: kubelet looks there and does the rest itself.
/// </summary>
[Collection(Nodes.Name)]
public sealed class VolumeTests(NodeFixture fixture)
{
    [Theory]
    [InlineData("ext4")]
    [InlineData("xfs")]
    public async Task An_empty_disk_is_formatted_and_mounted_for_a_pod_by_the_programs_of_the_image(string fileSystem)
    {
        NodeRelease release = await fixture.ReleaseAsync();
        Assert.SkipUnless(
            File.ReadLines("/proc/filesystems").Any(line => line.EndsWith($"\t{fileSystem}", StringComparison.Ordinal)),
            $"the kernel has no {fileSystem}"
        );
        await using KubeletNode node = await fixture.BootAsync();
        Machine machine = node.Machine;
        ChildResult attached = await machine.RunAsync("sh", "-c", "truncate -s 400M /share/disk && losetup --find --show /share/disk");
        Assert.SkipUnless(attached.ExitCode == 0, $"no loop device: {attached.Error.Trim()}");
        string device = attached.Output.Trim();
        try
        {
            File.CreateSymbolicLink(machine.At($"/dev/disk/by-id/scsi-{Pods.DiskId}"), device);
            node.Apply(Pods.WithDisk(await release.ReferenceAsync(NodeRelease.Pod), fileSystem));

            string mounted = await machine.WaitAsync(
                "the disk to be mounted",
                () => machine.OutputAsync("sh", "-c", $"grep '^{device} ' /proc/mounts; true"),
                said => said.Contains("/fc/", StringComparison.Ordinal)
            );

            Assert.Contains($" {fileSystem} rw", mounted, StringComparison.Ordinal);
            node.Delete(Pods.Disk);
            await machine.WaitAsync(
                "the disk to be unmounted",
                () => machine.OutputAsync("sh", "-c", $"grep '^{device} ' /proc/mounts; true"),
                said => said.Length == 0
            );
        }
        finally
        {
            await machine.RunAsync("sh", "-c", $"umount -l $(grep '^{device} ' /proc/mounts | cut -d' ' -f2); losetup --detach {device}");
        }
    }

    /// <summary>Where the kernel has no NFS, and where nobody serves, the helper still says so in its own name.</summary>
    [Fact]
    public async Task An_NFS_share_is_asked_for_by_the_helper_of_the_image()
    {
        NodeRelease release = await fixture.ReleaseAsync();
        await using KubeletNode node = await fixture.BootAsync();

        node.Apply(Pods.WithShare(await release.ReferenceAsync(NodeRelease.Pod)));

        await node.Machine.WaitAsync(
            "mount.nfs to be called",
            () => Task.FromResult(node.Machine.Read("/var/log/kubelet.log")),
            log => log.Contains("Output: mount.nfs: ", StringComparison.Ordinal)
        );
    }
}
