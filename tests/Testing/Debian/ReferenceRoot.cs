using Slipway.Definitions;

namespace Slipway.Testing;

/// <summary>A root file system as mmdebstrap makes it: by dpkg, with every maintainer script run.</summary>
public static class ReferenceRoot
{
    /// <summary>Makes one of exactly the packages of a lock; root's rights are needed, and qemu for another architecture.</summary>
    /// <param name="archive">Has been read for the architecture and has the packages.</param>
    /// <param name="path">Made here.</param>
    /// <returns>How mmdebstrap ended: well.</returns>
    public static async Task<ChildResult> MakeAsync(AptArchive archive, ImageLock imageLock, string architecture, string path)
    {
        ArgumentNullException.ThrowIfNull(archive);
        ArgumentNullException.ThrowIfNull(imageLock);
        PeerProgram mmdebstrap = await PeerPrograms.RequireAsync(Peer.Mmdebstrap);
        string sources = Path.Combine(archive.Folder("reference"), $"{architecture}.list");
        await File.WriteAllLinesAsync(sources, archive.Sources);
        IEnumerable<string> packages = imageLock
            .Packages.Where(package => package.Files.ContainsKey(architecture))
            .Select(package => $"{package.Name}={package.Versions[architecture]}");
        ChildProcess made = mmdebstrap.With(
            // Whether the architecture runs here is known; mmdebstrap's own way to find out needs one more package.
            "--mode=root",
            "--variant=custom",
            "--skip=check/qemu",
            "--format=directory",
            $"--architectures={architecture}",
            $"--include={string.Join(',', packages)}",
            // Python's own cache of what it compiled, in fifty places.
            "--customize-hook=find \"$1/usr\" -name __pycache__ -prune -exec rm -r {} +",
            AptArchive.SuiteNames[0],
            path,
            sources
        );
        return (
            await (
                made with
                {
                    Variables = new Dictionary<string, string?>
                    {
                        ["SOURCE_DATE_EPOCH"] = "0",
                        ["LC_ALL"] = "C.UTF-8",
                        ["TMPDIR"] = archive.Folder("reference"),
                    },
                    TimeLimit = TimeSpan.FromMinutes(45),
                }
            ).RunAsync()
        ).Require();
    }
}
