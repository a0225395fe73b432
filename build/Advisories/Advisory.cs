using System.Collections.Immutable;
using Slipway.Debian;

namespace Slipway.Advisories;

/// <summary>One weakness of one package, as a database has it.</summary>
public abstract record Advisory
{
    private const string Cve = "CVE-";

    /// <summary>The package: of Debian a source, of Go a module's path, or <c>stdlib</c>.</summary>
    public required string Package { get; init; }

    /// <summary>The database's name for it.</summary>
    public required string Id { get; init; }

    /// <summary>Other databases' names for the same.</summary>
    public ImmutableArray<string> Aliases { get; init; } = [];

    /// <summary>A sentence; empty where there is none.</summary>
    public string Summary { get; init; } = "";

    public AdvisorySeverity Severity { get; init; } = AdvisorySeverity.Unknown;

    /// <summary>Its CVE numbers, or its own name where there are none; one at least.</summary>
    public IEnumerable<string> Names =>
        Aliases.Append(Id).Where(name => name.StartsWith(Cve, StringComparison.Ordinal)).Distinct().DefaultIfEmpty(Id);
}

/// <summary>A weakness of a Debian source package in one release.</summary>
public sealed record DebianAdvisory : Advisory
{
    /// <summary>Each by itself; a version that is in one of them has it.</summary>
    public ImmutableArray<VersionRange<DebianVersion>> Ranges { get; init; } = [];

    /// <summary>Versions that have it whatever the ranges say.</summary>
    public ImmutableHashSet<string> Versions { get; init; } = [];

    /// <summary>What Debian decided about it.</summary>
    public AdvisoryStatus Status { get; init; }

    /// <summary>Why, in Debian's words; empty where it says nothing.</summary>
    public string Reason { get; init; } = "";

    public bool Affects(DebianVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        return Versions.Contains(version.ToString()) || Ranges.Any(range => range.Holds(version));
    }

    /// <summary>The first version that none of the ranges holds, of those that fix it; null where there is none.</summary>
    public DebianVersion? FixOf(DebianVersion version)
    {
        DebianVersion?[] fixes = [.. Ranges.Where(range => range.Holds(version)).Select(range => range.FixOf(version))];
        return Array.Exists(fixes, fix => fix is null) ? null : fixes.Max();
    }
}

/// <summary>What Debian's security team decided about a weakness in a release, as its tracker says it.</summary>
public enum AdvisoryStatus
{
    /// <summary>It is open, or fixed by a version of the release.</summary>
    Affected,

    /// <summary>No advisory (DSA) will come: it is minor, and may be fixed with a point release.</summary>
    NoDsa,

    /// <summary>The same, and a fix waits for the next advisory about the package.</summary>
    Postponed,

    /// <summary>It will not be fixed in this release.</summary>
    Ignored,

    /// <summary>It is no weakness in how Debian builds or supports the package.</summary>
    Unimportant,

    /// <summary>Nobody knows yet whether the package has it.</summary>
    Undetermined,

    /// <summary>The package's support has ended in this release.</summary>
    EndOfLife,
}

/// <summary>A weakness of a Go module or of the standard library.</summary>
public sealed record GoAdvisory : Advisory
{
    /// <summary>Each by itself; a version that is in one of them has it.</summary>
    public ImmutableArray<VersionRange<GoVersion>> Ranges { get; init; } = [];

    /// <summary>The packages of the module that have it; none where all of the module is meant.</summary>
    public ImmutableArray<GoImport> Imports { get; init; } = [];

    public bool Affects(GoVersion version) => Ranges.Any(range => range.Holds(version));

    /// <summary>Whether it has a package for a platform, or means the whole module.</summary>
    public bool ConcernsPlatform(string os, string architecture) =>
        Imports.IsEmpty || Imports.Any(import => import.IsFor(os, architecture));

    /// <summary>The first version that fixes it; null where there is none.</summary>
    public GoVersion? FixOf(GoVersion version)
    {
        GoVersion?[] fixes = [.. Ranges.Where(range => range.Holds(version)).Select(range => range.FixOf(version))];
        return Array.Exists(fixes, fix => fix is null) ? null : fixes.Max();
    }
}

/// <summary>A package of a module that an advisory names.</summary>
/// <param name="Symbols">Functions and methods; none where all of the package is meant.</param>
/// <param name="Systems">Go's names of operating systems (<c>GOOS</c>); none for all.</param>
/// <param name="Architectures">Go's names (<c>GOARCH</c>), which are OCI's; none for all.</param>
public sealed record GoImport(
    string Path,
    ImmutableArray<string> Symbols,
    ImmutableArray<string> Systems,
    ImmutableArray<string> Architectures
)
{
    public bool IsFor(string os, string architecture) =>
        (Systems.IsEmpty || Systems.Contains(os, StringComparer.Ordinal))
        && (Architectures.IsEmpty || Architectures.Contains(architecture, StringComparer.Ordinal));
}
