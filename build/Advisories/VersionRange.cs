using System.Collections.Immutable;

namespace Slipway.Advisories;

/// <summary>Versions from where something comes to where it goes, perhaps several times.</summary>
/// <param name="Events">In any order.</param>
public sealed record VersionRange<TVersion>(ImmutableArray<VersionEvent<TVersion>> Events)
    where TVersion : class, IComparable<TVersion>
{
    /// <summary>
    /// By the events in the order of their versions (OSV schema, "Evaluation"): one that introduces opens at its version, one that fixes
    /// closes there, the last affected version closes behind it.
    /// </summary>
    public bool Holds(TVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        bool holds = false;
        foreach (VersionEvent<TVersion> at in Events.OrderBy(e => e.Version).ThenBy(e => e.Kind))
        {
            holds = at.Kind switch
            {
                VersionEventKind.Introduced when at.Version is null || version.CompareTo(at.Version) >= 0 => true,
                VersionEventKind.Fixed when version.CompareTo(at.Version) >= 0 => false,
                VersionEventKind.LastAffected when version.CompareTo(at.Version) > 0 => false,
                _ => holds,
            };
        }

        return holds;
    }

    /// <summary>The first version behind one that is in the range which fixes it; null where none does.</summary>
    public TVersion? FixOf(TVersion version) =>
        Events.Where(e => e.Kind == VersionEventKind.Fixed && e.Version!.CompareTo(version) > 0).Min(e => e.Version);
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
public sealed record VersionEvent<TVersion>(VersionEventKind Kind, TVersion? Version)
    where TVersion : class, IComparable<TVersion>;
