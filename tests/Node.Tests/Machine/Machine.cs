using Slipway.Testing;

namespace Slipway.Node.Tests;

/// <summary>
/// What a node is to its kubelet: a root with this machine's programs and everything else its own, in mount, network, process, host name
/// and IPC namespaces of its own. All that is made in it ends with it; what outlives namespaces are cgroups, and disposing removes those.
/// </summary>
internal sealed class Machine : IAsyncDisposable
{
    /// <summary>Its address; host ports are asked there.</summary>
    public const string Address = "192.0.2.10";

    private readonly ScratchFolder _folder;
    private readonly RunningChild _init;
    private readonly string _process;

    private Machine(ScratchFolder folder, RunningChild init, string name)
    {
        _folder = folder;
        _init = init;
        _process = init.FirstLine;
        CgroupName = name;
    }

    /// <summary>The cgroup, in every hierarchy, that all of its containers are in.</summary>
    public string CgroupName { get; }

    /// <summary>A folder of this machine that it has as <c>/share</c>.</summary>
    public string Share => _folder.At("share");

    /// <summary>Starts one that runs nothing yet; the test is skipped where the machine forbids that.</summary>
    public static async Task<Machine> StartAsync()
    {
        ImageRoot.RequireRoot();
        foreach (Peer peer in (Peer[])[Peer.Containerd, Peer.Runc, Peer.Iptables, Peer.Ip])
            await PeerPrograms.RequireAsync(peer);
        ChildResult allowed = await new ChildProcess(
            "unshare",
            [.. MachineScript.Namespaces, "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
        ).RunAsync();
        Assert.SkipUnless(allowed.ExitCode == 0, $"a node: namespaces and mounts are needed: {allowed.Error.Trim()}");
        ScratchFolder folder = new();
        try
        {
            string name = Path.GetFileName(folder.Path);
            foreach (string hierarchy in Cgroups.Hierarchies)
                Cgroups.Make(hierarchy, name);
            string script = folder.Write("init.sh", MachineScript.Init);
            ChildProcess init = new("unshare", [.. MachineScript.Namespaces, "bash", script, folder.Path, Address]);
            return new Machine(folder, await RunningChild.StartAsync(init), name);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>A file or folder of its own, as this machine reaches it.</summary>
    public string At(string path) => $"/proc/{_process}/root{path}";

    /// <summary>Writes one of its files, whose folder is made.</summary>
    public void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        File.WriteAllText(At(path), text);
    }

    public string Read(string path) => File.Exists(At(path)) ? File.ReadAllText(At(path)) : "";

    /// <summary>Runs one of its programs to its end.</summary>
    public Task<ChildResult> RunAsync(params IReadOnlyList<string> command) => In(command).RunAsync();

    /// <summary>What one of its programs prints, which must end well.</summary>
    public async Task<string> OutputAsync(params IReadOnlyList<string> command) => (await RunAsync(command)).Require().Output;

    /// <summary>Starts a program that runs on until the machine ends; its log is <c>/var/log/NAME.log</c>.</summary>
    public async Task StartAsync(string name, params IReadOnlyList<string> command) =>
        (
            await RunAsync(["sh", "-c", $"setsid \"$@\" >/var/log/{name}.log 2>&1 </dev/null & echo $! >/run/{name}.pid", "sh", .. command])
        ).Require();

    /// <summary>What an HTTP server says on one of its ports, head and body; empty when none answers.</summary>
    public async Task<string> AskAsync(int port, string path = "/", string address = Address)
    {
        const string Ask = """exec 3<>"/dev/tcp/$1/$2" && printf 'GET %s HTTP/1.0\r\n\r\n' "$3" >&3 && timeout 5 cat <&3""";
        return (await RunAsync("bash", "-c", Ask, "bash", address, $"{port}", path)).Output;
    }

    /// <summary>Waits until something is so, and fails with what there was and the logs when it does not become so.</summary>
    public async Task<string> WaitAsync(string what, Func<Task<string>> ask, Func<string, bool> isSo)
    {
        string said = "";
        for (DateTime end = DateTime.UtcNow.AddMinutes(2); DateTime.UtcNow < end; )
        {
            said = await ask();
            if (isSo(said))
                return said;
            await Task.Delay(500, TestContext.Current.CancellationToken);
        }

        string kubelet = Read("/var/log/kubelet.log"),
            containerd = Read("/var/log/containerd.log");
        throw new InvalidOperationException($"waited in vain for {what}; there was:\n{Tail(said)}\n{Tail(containerd)}\n{Tail(kubelet)}");
    }

    public async ValueTask DisposeAsync()
    {
        await _init.DisposeAsync();
        await Cgroups.RemoveAsync(CgroupName);
        _folder.Dispose();
    }

    private ChildProcess In(IReadOnlyList<string> command) =>
        new("nsenter", ["--target", _process, "--mount", "--net", "--pid", "--uts", "--ipc", "--root", "--wd", "--", .. command])
        {
            TimeLimit = TimeSpan.FromMinutes(3),
        };

    private static string Tail(string text) => text.Length <= 6000 ? text : "…" + text[^6000..];
}
