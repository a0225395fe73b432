using System.Text.Json.Nodes;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>
/// The plugins that flannel-cni installed on a host, at work there. Upstream's are static; these are Debian's, which want a C library of
/// the machine no older than 2.34.
/// </summary>
[Collection(FlannelImages.Name)]
public sealed class PluginTests(FlannelFixture fixture) : IDisposable
{
    private const int HostPort = 18080;
    private const string Subnet = "10.213.77.0/24";
    private const string Gateway = "10.213.77.1";

    private readonly ScratchFolder _folder = new();
    private readonly InstallerHost _host = new();

    public void Dispose()
    {
        _folder.Dispose();
        _host.Dispose();
    }

    [Fact]
    public async Task Bridge_host_local_and_portmap_connect_a_pod_and_take_it_away_again()
    {
        PeerProgram iptables = await PeerPrograms.RequireAsync(Peer.Iptables);
        await using NetworkNamespaces namespaces = await NetworkNamespaces.CreateAsync();
        UnpackedRoot root = await InstalledAsync();
        string busybox = Path.Combine(root.Path, "usr/bin/busybox"),
            addresses = _folder.Folder("addresses");
        string before = await RulesAsync(namespaces, iptables);
        PluginChain chain = new(namespaces, _host.Plugins, _folder.Path, Bridged(addresses))
        {
            RuntimeConfig = new JsonObject
            {
                ["portMappings"] = new JsonArray(
                    new JsonObject
                    {
                        ["hostPort"] = HostPort,
                        ["containerPort"] = 80,
                        ["protocol"] = "tcp",
                    }
                ),
            },
        };

        JsonObject added = await chain.AddAsync();

        string address = ((string)added["ips"]![0]!["address"]!).Split('/')[0];
        Assert.StartsWith("10.213.77.", address, StringComparison.Ordinal);
        Assert.Contains($"inet {address}/24", await namespaces.InPodAsync("ip", "-4", "address", "show", "eth0"), StringComparison.Ordinal);
        Assert.Contains($"default via {Gateway}", await namespaces.InPodAsync("ip", "route"), StringComparison.Ordinal);
        Assert.Contains(
            $"inet {Gateway}/24",
            await namespaces.InNodeAsync("ip", "-4", "address", "show", "slipway0"),
            StringComparison.Ordinal
        );
        Assert.True(File.Exists(Path.Combine(addresses, "slipway-test", address)), "host-local kept no reservation");
        Assert.Contains(
            HostPort.ToString(System.Globalization.CultureInfo.InvariantCulture),
            await RulesAsync(namespaces, iptables),
            StringComparison.Ordinal
        );
        Assert.Equal("from the pod\n", await AskAsync(namespaces, busybox));

        await chain.DeleteAsync(added);

        Assert.DoesNotContain("eth0", await namespaces.InPodAsync("ip", "link"), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(addresses, "slipway-test", address)), "host-local kept the reservation");
        string after = await RulesAsync(namespaces, iptables);
        Assert.DoesNotContain(address, after, StringComparison.Ordinal);
        Assert.DoesNotContain($"dport {HostPort}", after, StringComparison.Ordinal);
        Assert.DoesNotContain("-A", before, StringComparison.Ordinal);
        // A runtime that is not sure asks again, and must be answered well.
        await chain.DeleteAsync(added);
    }

    [Fact]
    public async Task Loopback_and_tuning_work_and_two_pods_get_two_addresses()
    {
        await PeerPrograms.RequireAsync(Peer.Iptables);
        await using NetworkNamespaces namespaces = await NetworkNamespaces.CreateAsync();
        await InstalledAsync();
        PluginChain loopback = new(namespaces, _host.Plugins, _folder.Path, List(new JsonObject { ["type"] = "loopback" }))
        {
            Interface = "lo",
        };
        await loopback.AddAsync();
        Assert.Contains("inet 127.0.0.1/8", await namespaces.InPodAsync("ip", "-4", "address", "show", "lo"), StringComparison.Ordinal);

        JsonObject bridged = Bridged(_folder.Folder("addresses"));
        bridged["plugins"]!.AsArray().RemoveAt(1);
        bridged["plugins"]!.AsArray().Add(new JsonObject { ["type"] = "tuning", ["mac"] = "0a:58:0a:d5:4d:02" });
        PluginChain first = new(namespaces, _host.Plugins, _folder.Path, bridged),
            second = new(namespaces, _host.Plugins, _folder.Path, bridged) { Interface = "eth1" };
        JsonObject one = await first.AddAsync(),
            other = await second.AddAsync();

        Assert.NotEqual((string)one["ips"]![0]!["address"]!, (string)other["ips"]![0]!["address"]!);
        Assert.Contains("0a:58:0a:d5:4d:02", await namespaces.InPodAsync("ip", "link", "show", "eth0"), StringComparison.Ordinal);
        await second.DeleteAsync(other);
        await first.DeleteAsync(one);
    }

    /// <summary>Puts the plugins on the host by the installer itself.</summary>
    private async Task<UnpackedRoot> InstalledAsync()
    {
        UnpackedRoot root = await fixture.UnpackAsync(UnpackedRoot.Native, _folder);
        (await root.RunAsync(_host.Run)).Require();
        return root;
    }

    private static JsonObject Bridged(string addresses) =>
        List(
            new JsonObject
            {
                ["type"] = "bridge",
                ["bridge"] = "slipway0",
                ["isDefaultGateway"] = true,
                ["ipMasq"] = true,
                ["hairpinMode"] = true,
                ["ipam"] = new JsonObject
                {
                    ["type"] = "host-local",
                    ["subnet"] = Subnet,
                    ["dataDir"] = addresses,
                },
            },
            new JsonObject
            {
                ["type"] = "portmap",
                ["snat"] = true,
                ["capabilities"] = new JsonObject { ["portMappings"] = true },
            }
        );

    private static JsonObject List(params JsonNode[] plugins) =>
        new()
        {
            ["cniVersion"] = "1.0.0",
            ["name"] = "slipway-test",
            ["plugins"] = new JsonArray(plugins),
        };

    /// <summary>What the pod's server says to a client of the node's own port.</summary>
    private static async Task<string> AskAsync(NetworkNamespaces namespaces, string busybox)
    {
        Task<ChildResult> server = namespaces
            .In(namespaces.Pod, busybox, "nc", "-l", "-p", "80", "-e", busybox, "echo", "from the pod")
            .RunAsync();
        ChildProcess listening = namespaces.In(
            namespaces.Pod,
            "sh",
            "-c",
            "until grep -q ':0050 0*:0000 0A' /proc/net/tcp /proc/net/tcp6; do sleep 0.1; done"
        );
        (await listening.RunAsync()).Require();
        string said = await namespaces.InNodeAsync("sh", "-c", $"'{busybox}' nc {Gateway} {HostPort} </dev/null");
        (await server).Require();
        return said;
    }

    private static async Task<string> RulesAsync(NetworkNamespaces namespaces, PeerProgram iptables) =>
        await namespaces.InNodeAsync(iptables.File, "-t", "nat", "-S");
}
