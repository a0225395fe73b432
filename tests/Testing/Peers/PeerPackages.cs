using System.Runtime.InteropServices;
using Slipway.Archives;
using Slipway.Debian;
using Slipway.Definitions;

namespace Slipway.Testing;

/// <summary>
/// Gets a peer out of Debian's packages without installing them: the package and all it depends on are fetched through
/// the product's own cache, unpacked by the product's own reader into <c>peers/NAME-HASH</c> of that cache, and the
/// program is started through the loader and with the libraries that came along. So trixie's programs run on any Linux.
/// </summary>
internal static class PeerPackages
{
    private static (string Debian, string Triplet, string Loader) Host =>
        RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => ("amd64", "x86_64-linux-gnu", "ld-linux-x86-64.so.2"),
            Architecture.Arm64 => ("arm64", "aarch64-linux-gnu", "ld-linux-aarch64.so.1"),
            Architecture other => throw new PeerMissingException($"no package is fetched for {other}"),
        };

    public static async Task<PeerProgram> FetchAsync(Peer peer, CancellationToken cancellationToken)
    {
        using TestArchive archive = new();
        IReadOnlyList<DebianSuite> suites = await archive.SuitesAsync(cancellationToken);
        string known = Path.Combine(
            TestCache.Peers,
            $"{peer.Name}-{(NewerOf(peer) is { } newer ? newer.Digest.Abbreviated + "-" : "")}{Host.Debian}-in-{TestArchive.StateOf(suites)}"
        );
        string name = File.Exists(known) ? await File.ReadAllTextAsync(known, cancellationToken) : "";
        string folder = Path.Combine(TestCache.Peers, name);
        if (name.Length == 0 || !Directory.Exists(folder))
        {
            folder = await UnpackAsync(archive, suites, peer, cancellationToken);
            string unfinished = $"{known}.{Guid.NewGuid():n}";
            await File.WriteAllTextAsync(unfinished, Path.GetFileName(folder), cancellationToken);
            File.Move(unfinished, known, overwrite: true);
        }

        return Started(peer, folder);
    }

    /// <summary>The folder that trixie's package of an architecture is unpacked in, without what it depends on.</summary>
    public static async Task<string> FolderAsync(string package, string architecture, CancellationToken cancellationToken)
    {
        using TestArchive archive = new();
        IReadOnlyList<DebianPackage> closure = await archive.ClosureAsync(
            await archive.SuitesAsync(cancellationToken),
            package,
            architecture,
            cancellationToken
        );
        DebianPackage wanted = closure.Single(one => one.Name == package);
        return await TestCache.FolderAsync(
            Path.Combine(TestCache.Peers, $"{package}-{architecture}-{TestArchive.FolderNameOf(wanted.ToString())}"),
            async folder => await UnpackAsync((await archive.FetchAsync([wanted], cancellationToken)).Single(), folder, cancellationToken)
        );
    }

    private static async Task<string> UnpackAsync(
        TestArchive archive,
        IReadOnlyList<DebianSuite> suites,
        Peer peer,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<DebianPackage> packages = await archive.ClosureAsync(
            suites,
            [peer.Package!, .. peer.Needs],
            Host.Debian,
            cancellationToken
        );
        string versions = TestArchive.FolderNameOf($"{string.Join('\n', packages)}{NewerOf(peer)?.Digest}");
        return await TestCache.FolderAsync(Path.Combine(TestCache.Peers, $"{peer.Name}-{versions}"), async folder =>
        {
            foreach (string deb in await archive.FetchAsync(packages, cancellationToken))
                await UnpackAsync(deb, folder, cancellationToken);
            if (NewerOf(peer) is { } newer)
                await UnpackAsync(await archive.FetchAsync(newer, Peer.NewerTime, cancellationToken), folder, cancellationToken);
        });
    }

    private static LockedFile? NewerOf(Peer peer) =>
        peer.Newer.IsEmpty
            ? null
            : peer.Newer.GetValueOrDefault("all")
                ?? peer.Newer.GetValueOrDefault(Host.Debian)
                ?? throw new PeerMissingException($"its newer package is not known for {Host.Debian}");

    /// <summary>Unpacks a package into a folder, over what is there.</summary>
    public static async Task UnpackAsync(string deb, string folder, CancellationToken cancellationToken)
    {
        string spool = Path.Combine(folder, ".spool");
        await using (FileStream stream = File.OpenRead(deb))
        {
            DebArchive archive = await DebArchive.ReadAsync(stream, spool, DebLimits.Default, cancellationToken);
            foreach (DebEntry entry in archive.Entries)
                await WriteAsync(archive, entry, Path.Combine(folder, Merged(entry.Path)), cancellationToken);
        }

        File.Delete(spool);
    }

    private static async Task WriteAsync(DebArchive archive, DebEntry entry, string path, CancellationToken cancellationToken)
    {
        if (entry.Kind == DebEntryKind.Directory)
        {
            Directory.CreateDirectory(path);
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (entry.Kind == DebEntryKind.SymbolicLink)
        {
            if (!Path.Exists(path))
                File.CreateSymbolicLink(path, entry.LinkTarget!);
            return;
        }

        await using Stream content = archive.Open(entry);
        await using FileStream file = File.Create(path);
        await content.CopyToAsync(file, cancellationToken);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file.SafeFileHandle, (UnixFileMode)(entry.Mode & 0x1FF));
    }

    /// <summary>Old packages still write <c>lib/</c> where Debian means <c>usr/lib/</c>.</summary>
    private static string Merged(string path) => path.Split('/')[0] is "bin" or "sbin" or "lib" or "lib64" ? "usr/" + path : path;

    private static PeerProgram Started(Peer peer, string folder)
    {
        string program = Path.Combine(folder, peer.Path);
        if (!File.Exists(program))
            throw new PeerMissingException($"package {peer.Package} has no {peer.Path}");
        string libraries = Path.Combine(folder, "usr", "lib", Host.Triplet);
        string loader = Path.Combine(libraries, Host.Loader);
        // A static program has no loader, and none came along with its package.
        return File.Exists(loader)
            ? new PeerProgram(
                peer,
                loader,
                ["--library-path", $"{libraries}:{Path.Combine(folder, "usr", "lib")}", .. InterpreterOf(program, folder), program]
            )
            {
                Root = folder,
            }
            : new PeerProgram(peer, program) { Root = folder };
    }

    /// <summary>No kernel looks for a script's interpreter in a folder of ours.</summary>
    private static string[] InterpreterOf(string program, string folder)
    {
        string line = File.ReadLines(program, System.Text.Encoding.Latin1).First();
        return line.StartsWith("#!", StringComparison.Ordinal) ? [Path.Combine(folder, line[2..].Trim().Split(' ')[0].TrimStart('/'))] : [];
    }
}
