using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Node.Tests;

/// <summary>
/// The arm64 kubelet in the root of the arm64 image. Under qemu-user no container can be run, so this is no node: it ends where it
/// wants a container runtime or a cgroup.
/// </summary>
public sealed class Arm64Tests
{
    [Fact]
    public async Task Kubelet_for_arm64_starts_under_qemu_says_its_version_and_reads_its_flags_and_configuration()
    {
        using ScratchRepository repository = await NodeRelease.AssembleKubeletAsync("arm64");
        ImageRoot root = await ImageRoot.UnpackAsync(
            repository.Layout("kubelet"),
            $"{KubernetesPrograms.Version}-arm64",
            Platform.LinuxArm64,
            repository.Beside("arm64")
        );

        Assert.Equal($"Kubernetes {KubernetesPrograms.Version}\n", (await KubeletAsync(root, "--version")).Require().Output);
        Assert.Contains("unknown flag", (await KubeletAsync(root, "--no-such-flag")).Error, StringComparison.Ordinal);
        Assert.Contains("\"Kublet\"", await WithConfigurationAsync(root, "Kublet"), StringComparison.Ordinal);
        string good = await WithConfigurationAsync(root, "KubeletConfiguration");
        Assert.DoesNotContain("failed to load Kubelet config file", good, StringComparison.Ordinal);
        Assert.Contains(
            $"Kubernetes {KubernetesPrograms.Version}\n",
            $"Kubernetes {(await root.RunAsync("/usr/local/bin/kubectl", "version", "--client", "--short")).Require().Output.Split(' ')[^1]}",
            StringComparison.Ordinal
        );
    }

    private static Task<ChildResult> KubeletAsync(ImageRoot root, params string[] flags) =>
        root.RunAsync(["/usr/local/bin/kubelet", .. flags]);

    /// <summary>What kubelet says until it ends, which it must by itself or after twenty seconds.</summary>
    private static async Task<string> WithConfigurationAsync(ImageRoot root, string kind)
    {
        string text = $"apiVersion: kubelet.config.k8s.io/v1beta1\nkind: {kind}\n";
        ChildResult ended = await root.RunAsync(
            "bash",
            "-c",
            "printf %s \"$1\" >/tmp/kubelet.yaml && timeout 20 kubelet --config=/tmp/kubelet.yaml --container-runtime=remote "
                + "--container-runtime-endpoint=unix:///run/nobody.sock",
            "bash",
            text
        );
        Assert.NotEqual(0, ended.ExitCode);
        return ended.Error;
    }
}
