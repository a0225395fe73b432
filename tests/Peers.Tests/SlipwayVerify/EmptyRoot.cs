using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>A folder as the root of a program: nothing else of the machine's files is there. Disposing leaves nothing of it.</summary>
internal sealed class EmptyRoot : IAsyncDisposable
{
    private readonly Func<string[], string[]> _start;
    private readonly Func<Task> _remove;

    private EmptyRoot(Func<string[], string[]> start, Func<Task> remove) => (_start, _remove) = (start, remove);

    /// <summary>The folder itself; needs root.</summary>
    public static async Task<EmptyRoot> ChrootAsync(ScratchFolder folder)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "a root of its own needs root");
        // Every container has this, and a root that somebody made by hand.
        Directory.CreateDirectory(folder.At("dev"));
        (await new ChildProcess("mknod", "-m", "666", folder.At("dev", "urandom"), "c", "1", "9").RunAsync()).Require();
        return new EmptyRoot(_ => ["chroot", folder.Path], () => Task.CompletedTask);
    }

    /// <summary>A container from an image of the folder alone, without rights, with the machine's network.</summary>
    public static async Task<EmptyRoot> ContainerAsync(ScratchFolder folder)
    {
        PeerProgram docker = await PeerPrograms.RequireAsync(Peer.Docker);
        string name = $"slipway-tests/empty:{Guid.NewGuid():n}";
        using ScratchFolder beside = new();
        (await new ChildProcess("tar", "-C", folder.Path, "-cf", beside.At("root.tar"), ".").RunAsync()).Require();
        (await docker.RunAsync("import", beside.At("root.tar"), name)).Require();
        return new EmptyRoot(
            variables =>
                [
                    docker.File,
                    "run",
                    "--rm",
                    "--network",
                    "host",
                    "--read-only",
                    "--cap-drop",
                    "ALL",
                    .. variables.SelectMany(variable => (string[])["--env", variable]),
                    name,
                ],
            () => docker.RunAsync("image", "rm", "--force", name)
        );
    }

    /// <summary>slipway-verify in it, with variables and no others of the test's.</summary>
    public VerifyProgram Program(params (string Name, string Value)[] variables) =>
        new("/slipway-verify")
        {
            Prefix = _start([.. variables.Select(variable => $"{variable.Name}={variable.Value}")]),
            Variables = new Dictionary<string, string?>(variables.Select(each => KeyValuePair.Create(each.Name, (string?)each.Value)))
            {
                ["HOME"] = null,
                // The Docker client's, not the program's.
                ["DOCKER_HOST"] = Environment.GetEnvironmentVariable("DOCKER_HOST"),
            },
        };

    public async ValueTask DisposeAsync() => await _remove();
}
