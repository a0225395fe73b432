using System.Collections.Immutable;
using Slipway.Definitions;
using Slipway.Oci;

namespace Slipway.Images;

/// <summary>What a lock says of the signature of an upstream file, in the lock's own words.</summary>
/// <param name="State"><c>verified</c>, <c>unverified-no-log</c> or <c>accepted-unsigned</c>.</param>
/// <param name="By">By what it was established.</param>
/// <param name="Problem">What is wrong with what was accepted unsigned; null otherwise.</param>
public sealed record SignatureFinding(string State, string By, string? Problem)
{
    internal static SignatureFinding? Of(LockedSignature? locked) => locked is null ? null : new(locked.Word, locked.By, locked.Problem);
}

/// <summary>A file that an image is made from, as its lock names it.</summary>
/// <param name="Name">For people: a package's path below a Debian mirror, an upstream file's name.</param>
/// <param name="Address">A package URL (purl specification, type <c>deb</c>), or the https address of an upstream file.</param>
/// <param name="Digest">Of the file's bytes.</param>
public sealed record Material(string Name, string Address, Digest Digest)
{
    /// <summary>What the lock says of its own project's signature; null when it says nothing.</summary>
    public SignatureFinding? Signature { get; init; }

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
        select new Material(file.Name, locked.Location, locked.Digest) { Signature = SignatureFinding.Of(file.Signature) };

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
}
