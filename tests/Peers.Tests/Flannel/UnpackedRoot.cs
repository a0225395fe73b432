using System.ComponentModel;
using System.Runtime.InteropServices;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>
/// An unpacked image to run programs in: a root that nobody can write to, with folders of the host mounted below <c>/host</c>.
/// </summary>
public sealed record UnpackedRoot(string Path)
{
    // The way to the image's own PATH; what is above "$@" happens in a mount namespace that ends with the script.
    private const string Enter = """
        set -e
        root=$1
        shift
        mount --bind "$root" "$root"
        mount -t tmpfs tmpfs "$root/host"
        mkdir -p "$root/dev"
        mount -t tmpfs tmpfs "$root/dev"
        : >"$root/dev/null"
        mount --bind /dev/null "$root/dev/null"
        while [ "$1" != -- ]; do
          mkdir -p "$root/host$2"
          mount --bind "$1" "$root/host$2"
          [ "$3" = rw ] || mount -o remount,bind,ro "$root/host$2"
          shift 3
        done
        shift
        mount -o remount,ro "$root/host"
        mount -o remount,bind,ro "$root"

        """;

    /// <summary>The architecture of the machine, as platforms name it.</summary>
    public static string Native => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "amd64";

    /// <summary>Skips the test where no namespaces can be made.</summary>
    public static async Task RequireRightsAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root: chroot, mounts and network namespaces");
        ChildResult tried = await new ChildProcess("unshare", "--mount", "--net", "mount", "-t", "tmpfs", "tmpfs", "/mnt").RunAsync();
        Assert.SkipUnless(tried.ExitCode == 0, $"needs the right to mount: {tried.Error.Trim()}");
    }

    /// <summary>Skips the test where the machine cannot start the root's programs.</summary>
    public async Task RequireRunnableAsync()
    {
        try
        {
            (await new ChildProcess(System.IO.Path.Combine(Path, "usr/bin/busybox"), "true").RunAsync()).Require();
        }
        catch (Win32Exception e)
        {
            Assert.Skip(
                $"the machine does not start the image's programs: {e.Message}. Install qemu-user-static and register it, as .ci/run does"
            );
        }
    }

    public async Task<ChildResult> RunAsync(RootRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        string[] entered =
        [
            "env",
            "-i",
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            .. run.Variables.Select(variable => $"{variable.Key}={variable.Value}"),
            "chroot",
            Path,
            .. run.Command,
        ];
        return await new ChildProcess(
            "unshare",
            [
                "--mount",
                "--net",
                "--",
                "sh",
                "-c",
                Enter + run.Around,
                "sh",
                Path,
                .. run.Mounts.SelectMany(mount => (string[])[mount.From, mount.To, mount.Writable ? "rw" : "ro"]),
                "--",
                .. entered,
            ]
        ).RunAsync();
    }
}

/// <summary>A folder of the host.</summary>
/// <param name="To">Where it is below <c>/host</c>, with a slash in front.</param>
public sealed record HostMount(string From, string To, bool Writable = true);

/// <summary>What to run in a root, and how.</summary>
public sealed record RootRun
{
    public IReadOnlyList<string> Command { get; init; } = ["/install-cni.sh"];

    public IReadOnlyList<HostMount> Mounts { get; init; } = [];

    /// <summary>All of the environment but PATH.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>Shell text outside the root, where <c>"$@"</c> enters it and <c>$root</c> is its path.</summary>
    public string Around { get; init; } = "exec \"$@\"";
}
