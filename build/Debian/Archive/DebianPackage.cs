using Slipway.Oci;

namespace Slipway.Debian;

/// <summary>
/// One version of a binary package, as an index describes it. Relations are parsed for the index's architecture.
/// </summary>
public sealed record DebianPackage
{
    public required string Name { get; init; }

    public required DebianVersion Version { get; init; }

    /// <summary>The architecture it is built for, or <c>all</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>The suite whose index named it.</summary>
    public required string Suite { get; init; }

    /// <summary>Its path below the archive's root, <c>pool/…</c>: plain, without dot parts.</summary>
    public required string Filename { get; init; }

    /// <summary>Of the .deb, in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>Of the .deb.</summary>
    public required Digest Digest { get; init; }

    /// <summary>The source package's name.</summary>
    public required string Source { get; init; }

    /// <summary>The source package's version; it lacks the <c>+b1</c> that a rebuild for one architecture adds.</summary>
    public required DebianVersion SourceVersion { get; init; }

    /// <summary><c>required</c>, <c>important</c>, <c>standard</c>, <c>optional</c> or <c>extra</c>; empty when not given.</summary>
    public string Priority { get; init; } = "";

    public bool Essential { get; init; }

    /// <summary>Whether it is marked <c>Protected: yes</c> or, by the older name, <c>Important: yes</c>.</summary>
    public bool Important { get; init; }

    /// <summary>Whether it satisfies <c>name:any</c>, that is, <c>Multi-Arch: allowed</c>.</summary>
    public bool AllowsAnyArchitecture { get; init; }

    /// <summary>What it takes on disk, in KiB; null when not given.</summary>
    public long? InstalledSize { get; init; }

    public IReadOnlyList<IReadOnlyList<PackageRelation>> Depends { get; init; } = [];

    public IReadOnlyList<IReadOnlyList<PackageRelation>> PreDepends { get; init; } = [];

    public IReadOnlyList<PackageRelation> Provides { get; init; } = [];

    public IReadOnlyList<PackageRelation> Conflicts { get; init; } = [];

    public IReadOnlyList<PackageRelation> Breaks { get; init; } = [];

    /// <summary>What it cannot work without: Pre-Depends, then Depends.</summary>
    internal IEnumerable<IReadOnlyList<PackageRelation>> Needs => PreDepends.Concat(Depends);

    /// <summary>What it cannot be together with: Conflicts, then Breaks.</summary>
    internal IEnumerable<PackageRelation> Exclusions => Conflicts.Concat(Breaks);

    /// <summary>Whether the package itself is what a relation means; what it provides does not count.</summary>
    public bool Is(PackageRelation relation)
    {
        ArgumentNullException.ThrowIfNull(relation);
        return relation.Name == Name && FitsQualifier(relation) && relation.Accepts(Version);
    }

    /// <summary>
    /// Whether one of its Provides is what a relation means. A relation with a version is met only by a provision with
    /// one (Debian policy 7.5).
    /// </summary>
    public bool DoesProvide(PackageRelation relation)
    {
        ArgumentNullException.ThrowIfNull(relation);
        return FitsQualifier(relation)
            && Provides.Any(provided =>
                provided.Name == relation.Name
                && (relation.Version is null || (provided.Version is { } version && relation.Accepts(version)))
            );
    }

    public override string ToString() => $"{Name} {Version} [{Architecture}]";

    private bool FitsQualifier(PackageRelation relation) =>
        relation.Qualifier switch
        {
            null or "native" => true,
            "any" => AllowsAnyArchitecture,
            _ => relation.Qualifier == Architecture,
        };
}
