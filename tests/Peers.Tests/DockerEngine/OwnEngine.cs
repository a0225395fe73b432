using System.Diagnostics;
using Slipway.Engine;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>
/// A Docker Engine of a test's own, which may be killed: its state, socket and processes in a folder of their own, and nothing of it
/// in the machine's network. Disposing ends it and unmounts and removes what it left.
/// </summary>
public sealed class OwnEngine : IAsyncDisposable
{
    private readonly ScratchFolder _folder = new();
    private readonly EngineRecipe _recipe;
    private readonly PeerProgram _docker;
    private readonly string[] _program;
    private Process? _process;

    /// <param name="recipe">What it is made of.</param>
    /// <param name="docker">The docker command.</param>
    /// <param name="program">What starts it: a program, and before that what brings it into its own network and files.</param>
    private OwnEngine(EngineRecipe recipe, PeerProgram docker, params string[] program)
    {
        _recipe = recipe;
        _docker = docker;
        _program = program;
    }

    public EngineAddress Address => EngineAddress.Parse("unix://" + Socket, "test");

    private string Socket => _folder.At("docker.sock");

    /// <summary>A name for its bridge, which may have 15 characters.</summary>
    private string Bridge => "slw" + Path.GetFileName(_folder.Path)[^6..];

    /// <summary>The machine's own dockerd.</summary>
    public static Task<OwnEngine> StartAsync() => StartAsync(EngineRecipe.Machines);

    /// <summary>Starts one; it answers when this returns. The test is skipped where that cannot be.</summary>
    public static async Task<OwnEngine> StartAsync(EngineRecipe recipe)
    {
        PeerProgram docker = await PeerPrograms.RequireAsync(Peer.Docker);
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root to start an Engine");
        OwnEngine engine = new(recipe, docker, await ProgramAsync(recipe));
        try
        {
            if (recipe.IsOnMachinesNetwork)
                await engine.BridgeAsync();
            engine._process = engine.Launch();
            await engine.AnswersAsync();
            return engine;
        }
        catch
        {
            await engine.DisposeAsync();
            throw;
        }
    }

    public Task<EngineClient> ConnectAsync(List<string>? notices = null) =>
        EngineClient.ConnectAsync([Address], TimeProvider.System, line => notices?.Add(line), TestContext.Current.CancellationToken);

    /// <summary>What docker prints of this Engine.</summary>
    public async Task<string> DockerAsync(params string[] arguments) =>
        (await _docker.RunAsync(["--host", "unix://" + Socket, .. arguments])).Require().Output;

    /// <summary>Ends it at once, in the middle of whatever it does; what it has stored stays.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        // Its containerd should die with it, does not always, and would hold its database against the next one.
        while (
            Directory
                .EnumerateDirectories("/proc")
                .FirstOrDefault(process => IsOurs(process) && File.ReadAllText(Path.Combine(process, "comm")) == "containerd\n")
                is { } left
        )
            await new ChildProcess("/bin/kill", "-KILL", Path.GetFileName(left)).RunAsync();
    }

    /// <summary>Starts it anew after <see cref="KillAsync"/>; it answers when this returns.</summary>
    public async Task RestartAsync()
    {
        // These stay; a number that another process has by now would be waited for.
        foreach (string left in (string[])[_folder.At("pid"), _folder.At("exec", "containerd", "containerd.pid"), Socket])
            File.Delete(left);
        _process!.Dispose();
        _process = Launch();
        await AnswersAsync();
    }

    /// <summary>
    /// Its containers, one to a line. An Engine that comes back removes those that were to go with their runs after it has begun to
    /// answer: that is waited for, up to a minute.
    /// </summary>
    public async Task<string> ContainersLeftAsync()
    {
        for (int tries = 0; ; tries++)
        {
            string left = await DockerAsync("ps", "--all", "--quiet");
            if (left.Length == 0 || tries == 120)
                return left;
            await Task.Delay(TimeSpan.FromSeconds(0.5));
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            await new ChildProcess("/bin/kill", "-TERM", $"{_process.Id}").RunAsync();
            await Task.WhenAny(_process.WaitForExitAsync(), Task.Delay(TimeSpan.FromSeconds(20)));
            if (!_process.HasExited)
                _process.Kill(entireProcessTree: true);
        }

        if (_process is not null)
            await _process.WaitForExitAsync();
        _process?.Dispose();
        // What a kill left of its containers, which no Engine came back for.
        foreach (string process in Directory.EnumerateDirectories("/proc").Where(IsOurs))
            await new ChildProcess("/bin/kill", "-KILL", Path.GetFileName(process)).RunAsync();
        await new ChildProcess(
            "/bin/sh",
            "-c",
            "grep -F \"$1/\" /proc/mounts | cut -d' ' -f2 | sort -r | xargs -r umount -l",
            "sh",
            _folder.Path
        ).RunAsync();
        if (_recipe.IsOnMachinesNetwork)
            await new ChildProcess("ip", "link", "delete", Bridge).RunAsync();
        _folder.Dispose();
    }

    /// <summary>Whether a process was started with a path of this Engine's own folder.</summary>
    private bool IsOurs(string process)
    {
        try
        {
            return int.TryParse(Path.GetFileName(process), out int id)
                && id != Environment.ProcessId
                && File.ReadAllText(Path.Combine(process, "cmdline")).Contains(_folder.Path + "/", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>
    /// In a network of its own unless it needs the machine's: an Engine without a bridge removes docker0, and with it the network of the
    /// machine's Engine. One out of packages sees them in place of the machine's <c>/usr</c>, as all that it starts does.
    /// </summary>
    private static async Task<string[]> ProgramAsync(EngineRecipe recipe)
    {
        string[] network = recipe.IsOnMachinesNetwork ? [] : ["--net"];
        if (recipe.Peer is { } peer)
        {
            PeerProgram program = await PeerPrograms.RequireAsync(peer);
            return
            [
                "unshare",
                "--mount",
                .. network,
                "/bin/sh",
                "-c",
                "mount --bind \"$1/usr\" /usr && shift && exec \"$@\"",
                "sh",
                program.Root!,
                "/" + peer.Path,
            ];
        }

        if (PeerPrograms.OnPath("dockerd") is { } dockerd)
            return recipe.IsOnMachinesNetwork ? [dockerd] : ["unshare", .. network, dockerd];
        Assert.Skip("dockerd is not there");
        throw new UnreachableException();
    }

    private async Task BridgeAsync()
    {
        PeerProgram ip = await PeerPrograms.RequireAsync(Peer.Ip);
        (await ip.RunAsync("link", "add", Bridge, "type", "bridge")).Require();
        // Of a block that is for documentation (RFC 5737), where no machine is.
        (await ip.RunAsync("address", "add", "198.51.100.1/28", "dev", Bridge)).Require();
        (await ip.RunAsync("link", "set", Bridge, "up")).Require();
    }

    private Process Launch()
    {
        // The log's first: unshare and the shell say there what they cannot do.
        ProcessStartInfo start = new(
            "/bin/sh",
            [
                "-c",
                "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1",
                "sh",
                _folder.At("log"),
                .. _program,
                .. _recipe.IsPodman ? PodmanArguments() : DockerArguments(),
            ]
        )
        {
            RedirectStandardInput = true,
        };
        // Builds do not heed --runtime, and raise limits further than root may in every container.
        start.Environment["CONTAINERS_CONF_OVERRIDE"] = _folder.Write(
            "containers.conf",
            """
            [engine]
            runtime = "runc"
            [containers]
            default_ulimits = ["nofile=1024:4096", "nproc=4096:4096"]

            """
        );
        return Process.Start(start)!;
    }

    private string[] DockerArguments() =>
        [
            "--data-root",
            _folder.At("data"),
            "--exec-root",
            _folder.At("exec"),
            "--pidfile",
            _folder.At("pid"),
            "--host",
            "unix://" + Socket,
            $"--bridge={(_recipe.IsOnMachinesNetwork ? Bridge : "none")}",
            "--iptables=false",
            "--ip-forward=false",
            "--ip-masq=false",
            "--config-file",
            _folder.Write("daemon.json", _recipe.Settings),
            .. _recipe.Arguments,
        ];

    private string[] PodmanArguments() =>
        [
            "--root",
            _folder.At("data"),
            "--runroot",
            _folder.At("exec"),
            "--tmpdir",
            _folder.At("run"),
            "--cgroup-manager=cgroupfs",
            "--events-backend=file",
            "system",
            "service",
            "--time=0",
            "unix://" + Socket,
        ];

    private async Task AnswersAsync()
    {
        Stopwatch clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using EngineClient client = await ConnectAsync();
                return;
            }
            catch (EngineException) when (clock.Elapsed < TimeSpan.FromSeconds(45) && _process is { HasExited: false })
            {
                await Task.Delay(100, TestContext.Current.CancellationToken);
            }
            catch (EngineException e)
            {
                throw new InvalidOperationException(
                    $"dockerd does not answer: {string.Join('\n', File.ReadLines(_folder.At("log")).TakeLast(10))}",
                    e
                );
            }
        }
    }
}
