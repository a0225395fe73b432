using Slipway.Oci;
using Xunit;

namespace Slipway.Testing;

/// <summary>
/// An unpacked image whose programs can be started as in a container: as root, without anyone's environment, in mount,
/// network and process namespaces of their own, with a root that cannot be written to but for <c>/run</c>, <c>/tmp</c> and
/// <see cref="Writable"/>, which are empty. The folder itself is never changed, and all mounts end with the last process.
/// </summary>
/// <param name="Path">Where it was unpacked, with owners and modes as in the image.</param>
public sealed record ImageRoot(string Path, Platform Platform)
{
    /// <summary>
    /// Lays the namespaces out; the words that follow are the image, files over it, the mount point, and the writable folders up to
    /// <c>--</c>.
    /// </summary>
    private const string Container = """
        set -eu
        image=$1 over=$2 root=$3
        shift 3
        mount -t overlay -o "lowerdir=$over:$image" overlay "$root"
        while [ "$1" != -- ]; do mount -t tmpfs tmpfs "$root$1"; shift; done
        shift
        mount -t proc proc "$root/proc"
        mount -t tmpfs -o mode=0755 tmpfs "$root/dev"
        for device in full null random urandom zero; do
          : >"$root/dev/$device"
          mount --bind "/dev/$device" "$root/dev/$device"
        done
        inside() { env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C chroot "$root" "$@"; }

        """;

    /// <summary>A folder whose files are laid over the image's; null for none.</summary>
    public string? Over { get; init; }

    /// <summary>More folders of the image, absolute in it, that start empty and can be written to.</summary>
    public IReadOnlyList<string> Writable { get; init; } = [];

    /// <summary>Whether programs see this machine's network in place of one of their own that has only a loopback, which is down.</summary>
    public bool SharesNetwork { get; init; }

    private string Beside => System.IO.Path.GetDirectoryName(Path)!;

    /// <summary>
    /// Unpacks one platform out of a layout, with umoci. The test is skipped, or in CI fails, where that cannot be: without
    /// root's rights, or without qemu for another architecture.
    /// </summary>
    /// <param name="layout">The layout's folder.</param>
    /// <param name="name">The manifest's name in it.</param>
    /// <param name="folder">Made here; whoever disposes of it removes the root.</param>
    public static async Task<ImageRoot> UnpackAsync(string layout, string name, Platform platform, string folder)
    {
        ArgumentNullException.ThrowIfNull(platform);
        RequireRoot();
        PeerProgram umoci = await PeerPrograms.RequireAsync(Peer.Umoci);
        if (platform != PeerPrograms.Native)
            await PeerPrograms.RequireAsync(Peer.QemuArm64);
        (await umoci.RunAsync("unpack", "--image", $"{layout}:{name}", folder)).Require();
        foreach (string beside in (string[])["mounted", "nothing"])
            Directory.CreateDirectory(System.IO.Path.Combine(folder, beside));
        return new ImageRoot(System.IO.Path.Combine(folder, "rootfs"), platform);
    }

    /// <summary>Skips the test when it is not root's; CI's list of tests that may be skipped decides there.</summary>
    public static void RequireRoot() =>
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can make namespaces, owners and device files");

    /// <summary>Runs one of the image's programs to its end.</summary>
    public Task<ChildResult> RunAsync(params IReadOnlyList<string> command) => ScriptAsync("inside \"$@\"", command);

    /// <summary>Runs a line of the image's own shell.</summary>
    public Task<ChildResult> ShellAsync(string line) => RunAsync("sh", "-c", line);

    /// <summary>
    /// Runs a script of this machine's shell within the namespaces, where <c>inside PROGRAM …</c> starts a program in the
    /// image; other programs are this machine's. It ends at the first that fails.
    /// </summary>
    /// <param name="arguments">The script's <c>$1</c> and so on.</param>
    public async Task<ChildResult> ScriptAsync(string script, params IReadOnlyList<string> arguments)
    {
        string[] namespaces = ["--mount", .. SharesNetwork ? [] : (string[])["--net"], "--pid", "--fork", "--kill-child"];
        string[] places = [Path, Over ?? System.IO.Path.Combine(Beside, "nothing"), System.IO.Path.Combine(Beside, "mounted")];
        ChildProcess container = new(
            "unshare",
            [.. namespaces, "sh", "-c", Container + script, "sh", .. places, "/run", "/tmp", .. Writable, "--", .. arguments]
        )
        {
            TimeLimit = TimeSpan.FromMinutes(2),
        };
        return await container.RunAsync() with { Command = $"{Platform}: {script} {string.Join(' ', arguments)}" };
    }
}
