using System.Collections.Immutable;
using Slipway.Oci;
using Slipway.Vex;

namespace Slipway.Scanning;

/// <summary>What a scan of one image found.</summary>
/// <param name="Inventory">What was looked up.</param>
/// <param name="Findings">The worst first.</param>
public sealed record ImageFindings(SoftwareInventory Inventory, ImmutableArray<Finding> Findings)
{
    /// <summary>Judgements of what was looked for and not found, in sentences.</summary>
    public ImmutableArray<string> Stale { get; init; } = [];

    /// <summary>
    /// With what is judged of each finding. One that is judged otherwise at some of its places becomes several; what is judged not to
    /// matter comes last.
    /// </summary>
    /// <param name="judge">By the platform, all names of a weakness, and a package URL or the name of a Debian package.</param>
    public ImageFindings JudgedBy(Func<Platform, IEnumerable<string>, string, VexVerdict?> judge)
    {
        ArgumentNullException.ThrowIfNull(judge);
        return this with
        {
            Findings =
            [
                .. Findings
                    .SelectMany(finding =>
                        finding
                            .Places.GroupBy(place => judge(place.Platform, finding.Names, place.Purl ?? finding.Package))
                            .Select(same => finding with { Places = [.. same], Judgement = same.Key })
                    )
                    .OrderByDescending(finding => finding.IsOpen),
            ],
        };
    }
}
