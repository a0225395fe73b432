namespace Slipway.Node.Tests;

/// <summary>What a node's programs are configured with.</summary>
internal static class NodeConfiguration
{
    /// <summary>A node without a cluster, which asks callers for a certificate and evicts no pod for a full disk of this machine.</summary>
    public static string Kubelet(string cgroup) =>
        $$"""
            apiVersion: kubelet.config.k8s.io/v1beta1
            kind: KubeletConfiguration
            authentication:
              anonymous: { enabled: false }
              webhook: { enabled: false }
              x509: { clientCAFile: /etc/kubernetes/ca.crt }
            authorization: { mode: AlwaysAllow }
            cgroupDriver: cgroupfs
            cgroupRoot: /{{cgroup}}
            enableControllerAttachDetach: false
            evictionHard: { memory.available: 1Mi, nodefs.available: 0%, nodefs.inodesFree: 0%, imagefs.available: 0% }
            failSwapOn: false
            fileCheckFrequency: 1s
            syncFrequency: 2s
            readOnlyPort: 0
            resolvConf: /etc/resolv.conf
            staticPodPath: /etc/kubernetes/manifests
            volumePluginDir: /var/lib/kubelet/volumeplugins

            """;

    /// <summary>Typhoon's, but for the cgroup driver: no systemd runs in the machine.</summary>
    /// <param name="sandbox">The image of every pod's first container.</param>
    public static string Containerd(string sandbox) =>
        $"""
            version = 2
            root = "/var/lib/containerd"
            state = "/run/containerd"
            [grpc]
              address = "/run/containerd/containerd.sock"
            [plugins."io.containerd.grpc.v1.cri"]
              sandbox_image = "{sandbox}"
              # Not every machine lets root lower a score.
              restrict_oom_score_adj = true
              [plugins."io.containerd.grpc.v1.cri".registry]
                config_path = "/etc/containerd/certs.d"
              [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
                runtime_type = "io.containerd.runc.v2"

            """;
}
