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
    private readonly PeerProgram _docker;
    private readonly string _program;
    private Process _process;

    private OwnEngine(PeerProgram docker, string program)
    {
        _docker = docker;
        _program = program;
        _process = Launch();
    }

    public EngineAddress Address => EngineAddress.Parse("unix://" + Socket, "test");

    private string Socket => _folder.At("docker.sock");

    /// <summary>Starts one; it answers when this returns. The test is skipped where that cannot be.</summary>
    public static async Task<OwnEngine> StartAsync()
    {
        PeerProgram docker = await PeerPrograms.RequireAsync(Peer.Docker);
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root to start an Engine");
        if (PeerPrograms.OnPath("dockerd") is not { } program)
        {
            Assert.Skip("dockerd is not there");
            throw new UnreachableException();
        }

        OwnEngine engine = new(docker, program);
        try
        {
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
    public async Task<string> DockerAsync(params string[] arguments) => (await _docker.RunAsync(["--host", "unix://" + Socket, .. arguments])).Require().Output;

    /// <summary>Ends it at once, in the middle of whatever it does; what it has stored stays.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Starts it anew after <see cref="KillAsync"/>; it answers when this returns.</summary>
    public async Task RestartAsync()
    {
        // Its containerd dies with it and leaves this; a number that another process has by now would be waited for.
        foreach (string left in (string[])[_folder.At("pid"), _folder.At("exec", "containerd", "containerd.pid"), Socket])
            File.Delete(left);
        _process.Dispose();
        _process = Launch();
        await AnswersAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await new ChildProcess("/bin/kill", "-TERM", $"{_process.Id}").RunAsync();
            await Task.WhenAny(_process.WaitForExitAsync(), Task.Delay(TimeSpan.FromSeconds(20)));
            if (!_process.HasExited)
                _process.Kill(entireProcessTree: true);
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
        // What a kill left of its containers, which no Engine came back for.
        foreach (string process in Directory.EnumerateDirectories("/proc").Where(IsOurs))
            await new ChildProcess("/bin/kill", "-KILL", Path.GetFileName(process)).RunAsync();
        await new ChildProcess("/bin/sh", "-c", "grep -F \"$1/\" /proc/mounts | cut -d' ' -f2 | sort -r | xargs -r umount -l", "sh", _folder.Path).RunAsync();
        _folder.Dispose();
    }

    /// <summary>Whether a process was started with a path of this Engine's own folder.</summary>
    private bool IsOurs(string process)
    {
        try
        {
            return int.TryParse(Path.GetFileName(process), out int id) && id != Environment.ProcessId
                && File.ReadAllText(Path.Combine(process, "cmdline")).Contains(_folder.Path + "/", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private Process Launch()
    {
        ProcessStartInfo start = new("/bin/sh",
        [
            // In a network of its own: an Engine without a bridge removes the machine's docker0, and with it the network of the Engine there.
            "-c", "log=$1; shift; exec unshare --net \"$@\" >>\"$log\" 2>&1", "sh", _folder.At("log"), _program, "--data-root", _folder.At("data"), "--exec-root", _folder.At("exec"),
            "--pidfile", _folder.At("pid"), "--host", "unix://" + Socket, "--bridge=none", "--iptables=false", "--config-file", _folder.At("none.json"),
        ])
        {
            RedirectStandardInput = true,
        };
        _folder.Write("none.json", "{}");
        return Process.Start(start)!;
    }

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
            catch (EngineException) when (clock.Elapsed < TimeSpan.FromSeconds(45) && !_process.HasExited)
            {
                await Task.Delay(100, TestContext.Current.CancellationToken);
            }
            catch (EngineException e)
            {
                throw new InvalidOperationException($"dockerd does not answer: {string.Join('\n', File.ReadLines(_folder.At("log")).TakeLast(10))}", e);
            }
        }
    }
}
