using System.Collections.Immutable;
using Slipway.Debian;

namespace Slipway.Definitions;

/// <summary>The lock that the suites give now, written nowhere.</summary>
/// <param name="Lock">What <c>Lock</c> would go on with.</param>
/// <param name="Packages">Its packages, once for each architecture.</param>
public sealed record LockProposal(ImageLock Lock, ImmutableArray<OfferedPackage> Packages);

/// <summary>A package that would be locked now, beside the one that is.</summary>
public sealed record OfferedPackage
{
    /// <summary>As in a Debian version: a rebuild for one architecture.</summary>
    private const string Rebuild = "+b";

    public required DebianPackage Package { get; init; }

    /// <summary>The architecture that it is for; the package itself may be for all.</summary>
    public required string Architecture { get; init; }

    /// <summary>The locked version; null when none is.</summary>
    public required DebianVersion? Locked { get; init; }

    /// <summary>
    /// The version of the source that the locked one was built from; null when that cannot be told, or it was another source.
    /// </summary>
    public required DebianVersion? LockedSource { get; init; }

    /// <summary>The newest version in the suites of the security archive; null when they have none.</summary>
    public required DebianVersion? Security { get; init; }

    /// <summary>
    /// Whether it brings a security update: a suite of the security archive has a version that is newer than the locked one and no
    /// newer than this. A point release takes such versions into the main suite, so that this one may come from there.
    /// </summary>
    public bool IsSecurityUpdate => Locked is not null && Security is not null && Security > Locked && Security <= Package.Version;

    internal static OfferedPackage Of(DebianPackage package, IReadOnlyList<PackageIndex> suites, ImageLock? previous, string architecture)
    {
        LockedPackage? before = previous?.Packages.FirstOrDefault(locked => locked.Name == package.Name);
        DebianVersion? locked = before?.Versions.GetValueOrDefault(architecture) is { } text ? DebianVersion.Parse(text) : null;
        return new OfferedPackage
        {
            Package = package,
            Architecture = architecture,
            Locked = locked,
            LockedSource = locked is null ? null : SourceOf(package, locked, before!.Files[architecture].Location, suites),
            Security = suites.Where(suite => DebianMirror.IsSecurity(suite.Suite)).Select(suite => suite.Find(package.Name)?.Version).Max(),
        };
    }

    /// <summary>
    /// From the suites where one still has the locked version; else from the version itself, where the package's versions are its
    /// source's, and from the pool's folder, which is named after the source (<c>pool/main/g/glibc/libc6_…</c>).
    /// </summary>
    private static DebianVersion? SourceOf(DebianPackage package, DebianVersion locked, string location, IReadOnlyList<PackageIndex> suites)
    {
        if (
            suites
                .SelectMany(suite => suite.FindAll(package.Name))
                .FirstOrDefault(other => other.Version.ToString() == locked.ToString()) is
            { } same
        )
            return same.Source == package.Source ? same.SourceVersion : null;
        bool isOwn = WithoutRebuild(package.Version) == package.SourceVersion;
        return isOwn && location.Split('/') is [.., var folder, _] && folder == package.Source ? WithoutRebuild(locked) : null;
    }

    public static DebianVersion WithoutRebuild(DebianVersion version)
    {
        string text = version.ToString();
        int at = text.LastIndexOf(Rebuild, StringComparison.Ordinal);
        return at > 0 && text.Length > at + Rebuild.Length && text.AsSpan(at + Rebuild.Length).IndexOfAnyExceptInRange('0', '9') < 0
            ? DebianVersion.Parse(text[..at])
            : version;
    }
}
