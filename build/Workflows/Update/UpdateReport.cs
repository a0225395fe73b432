using System.Collections.Immutable;
using Slipway.Definitions;
using Slipway.Inspection;
using Slipway.Oci;
using Slipway.Scanning;
using Slipway.Updates;

namespace Slipway.Workflows;

/// <summary>What an update of one image changes, for whoever decides about it.</summary>
public sealed record UpdateReport
{
    public required string Image { get; init; }

    /// <summary>The image's version after the update.</summary>
    public required string Version { get; init; }

    public required ImmutableArray<VersionChange> Versions { get; init; }

    /// <summary>Those of security first.</summary>
    public required ImmutableArray<PackageUpdate> Packages { get; init; }

    /// <summary>What the lock says of the upstream files that changed.</summary>
    public required ImmutableArray<LockedUpstream> Upstream { get; init; }

    /// <summary>The new image's platforms beside the old ones.</summary>
    public required ImmutableArray<PlatformSize> Sizes { get; init; }

    /// <summary>What differs in the assembled images; null when they were not compared.</summary>
    public required ImmutableArray<ImageDifference>? Differences { get; init; }

    /// <summary>Why they were not compared; empty when they were.</summary>
    public required string NotCompared { get; init; }

    /// <summary>Platforms that hold the contract: all of them, or there would be no report.</summary>
    public required ImmutableArray<InspectedCount> Inspected { get; init; }

    /// <summary>The git tag that releases this, once it is on the main branch.</summary>
    public required string NextTag { get; init; }

    /// <summary>Whether advisories were read.</summary>
    public required bool HasAdvisories { get; init; }

    /// <summary>Which known vulnerabilities vanish, are new and stay; null when it is not known.</summary>
    public FindingChanges? Findings { get; init; }

    public bool HasSecurityFixes =>
        Packages.Any(package => package.IsSecurity || !package.Fixes.IsEmpty) || Findings is { Gone.IsEmpty: false };

    /// <summary>One line: what a commit and a pull request are called.</summary>
    public string Title
    {
        get
        {
            string versions = string.Join(", ", Versions.Select(change => $"{change.File ?? Image} from {change.From} to {change.To}"));
            int security = Packages.Count(package => package.IsSecurity);
            string packages =
                security > 0 ? $"{security} security {(security == 1 ? "update" : "updates")}"
                : Packages.Length == 0 ? "the lock"
                : $"{Packages.Length} {(Packages.Length == 1 ? "package" : "packages")}";
            return Versions.IsEmpty ? $"Update {Image} {Version} with {packages}"
                : Versions.All(change => change.File is null) ? $"Update {versions}"
                : $"Update {Image}: {versions}";
        }
    }
}

/// <summary>How large a platform's layers are, packed, in bytes.</summary>
/// <param name="Before">Null when the old image was not there to compare with.</param>
public sealed record PlatformSize(Platform Platform, long? Before, long Now);
