using System.Collections.Immutable;

namespace Slipway.Definitions;

/// <summary>What goes into an image otherwise than before: two locks of one image set side by side.</summary>
/// <param name="Upstream">Files whose version differs, or that only one of them has; sorted by name.</param>
/// <param name="Packages">Likewise.</param>
public sealed record LockDifference(ImmutableArray<LockedChange> Upstream, ImmutableArray<LockedChange> Packages)
{
    public bool IsEmpty => Upstream.IsEmpty && Packages.IsEmpty;

    public static LockDifference Between(ImageLock was, ImageLock now)
    {
        ArgumentNullException.ThrowIfNull(was);
        ArgumentNullException.ThrowIfNull(now);
        return new LockDifference(
            Between(
                was.Upstream.ToDictionary(file => file.Name, file => file.Version),
                now.Upstream.ToDictionary(file => file.Name, file => file.Version)
            ),
            Between(
                was.Packages.ToDictionary(package => package.Name, VersionsOf),
                now.Packages.ToDictionary(package => package.Name, VersionsOf)
            )
        );
    }

    /// <summary>One version where every architecture has the same, else each.</summary>
    private static string VersionsOf(LockedPackage package) => string.Join(", ", package.Versions.Values.Distinct(StringComparer.Ordinal));

    private static ImmutableArray<LockedChange> Between(Dictionary<string, string> was, Dictionary<string, string> now) =>
        [
            .. was
                .Keys.Union(now.Keys)
                .Select(name => new LockedChange(name, was.GetValueOrDefault(name), now.GetValueOrDefault(name)))
                .Where(change => change.From != change.To)
                .OrderBy(change => change.Name, StringComparer.Ordinal),
        ];
}

/// <summary>One thing in two versions.</summary>
/// <param name="From">Null when it was not there before.</param>
/// <param name="To">Null when it is there no more.</param>
public sealed record LockedChange(string Name, string? From, string? To);
