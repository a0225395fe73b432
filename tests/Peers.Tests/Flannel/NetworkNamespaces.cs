using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>Two network namespaces, a node's and a pod's; disposing removes them and all that was made in them.</summary>
public sealed class NetworkNamespaces : IAsyncDisposable
{
    private readonly PeerProgram _ip;

    private NetworkNamespaces(PeerProgram ip)
    {
        _ip = ip;
        string id = Guid.NewGuid().ToString("n")[..8];
        Node = $"slipway-node-{id}";
        Pod = $"slipway-pod-{id}";
    }

    public string Node { get; }

    public string Pod { get; }

    /// <summary>The file that the pod's namespace is.</summary>
    public string PodFile => $"/var/run/netns/{Pod}";

    /// <summary>Makes both, with their loopback up; skips the test where it has no right to.</summary>
    public static async Task<NetworkNamespaces> CreateAsync()
    {
        await UnpackedRoot.RequireRightsAsync();
        NetworkNamespaces made = new(await PeerPrograms.RequireAsync(Peer.Ip));
        try
        {
            (await made._ip.RunAsync("netns", "add", made.Node)).Require();
            (await made._ip.RunAsync("netns", "add", made.Pod)).Require();
            await made.InNodeAsync("ip", "link", "set", "lo", "up");
            return made;
        }
        catch
        {
            await made.DisposeAsync();
            throw;
        }
    }

    /// <summary>What a program prints that runs in the node's network and must end well.</summary>
    public async Task<string> InNodeAsync(params string[] command) => (await In(Node, command).RunAsync()).Require().Output;

    /// <summary>What a program prints that runs in the pod's network and must end well.</summary>
    public async Task<string> InPodAsync(params string[] command) => (await In(Pod, command).RunAsync()).Require().Output;

    /// <summary>A program in one of the two.</summary>
    public ChildProcess In(string name, params string[] command) =>
        _ip.With(["netns", "exec", name, .. command]) with
        {
            TimeLimit = TimeSpan.FromMinutes(1),
        };

    public async ValueTask DisposeAsync()
    {
        await _ip.RunAsync("netns", "del", Pod);
        await _ip.RunAsync("netns", "del", Node);
    }
}
