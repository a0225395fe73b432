using System.Collections.Immutable;

namespace Slipway.Scanning;

/// <summary>How what is open in one state of an image differs from what is open in another.</summary>
/// <param name="Gone">Open before and not any more: mended, or what had it is not in the image any more. In the order of the scan.</param>
/// <param name="New">Open now and not before.</param>
/// <param name="Left">How many were open before and still are.</param>
public sealed record FindingChanges(ImmutableArray<Finding> Gone, ImmutableArray<Finding> New, int Left)
{
    /// <summary>A weakness of a package is the same whichever version has it, and on however many platforms.</summary>
    public static FindingChanges Between(ImageFindings before, ImageFindings after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        ImmutableArray<Finding> had = Open(before),
            has = Open(after);
        ImmutableArray<Finding> added = Without(has, had);
        return new FindingChanges(Without(had, has), added, has.Length - added.Length);
    }

    private static ImmutableArray<Finding> Open(ImageFindings found) =>
        [.. found.Findings.Where(finding => finding.IsOpen).DistinctBy(KeyOf)];

    private static ImmutableArray<Finding> Without(ImmutableArray<Finding> some, ImmutableArray<Finding> others)
    {
        HashSet<(PackageEcosystem, string, string)> known = [.. others.Select(KeyOf)];
        return [.. some.Where(finding => !known.Contains(KeyOf(finding)))];
    }

    private static (PackageEcosystem Ecosystem, string Package, string Id) KeyOf(Finding finding) =>
        (finding.Ecosystem, finding.Package, finding.Id);
}
