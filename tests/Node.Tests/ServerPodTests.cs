using System.Text.Json.Nodes;
using Slipway.Testing;

namespace Slipway.Node.Tests;

/// <summary>What a pod is given, and what is left when it goes: one node, from its first pod to its last.</summary>
[Collection(Nodes.Name)]
public sealed class ServerPodTests(NodeFixture fixture)
{
    [Fact]
    public async Task A_pod_has_volumes_limits_and_probes_lives_on_while_kubelet_is_restarted_and_leaves_nothing()
    {
        NodeRelease release = await fixture.ReleaseAsync();
        await using KubeletNode node = await fixture.BootAsync();
        Machine machine = node.Machine;
        string before = await StateAsync(machine);
        await node.ServeAsync(release);

        string page = await machine.AskAsync(Pods.HostPort, "/index.html");
        foreach (
            string found in (string[])
                [
                    "hello from the host\nkept\nof=\"slipway\"\n",
                    " /disk ",
                    "tmpfs /memory tmpfs rw",
                    "tmpfs /downward tmpfs ro",
                    "tmpfs /run-of-host tmpfs ro",
                    $"\n{Pods.MemoryLimit}\n",
                ]
        )
            Assert.True(page.Contains(found, StringComparison.Ordinal), $"no '{found}' in\n{page}");
        await RequireRulesAsync(machine);
        await RequireStrangersAreRefusedAsync(node);

        await IllnessRestartsAsync(node);
        await RestartOfKubeletIsNotNoticedAsync(release, node);

        node.Delete(Pods.Web);
        await machine.WaitAsync(
            "the pod's end",
            async () => (await node.PodAsync(Pods.Web))?.ToJsonString() ?? await StateAsync(machine),
            said => said == before
        );
        await node.StopKubeletAsync();
        Assert.Equal(before, await StateAsync(machine));
    }

    /// <summary>Mounts and links of pods, and rules about their ports; kubelet's own chains stay, for its next start.</summary>
    private static async Task<string> StateAsync(Machine machine) =>
        await machine.OutputAsync(
            "sh",
            "-c",
            "grep /var/lib/kubelet/pods /proc/mounts; ip -o link | grep veth | grep -v upstream; iptables-save | grep -e dport -e 10.213; true"
        );

    private static async Task RequireRulesAsync(Machine machine)
    {
        string rules = await machine.OutputAsync("iptables-save");
        Assert.Contains("KUBE-MARK-MASQ", rules, StringComparison.Ordinal);
        Assert.Contains("KUBE-KUBELET-CANARY", rules, StringComparison.Ordinal);
        Assert.Contains($"--dport {Pods.HostPort} ", rules, StringComparison.Ordinal);
        // This machine's own rules, in its own network, know nothing of them.
        Assert.DoesNotContain(
            $"--dport {Pods.HostPort} ",
            (await new ChildProcess("iptables-save").RunAsync()).Output,
            StringComparison.Ordinal
        );
    }

    private static async Task RequireStrangersAreRefusedAsync(KubeletNode node)
    {
        ChildResult stranger = await node.ExecAsync(
            "/usr/local/bin/kubectl",
            "--server=https://127.0.0.1:10250",
            "--insecure-skip-tls-verify",
            "--token=nobody",
            "get",
            "--raw",
            "/pods"
        );
        Assert.NotEqual(0, stranger.ExitCode);
        Assert.Contains("You must be logged in", stranger.Error, StringComparison.Ordinal);
    }

    /// <summary>The probe by command fails while the host says so, and kubelet starts the container anew.</summary>
    private static async Task IllnessRestartsAsync(KubeletNode node)
    {
        node.Machine.Write("/run/ill", "");
        await node.Machine.WaitAsync("a restart of the container", () => RestartsAsync(node), count => count != "0");
        File.Delete(node.Machine.At("/run/ill"));
        await node.WaitForServerAsync();
    }

    private static async Task RestartOfKubeletIsNotNoticedAsync(NodeRelease release, KubeletNode node)
    {
        string container = await ContainerAsync(node);
        await node.StopKubeletAsync();
        Assert.Contains("200 OK", await node.Machine.AskAsync(Pods.HostPort, "/index.html"), StringComparison.Ordinal);
        await node.StartKubeletAsync(KubeletUnit.ImageWith(release.DropIn("quay.io")));
        await node.WaitForServerAsync();
        Assert.Equal(container, await ContainerAsync(node));
    }

    private static async Task<string> RestartsAsync(KubeletNode node) => $"{(await StatusAsync(node))?["restartCount"] ?? 0}";

    private static async Task<string> ContainerAsync(KubeletNode node) => $"{(await StatusAsync(node))!["containerID"]}";

    private static async Task<JsonNode?> StatusAsync(KubeletNode node) =>
        (await node.PodAsync(Pods.Web))?["status"]?["containerStatuses"]?[0];
}
