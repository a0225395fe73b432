using Slipway.Testing;

namespace Slipway.Node.Tests;

/// <summary>The official registry dies, and a node goes over to the fallback by the drop-in that the release hands out.</summary>
[Collection(Nodes.Name)]
public sealed class UpgradeTests(NodeFixture fixture)
{
    [Fact]
    public async Task A_node_runs_on_from_the_fallback_registry_while_the_official_one_is_dead()
    {
        NodeRelease release = await fixture.ReleaseAsync();
        string official = KubeletUnit.ImageWith(release.DropIn("quay.io")),
            fallback = KubeletUnit.ImageWith(release.DropIn("docker.io"));
        Assert.StartsWith("quay.io/poseidon/kubelet@sha256:", official, StringComparison.Ordinal);
        Assert.StartsWith("docker.io/psdn/kubelet@sha256:", fallback, StringComparison.Ordinal);
        Assert.Equal(official.Split('@')[1], fallback.Split('@')[1]);
        await using KubeletNode node = await fixture.BootAsync();
        await node.ServeAsync(release);
        await release.Quay.KillAsync();
        try
        {
            await node.StopKubeletAsync();
            await node.ForgetAsync(official);
            ChildResult dead = await node.PullAsync(official);
            Assert.NotEqual(0, dead.ExitCode);

            (await release.VerifyAsync(fallback)).Require();
            (await node.PullAsync(fallback)).Require();
            await node.StartKubeletAsync(fallback);
            await node.WaitForServerAsync();
        }
        finally
        {
            await release.Quay.RestartAsync();
        }
    }

    [Theory]
    [InlineData("quay.io")]
    [InlineData("docker.io")]
    public async Task Systemd_takes_the_unit_with_the_drop_in_of_a_registry(string host)
    {
        NodeRelease release = await fixture.ReleaseAsync();
        PeerProgram systemd = await PeerPrograms.RequireAsync(Peer.SystemdAnalyze);
        using ScratchFolder root = new();
        root.Write("usr/bin/podman", "#!/bin/sh\n");
        root.Write("usr/bin/mkdir", "#!/bin/sh\n");
        File.CreateSymbolicLink(root.At("bin"), "usr/bin");
        foreach (string target in (string[])["basic", "multi-user", "shutdown", "sysinit"])
            root.Write($"usr/lib/systemd/system/{target}.target", "[Unit]\nDescription=A target\n");
        foreach (string program in (string[])["podman", "mkdir"])
            File.SetUnixFileMode(root.At("usr", "bin", program), (UnixFileMode)0x1ED);
        root.Write($"etc/systemd/system/{KubeletUnit.Name}", KubeletUnit.Text);
        string dropIn = root.Write($"etc/systemd/system/{KubeletUnit.Name}.d/10-image-override.conf", release.DropIn(host));

        ChildResult verified = await VerifyAsync();

        verified.Require();
        Assert.DoesNotContain("kubelet.service", verified.Error, StringComparison.Ordinal);
        File.WriteAllText(dropIn, release.DropIn(host).Replace("[Service]", "[Servise]", StringComparison.Ordinal));
        Assert.Contains("Servise", (await VerifyAsync()).Error, StringComparison.Ordinal);

        Task<ChildResult> VerifyAsync() =>
            systemd.RunAsync("verify", "--man=no", "--generators=no", $"--root={root.Path}", KubeletUnit.Name);
    }
}
