using System.Collections.Immutable;
using Slipway.Definitions;
using Slipway.Oci;
using Slipway.Spdx;

namespace Slipway.Scanning;

/// <summary>
/// The Go modules of the programs that a lock names: what was built from that lock says them, in the SBOMs beside its layout. A lock alone
/// knows the programs by their hashes.
/// </summary>
/// <param name="folder">With <c>ARCHITECTURE.spdx.json</c>.</param>
public sealed class BuiltModules(string folder)
{
    /// <summary>The inventory of a lock with the modules, or with the gap that they are.</summary>
    /// <exception cref="ContentException">A file there is no SBOM.</exception>
    public async Task<SoftwareInventory> AddToAsync(
        SoftwareInventory locked,
        ImageLock imageLock,
        ImmutableArray<Platform> platforms,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(locked);
        ArgumentNullException.ThrowIfNull(imageLock);
        List<InstalledPackage> packages = [];
        List<string> downloads = [],
            wanted = [];
        foreach (Platform platform in platforms)
        {
            FileInfo file = new(Path.Combine(folder, $"{platform.Architecture}.spdx.json"));
            if (!file.Exists || file.Length > SpdxDocument.MaximumSize)
                return Lacking(locked, imageLock, "nothing was built and signed here");
            SpdxDocument document = SpdxDocument.Parse(await File.ReadAllBytesAsync(file.FullName, cancellationToken));
            packages.AddRange(SbomPackages.Of(document, platform));
            downloads.AddRange(
                document.Packages.Select(package => package.Purl).OfType<string>().Where(purl => purl.StartsWith("pkg:generic/", StringComparison.Ordinal))
            );
            wanted.AddRange(
                imageLock
                    .Upstream.Where(upstream => upstream.Files.ContainsKey(platform.Architecture))
                    .Select(upstream => (upstream, File: upstream.Files[platform.Architecture]))
                    .Select(one => PackageUrl.OfDownload(one.upstream.Name, one.upstream.Version, one.File.Digest, one.File.Location))
            );
        }

        SoftwareInventory built = new(locked.Image, "SBOM", [.. packages]);
        bool isSame = built.DebianPackages.SequenceEqual(locked.DebianPackages) && !downloads.Except(wanted, StringComparer.Ordinal).Any();
        return isSame
            ? locked with
            {
                Origin = "lock, and the SBOMs of what was built from it",
                Packages = [.. locked.Packages, .. packages.Where(package => package.Ecosystem == PackageEcosystem.Go)],
            }
            : Lacking(locked, imageLock, "what was built and signed here is of another lock");
    }

    private static SoftwareInventory Lacking(SoftwareInventory locked, ImageLock imageLock, string why) =>
        imageLock.Upstream.IsEmpty
            ? locked
            : locked with
            {
                Gaps = locked.Gaps.Add(
                    $"the Go modules of {string.Join(", ", imageLock.Upstream.Select(upstream => upstream.Name))} are not known and were "
                        + $"not looked up: {why}"
                ),
            };
}
