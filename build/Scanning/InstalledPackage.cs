using Slipway.Debian;
using Slipway.Oci;

namespace Slipway.Scanning;

/// <summary>Whose names and versions a package has.</summary>
public enum PackageEcosystem
{
    Debian,
    Go,
}

/// <summary>A package of one platform of an image.</summary>
public sealed record InstalledPackage
{
    public required PackageEcosystem Ecosystem { get; init; }

    /// <summary>Of Debian the binary package, of Go a module's path or <c>stdlib</c>; where it is replaced, the replacement's.</summary>
    public required string Name { get; init; }

    /// <summary>Null where nobody knows it.</summary>
    public required string? Version { get; init; }

    public required Platform Platform { get; init; }

    /// <summary>A package URL; null where there is none.</summary>
    public string? Purl { get; init; }

    /// <summary>What a Debian package is built from; null for all else.</summary>
    public SourcePackage? Source { get; init; }

    /// <summary>The program that a module is in, with a leading slash; null where it is not known, and for all else.</summary>
    public string? Program { get; init; }
}

/// <summary>The source package that a Debian package was built from.</summary>
/// <param name="IsAssumed">Whether the version is the binary package's own, without a rebuild, because nothing says another one.</param>
public sealed record SourcePackage(string Name, DebianVersion Version, bool IsAssumed)
{
    /// <summary>
    /// From the field Source, <c>NAME</c> or <c>NAME (VERSION)</c>: what it does not say is the binary package's own (Debian policy,
    /// 5.6.1).
    /// </summary>
    /// <returns>Null when it has no version in Debian's form.</returns>
    public static SourcePackage? OfField(string package, string version, string? field)
    {
        ArgumentNullException.ThrowIfNull(package);
        string name = package,
            of = version;
        if (field is not null)
        {
            int open = field.IndexOf('(', StringComparison.Ordinal);
            name = (open < 0 ? field : field[..open]).Trim();
            if (open >= 0)
                of = field[(open + 1)..].Trim().TrimEnd(')');
        }

        return DebianVersion.TryParse(of, out DebianVersion? parsed) && name.Length > 0 ? new SourcePackage(name, parsed, false) : null;
    }

    /// <summary>
    /// From where the package is in Debian's pool, whose folders are named after sources (<c>pool/main/g/glibc/libc6_…</c>).
    /// </summary>
    /// <returns>Null when that tells nothing.</returns>
    public static SourcePackage? OfPool(string location, string version)
    {
        ArgumentNullException.ThrowIfNull(location);
        return
            location.Split('/') is [.., var folder, _]
            && PackageName.IsValid(folder)
            && DebianVersion.TryParse(version, out DebianVersion? parsed)
            ? new SourcePackage(folder, Definitions.OfferedPackage.WithoutRebuild(parsed), true)
            : null;
    }
}
