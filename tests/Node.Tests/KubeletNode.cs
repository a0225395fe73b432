using System.Text.Json.Nodes;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Node.Tests;

/// <summary>
/// A machine with Debian's containerd that runs kubelet from the release's image as the unit of its README does: a privileged container
/// by runc with the host's network and processes, but started by <c>ctr</c> in place of podman. It has no cluster: its pods are static.
/// </summary>
internal sealed class KubeletNode : IAsyncDisposable
{
    /// <summary>Containerd's own namespace for what is no pod's.</summary>
    private const string Namespace = "node";

    private static readonly string[] Ctr = ["ctr", "--namespace", Namespace];

    private readonly NodeRelease _release;
    private readonly List<RegistryRelay> _relays = [];

    private KubeletNode(NodeRelease release, Machine machine) => (_release, Machine) = (release, machine);

    public Machine Machine { get; }

    /// <summary>Starts the machine and containerd; there is no kubelet yet.</summary>
    public static async Task<KubeletNode> CreateAsync(NodeRelease release)
    {
        KubeletNode node = new(release, await Machine.StartAsync());
        try
        {
            await node.ConnectAsync();
            await node.ConfigureAsync();
            await node.Machine.StartAsync("containerd", "containerd", "--config", "/etc/containerd/config.toml");
            await node.Machine.WaitAsync(
                "containerd",
                async () => (await node.Machine.RunAsync("ctr", "version")).Output,
                said => said.Contains("Server:", StringComparison.Ordinal)
            );
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>Pulls an image by containerd; what it says.</summary>
    public Task<ChildResult> PullAsync(string reference) =>
        Machine.RunAsync([.. Ctr, "images", "pull", "--hosts-dir", "/etc/containerd/certs.d", reference]);

    /// <summary>Takes an image and what only it had away again.</summary>
    public async Task ForgetAsync(string reference)
    {
        await Machine.OutputAsync([.. Ctr, "images", "remove", "--sync", reference]);
        await Machine.OutputAsync([.. Ctr, "content", "prune", "references"]);
    }

    /// <summary>Starts kubelet from an image that was pulled, and waits until it is healthy.</summary>
    public async Task StartKubeletAsync(string reference)
    {
        string[] mounts =
        [
            .. KubeletUnit
                .Volumes.Where(volume => Path.Exists(Machine.At(volume.From)))
                .SelectMany(volume => (string[])["--mount", Mount(volume.From, volume.To, volume.Options)]),
            // These three are podman's own.
            .. ((string[])["/etc/hosts", "/etc/resolv.conf", "/dev"]).SelectMany(path => (string[])["--mount", Mount(path, path, [])]),
        ];
        await Machine.StartAsync(
            "kubelet",
            [
                .. Ctr,
                "run",
                "--rm",
                "--privileged",
                "--net-host",
                "--rootfs-propagation",
                "rshared",
                "--with-ns",
                "pid:/proc/1/ns/pid",
                "--cgroup",
                $"/{Machine.CgroupName}/kubelet",
                .. mounts,
                reference,
                "kubelet",
                "/usr/local/bin/kubelet",
                .. KubeletUnit.Arguments,
                // Version 1.20 has another default yet.
                "--container-runtime=remote",
                "--hostname-override=node",
            ]
        );
        await Machine.WaitAsync(
            "a healthy kubelet",
            () => Machine.AskAsync(10248, "/healthz", "127.0.0.1"),
            said => said.EndsWith("ok", StringComparison.Ordinal)
        );
    }

    /// <summary>Ends kubelet as <c>podman stop</c> does, and waits until its container is gone.</summary>
    public async Task StopKubeletAsync()
    {
        await Machine.OutputAsync([.. Ctr, "tasks", "kill", "--signal", "SIGTERM", "kubelet"]);
        await Machine.WaitAsync(
            "the end of kubelet",
            () => Machine.OutputAsync([.. Ctr, "containers", "list", "--quiet"]),
            said => !said.Contains("kubelet", StringComparison.Ordinal)
        );
    }

    /// <summary>Installs flannel-cni and runs the server, which answers and is ready when this returns.</summary>
    public async Task ServeAsync(NodeRelease release)
    {
        Machine.Write("/run/greeting", "hello from the host\n");
        Apply(Pods.Installer(await release.ReferenceAsync("flannel-cni")));
        Apply(Pods.Server(await release.ReferenceAsync(NodeRelease.Pod)));
        await WaitForServerAsync();
    }

    /// <summary>Waits until the server answers and kubelet, which asks it too, calls it ready.</summary>
    public async Task WaitForServerAsync()
    {
        await Machine.WaitAsync("the server", () => Machine.AskAsync(Pods.HostPort, "/index.html"), page => page.Length > 0);
        await Machine.WaitAsync(
            "a ready pod",
            async () => $"{(await PodAsync(Pods.Web))?["status"]?["containerStatuses"]?[0]?["ready"]}",
            ready => ready == "true"
        );
    }

    /// <summary>Adds or replaces a static pod.</summary>
    public void Apply(JsonObject pod) => Machine.Write(ManifestOf((string)pod["metadata"]!["name"]!), pod.ToJsonString());

    public void Delete(string pod) => File.Delete(Machine.At(ManifestOf(pod)));

    /// <summary>Runs a program of kubelet's image in its container.</summary>
    public Task<ChildResult> ExecAsync(params IReadOnlyList<string> command) =>
        Machine.RunAsync([.. Ctr, "tasks", "exec", "--exec-id", $"e{Guid.NewGuid():n}"[..12], "kubelet", .. command]);

    /// <summary>What kubelet's API says, asked by the image's own kubectl.</summary>
    public async Task<string> KubectlAsync(string path) =>
        (
            await ExecAsync(
                "/usr/local/bin/kubectl",
                "--server=https://127.0.0.1:10250",
                "--insecure-skip-tls-verify",
                "--client-certificate=/etc/kubernetes/admin.crt",
                "--client-key=/etc/kubernetes/admin.key",
                "get",
                "--raw",
                path
            )
        )
            .Require()
            .Output;

    /// <summary>A pod as kubelet's API has it; null when there is none of that name.</summary>
    public async Task<JsonNode?> PodAsync(string name) =>
        JsonNode
            .Parse(await KubectlAsync("/pods"))!["items"]
            ?.AsArray()
            .FirstOrDefault(pod => (string)pod!["metadata"]!["name"]! == $"{name}-node");

    public async ValueTask DisposeAsync()
    {
        await Machine.DisposeAsync();
        foreach (RegistryRelay relay in _relays)
            await relay.DisposeAsync();
    }

    private static string ManifestOf(string pod) => $"/etc/kubernetes/manifests/{pod}.json";

    /// <summary>SELinux's labels apart, podman's options are those of runc.</summary>
    private static string Mount(string from, string to, string[] options) =>
        $"type=bind,src={from},dst={to},options=" + string.Join(':', options.Where(option => option is "ro" or "rshared").Prepend("rbind"));

    /// <summary>Both registries at ports of the machine's loopback, by socat of kubelet's image.</summary>
    private async Task ConnectAsync()
    {
        string root = await _release.UnpackKubeletAsync(Path.Combine(Machine.Share, "kubelet"));
        foreach (
            (string host, DockerRegistry registry, int port) in new[]
            {
                ("quay.io", _release.Quay, 5001),
                ("docker.io", _release.Hub, 5002),
            }
        )
        {
            _relays.Add(new RegistryRelay(Path.Combine(root, "tmp", $"{port}"), registry.Host));
            await Machine.StartAsync(
                $"relay-{host}",
                "chroot",
                "/share/kubelet/rootfs",
                "/usr/bin/socat",
                $"TCP-LISTEN:{port},bind=127.0.0.1,fork,reuseaddr",
                $"UNIX-CONNECT:/tmp/{port}"
            );
            Machine.Write(
                $"/etc/containerd/certs.d/{host}/hosts.toml",
                $"server = \"http://127.0.0.1:{port}\"\n[host.\"http://127.0.0.1:{port}\"]\n  capabilities = [\"pull\", \"resolve\"]\n"
            );
        }
    }

    private async Task ConfigureAsync()
    {
        KubeletCertificates certificates = KubeletCertificates.Make();
        Machine.Write("/etc/kubernetes/ca.crt", certificates.Authority);
        Machine.Write("/etc/kubernetes/admin.crt", certificates.Certificate);
        Machine.Write("/etc/kubernetes/admin.key", certificates.Key);
        Machine.Write("/etc/kubernetes/kubelet.yaml", NodeConfiguration.Kubelet(Machine.CgroupName));
        Machine.Write("/etc/containerd/config.toml", NodeConfiguration.Containerd(await _release.ReferenceAsync(NodeRelease.Pod)));
    }
}
