using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>install-cni.sh killed before every command that it runs, and in the middle of copying.</summary>
[Collection(FlannelImages.Name)]
public sealed class InstallerCrashTests(FlannelFixture fixture) : IDisposable
{
    // Functions come before programs, so that the script itself is the image's. A kill cannot be caught.
    private const string Prelude = """
        at() {
          read -r left </host/crash/left
          left=$((left - 1))
          echo "$left" >/host/crash/left
          [ "$left" -ne 0 ] || { ${1:-:}; kill -9 $$; exit 9; }
        }
        for program in awk chmod cmp mktemp mv rm stat sync; do
          eval "$program() { at; command $program \"\$@\"; }"
        done
        cp() {
          from=$1 to=$2
          at
          at half
          command cp "$@"
        }
        half() { command head -c 1000 "$from" >"$to"; }
        . /install-cni.sh

        """;

    private const string Unfinished = ".slipway-new.";

    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Killed_anywhere_it_leaves_every_file_old_or_new_and_a_run_eleven_minutes_later_ends_right()
    {
        UnpackedRoot root = await fixture.UnpackAsync(UnpackedRoot.Native, _folder);
        // Two plugins run through the same commands as all of them.
        foreach (string plugin in (string[])["bandwidth", "host-local", "loopback", "tuning"])
            File.Delete(Path.Combine(root.Path, "opt/cni/bin", plugin));
        int kills = 0;
        HashSet<string> seen = [];
        while (await KillsAsync(root, kills + 1, seen))
            kills++;

        Assert.True(kills > 20, $"only {kills} commands were found to be killed before");
        Assert.Contains("bridge new, portmap old, 10-flannel.conflist old", seen);
        Assert.Contains("bridge new, portmap new, 10-flannel.conflist old", seen);
        // The configuration comes last.
        Assert.DoesNotContain(seen, state =>
            state.Contains("old", StringComparison.Ordinal) && state.EndsWith("10-flannel.conflist new", StringComparison.Ordinal)
        );
    }

    /// <summary>Whether a run was killed before its n-th command; it was through otherwise.</summary>
    private static async Task<bool> KillsAsync(UnpackedRoot root, int n, HashSet<string> seen)
    {
        using InstallerHost host = new();
        string[] files =
        [
            Path.Combine(host.Plugins, "bridge"),
            Path.Combine(host.Plugins, "portmap"),
            Path.Combine(host.Networks, "10-flannel.conflist"),
        ];
        foreach (string file in files)
            File.WriteAllText(file, "old");
        string crash = host.Folder("crash");
        File.WriteAllText(Path.Combine(crash, "left"), $"{n}\n");
        File.WriteAllText(Path.Combine(crash, "prelude"), Prelude);

        ChildResult killed = await root.RunAsync(
            host.Run with
            {
                Command = ["/bin/sh", "/host/crash/prelude"],
                Mounts = [.. host.Run.Mounts, new HostMount(crash, "/crash")],
            }
        );

        if (killed.ExitCode == 0)
        {
            host.RequireInstalled(root);
            return false;
        }

        killed.Require(128 + 9);
        seen.Add(string.Join(", ", files.Select(file => $"{Path.GetFileName(file)} {StateOf(file, root)}")));
        Assert.All(host.Names.Except(files.Select(Path.GetFileName)), name => Assert.Contains(Unfinished, name, StringComparison.Ordinal));
        foreach (
            string left in Directory
                .EnumerateFiles(host.Plugins)
                .Concat(Directory.EnumerateFiles(host.Networks))
                .Where(path => path.Contains(Unfinished, StringComparison.Ordinal))
        )
            File.SetLastWriteTimeUtc(left, DateTime.UtcNow.AddMinutes(-11));
        (await root.RunAsync(host.Run)).Require();
        host.RequireInstalled(root);
        Assert.Equal(["10-flannel.conflist", "bridge", "portmap"], host.Names);
        return true;
    }

    private static string StateOf(string file, UnpackedRoot root)
    {
        byte[] found = File.ReadAllBytes(file);
        string name = Path.GetFileName(file);
        byte[] wanted = name.EndsWith(".conflist", StringComparison.Ordinal)
            ? System.Text.Encoding.UTF8.GetBytes(InstallerHost.Configuration + "\n")
            : File.ReadAllBytes(Path.Combine(root.Path, "opt/cni/bin", name));
        if (found.AsSpan().SequenceEqual(wanted))
            return "new";
        Assert.Equal("old"u8.ToArray(), found);
        return "old";
    }
}
