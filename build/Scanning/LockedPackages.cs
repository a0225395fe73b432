using System.Collections.Immutable;
using Slipway.Archives;
using Slipway.Definitions;
using Slipway.Fetching;
using Slipway.Oci;
using Slipway.Spdx;

namespace Slipway.Scanning;

/// <summary>
/// The Debian packages that stand in a lock. Which source version each was built from stands in the package itself: in those that the
/// cache has it is read there, of the others the pool's folder names the source, and its version is taken to be the package's own.
/// </summary>
/// <param name="cache">Nothing is fetched into it.</param>
/// <param name="spool">A file to unpack into; made and deleted.</param>
public sealed class LockedPackages(ContentCache cache, string spool)
{
    public async Task<SoftwareInventory> ReadAsync(
        ImageLock imageLock,
        ImmutableArray<Platform> platforms,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(imageLock);
        var packages = ImmutableArray.CreateBuilder<InstalledPackage>();
        // A lock without packages has suites nevertheless.
        string codename = imageLock.Suites[0].Name.Split('-')[0];
        foreach (LockedPackage package in imageLock.Packages)
        {
            SourcePackage? read = await SourceOfAsync(package, cancellationToken);
            foreach (Platform platform in platforms.Where(platform => package.Files.ContainsKey(platform.Architecture)))
            {
                LockedFile file = package.Files[platform.Architecture];
                string version = package.Versions[platform.Architecture];
                packages.Add(
                    new InstalledPackage
                    {
                        Ecosystem = PackageEcosystem.Debian,
                        Name = package.Name,
                        Version = version,
                        Platform = platform,
                        Purl = PackageUrl.OfDebian(package.Name, version, ArchitectureOf(file.Location) ?? platform.Architecture, codename),
                        Source = read ?? SourcePackage.OfPool(file.Location, version),
                    }
                );
            }
        }

        return new SoftwareInventory(imageLock.Image, "lock", packages.ToImmutable())
        {
            Codename = codename,
            File = $"images/{imageLock.Image}/{ImageLock.FileName}",
            Gaps = imageLock.Upstream.IsEmpty
                ? []
                :
                [
                    $"the Go modules of {string.Join(", ", imageLock.Upstream.Select(upstream => upstream.Name))} are not known: nothing "
                        + "was assembled here from this lock. Run Assemble first",
                ],
        }.WithAssumedSources();
    }

    private static string? ArchitectureOf(string location) =>
        location.Split('_') is [.., var last] && last.EndsWith(".deb", StringComparison.Ordinal) ? last[..^".deb".Length] : null;

    /// <summary>Every architecture has a package of one source version; the first that the cache has tells it.</summary>
    private async Task<SourcePackage?> SourceOfAsync(LockedPackage package, CancellationToken cancellationToken)
    {
        foreach ((string architecture, LockedFile file) in package.Files)
        {
            if (cache.Find(file.Digest, file.Size) is not { } path)
                continue;
            await using FileStream stream = File.OpenRead(path);
            DebArchive deb = await DebArchive.ReadAsync(stream, spool, DebLimits.Default, cancellationToken);
            File.Delete(spool);
            return SourcePackage.OfField(package.Name, package.Versions[architecture], deb.ControlFields.GetValueOrDefault("Source"));
        }

        return null;
    }
}
