using System.Collections.Immutable;
using Slipway.Definitions;
using Slipway.Oci;
using Slipway.Verification;

namespace Slipway.Release;

/// <summary>The files that an image is made from, as its lock names them.</summary>
public static class LockedMaterials
{
    /// <summary>
    /// Every file of some platforms, each once, in ordinal order of address and digest; stand-ins under the addresses whose place
    /// they take.
    /// </summary>
    public static ImmutableArray<Material> Of(ImageLock imageLock, IEnumerable<Platform> platforms)
    {
        ArgumentNullException.ThrowIfNull(imageLock);
        ArgumentNullException.ThrowIfNull(platforms);
        return
        [
            .. platforms
                .Select(platform => platform.Architecture)
                .SelectMany(architecture => OfUpstream(imageLock, architecture).Concat(OfPackages(imageLock, architecture)))
                .Distinct()
                .OrderBy(material => material.Address, StringComparer.Ordinal)
                .ThenBy(material => material.Digest.ToString(), StringComparer.Ordinal),
        ];
    }

    private static IEnumerable<Material> OfUpstream(ImageLock imageLock, string architecture) =>
        from file in imageLock.Upstream
        where file.Files.ContainsKey(architecture)
        let locked = file.Files[architecture]
        select new Material(file.Name, locked.Location, locked.Digest) { Signature = FindingOf(file.Signature) };

    private static IEnumerable<Material> OfPackages(ImageLock imageLock, string architecture) =>
        from package in imageLock.Packages
        where package.Files.ContainsKey(architecture)
        let locked = package.Files[architecture]
        select new Material(
            locked.Location,
            PackageUrl(package.Name, package.Versions[architecture], locked.Location, architecture),
            locked.Digest
        );

    /// <summary>Canonical form: a colon stands for itself, everything else outside the unreserved characters is percent-encoded.</summary>
    private static string PackageUrl(string name, string version, string location, string architecture)
    {
        string of = location.EndsWith("_all.deb", StringComparison.Ordinal) ? "all" : architecture;
        return $"pkg:deb/debian/{Encoded(name)}@{Encoded(version)}?arch={of}";
    }

    private static string Encoded(string text) => Uri.EscapeDataString(text).Replace("%3A", ":", StringComparison.Ordinal);

    private static SignatureFinding? FindingOf(LockedSignature? locked) =>
        locked is null ? null : new(locked.Word, locked.By, locked.Problem);
}
