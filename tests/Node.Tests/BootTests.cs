namespace Slipway.Node.Tests;

/// <summary>A node from nothing to a pod that answers.</summary>
[Collection(Nodes.Name)]
public sealed class BootTests(NodeFixture fixture)
{
    [Fact]
    public async Task A_node_is_ready_for_pods_once_flannel_cni_has_installed_plugins_and_a_static_pod_answers_over_its_host_port()
    {
        NodeRelease release = await fixture.ReleaseAsync();
        await using KubeletNode node = await fixture.BootAsync();
        Machine machine = node.Machine;
        machine.Write("/run/greeting", "hello from the host\n");

        node.Apply(Pods.Server(await release.ReferenceAsync(NodeRelease.Pod)));

        await machine.WaitAsync(
            "kubelet to refuse the pod a network",
            () => Task.FromResult(machine.Read("/var/log/kubelet.log")),
            log => log.Contains("network is not ready", StringComparison.Ordinal)
        );
        Assert.Empty(await machine.AskAsync(Pods.HostPort));

        node.Apply(Pods.Installer(await release.ReferenceAsync("flannel-cni")));

        string page = await machine.WaitAsync(
            "the pod's server",
            () => machine.AskAsync(Pods.HostPort, "/index.html"),
            said => said.Length > 0
        );
        Assert.Contains("200 OK", page, StringComparison.Ordinal);
        Assert.Contains("hello from the host", page, StringComparison.Ordinal);
        Assert.True(File.Exists(machine.At("/opt/cni/bin/bridge")), "flannel-cni installed no bridge");
        Assert.True(File.Exists(machine.At("/etc/cni/net.d/10-flannel.conflist")), "flannel-cni installed no configuration");
    }
}
