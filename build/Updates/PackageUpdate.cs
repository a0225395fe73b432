using System.Collections.Immutable;
using Slipway.Advisories;
using Slipway.Debian;
using Slipway.Definitions;

namespace Slipway.Updates;

/// <summary>What the suites of now do to a locked package.</summary>
public enum PackageChange
{
    /// <summary>A newer version takes its place.</summary>
    Newer,

    /// <summary>Something needs it that did not.</summary>
    Added,

    /// <summary>Nothing needs it any more.</summary>
    Removed,

    /// <summary>The suites have only an older version: one was taken back.</summary>
    Older,
}

/// <summary>A package that a lock of now would have otherwise.</summary>
/// <param name="From">The locked version; null when it is added. Of the first architecture that changes, as is all else.</param>
/// <param name="To">The version of now; null when it is removed.</param>
/// <param name="Suite">The suite that has it; empty when it is removed.</param>
/// <param name="Architectures">Where it changes.</param>
public sealed record PackageUpdate(
    string Name,
    PackageChange Change,
    DebianVersion? From,
    DebianVersion? To,
    string Suite,
    ImmutableArray<string> Architectures
)
{
    /// <summary>As <see cref="OfferedPackage.IsSecurityUpdate"/> says, on one architecture at least.</summary>
    public bool IsSecurity { get; init; }

    /// <summary>Its source package; empty when it is removed.</summary>
    public string Source { get; init; } = "";

    /// <summary>
    /// The ids of what the new version fixes, as far as advisories were read and both source versions are known; in ordinal order.
    /// </summary>
    public ImmutableArray<string> Fixes { get; init; } = [];

    /// <summary>Every package that differs: those of security first, then by name.</summary>
    /// <param name="advisories">Null when none were read.</param>
    public static ImmutableArray<PackageUpdate> Between(ImageLock before, LockProposal now, AdvisoryList? advisories)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(now);
        HashSet<string> stays = [.. now.Packages.Select(offer => offer.Package.Name)];
        IEnumerable<PackageUpdate> removed = before
            .Packages.Where(package => !stays.Contains(package.Name))
            .Select(package => new PackageUpdate(
                package.Name,
                PackageChange.Removed,
                DebianVersion.Parse(package.Versions.Values.First()),
                null,
                "",
                [.. package.Versions.Keys]
            ));
        return
        [
            .. now
                .Packages.GroupBy(offer => offer.Package.Name, StringComparer.Ordinal)
                .Select(offers => Of([.. offers.Where(offer => offer.Locked?.ToString() != offer.Package.Version.ToString())], advisories))
                .OfType<PackageUpdate>()
                .Concat(removed)
                .OrderByDescending(update => update.IsSecurity)
                .ThenBy(update => update.Name, StringComparer.Ordinal),
        ];
    }

    private static PackageUpdate? Of(OfferedPackage[] changed, AdvisoryList? advisories)
    {
        if (changed.Length == 0)
            return null;
        OfferedPackage first = changed[0];
        PackageChange change =
            first.Locked is null ? PackageChange.Added
            : first.Package.Version < first.Locked ? PackageChange.Older
            : PackageChange.Newer;
        return new PackageUpdate(
            first.Package.Name,
            change,
            first.Locked,
            first.Package.Version,
            first.Package.Suite,
            [.. changed.Select(offer => offer.Architecture)]
        )
        {
            IsSecurity = changed.Any(offer => offer.IsSecurityUpdate),
            Source = first.Package.Source,
            Fixes =
            [
                .. changed
                    .Where(offer => advisories is not null && offer.LockedSource is not null)
                    .SelectMany(offer => advisories!.FixedBetween(offer.Package.Source, offer.LockedSource!, offer.Package.SourceVersion))
                    .Distinct()
                    .Order(StringComparer.Ordinal),
            ],
        };
    }
}
