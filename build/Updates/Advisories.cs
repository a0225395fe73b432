using System.Collections.Immutable;
using Slipway.Debian;

namespace Slipway.Updates;

/// <summary>Which weaknesses Debian's source packages have, in which versions.</summary>
public sealed class Advisories
{
    private readonly ILookup<string, Advisory> _bySource;

    public Advisories(IEnumerable<Advisory> all)
    {
        _bySource = all.ToLookup(advisory => advisory.Source, StringComparer.Ordinal);
        Count = _bySource.Sum(advisories => advisories.Count());
    }

    /// <summary>Of the packages that were asked about.</summary>
    public int Count { get; }

    /// <summary>The ids of what is open at one version of a source and closed at another.</summary>
    public IEnumerable<string> FixedBetween(string source, DebianVersion from, DebianVersion to) =>
        _bySource[source].Where(advisory => advisory.Affects(from) && !advisory.Affects(to)).SelectMany(advisory => advisory.Ids);
}

/// <summary>One weakness of a source package.</summary>
/// <param name="Ids">Its names, CVE numbers where there are any; one at least.</param>
/// <param name="Ranges">Each by itself; a version that is in one of them has it.</param>
/// <param name="Versions">Versions that have it whatever the ranges say.</param>
public sealed record Advisory(
    string Source,
    ImmutableArray<string> Ids,
    ImmutableArray<VersionRange> Ranges,
    ImmutableHashSet<string> Versions
)
{
    public bool Affects(DebianVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        return Versions.Contains(version.ToString()) || Ranges.Any(range => range.Holds(version));
    }
}

/// <summary>Versions from where something comes to where it goes, perhaps several times.</summary>
/// <param name="Events">In any order.</param>
public sealed record VersionRange(ImmutableArray<VersionEvent> Events)
{
    /// <summary>
    /// By the events in the order of their versions (OSV schema, "Evaluation"): one that introduces opens at its version, one that fixes
    /// closes there, the last affected version closes behind it.
    /// </summary>
    public bool Holds(DebianVersion version)
    {
        bool holds = false;
        foreach (VersionEvent at in Events.OrderBy(e => e.Version).ThenBy(e => e.Kind))
        {
            holds = at.Kind switch
            {
                VersionEventKind.Introduced when at.Version is null || version >= at.Version => true,
                VersionEventKind.Fixed when version >= at.Version! => false,
                VersionEventKind.LastAffected when version > at.Version! => false,
                _ => holds,
            };
        }

        return holds;
    }
}

/// <summary>In the order in which they count at one version.</summary>
public enum VersionEventKind
{
    Introduced,
    Fixed,
    LastAffected,
}

/// <summary>A version at which something begins or ends.</summary>
/// <param name="Version">Null where it begins before every version.</param>
public sealed record VersionEvent(VersionEventKind Kind, DebianVersion? Version);

/// <summary>What of a file of advisories is wanted.</summary>
/// <param name="Sources">Names of source packages.</param>
/// <param name="Codename">Of Debian's release, as <c>trixie</c>.</param>
/// <param name="Number">Of the same, as <c>13</c>; null when nobody knows it.</param>
public sealed record AdvisoryScope(IReadOnlySet<string> Sources, string Codename, string? Number);
