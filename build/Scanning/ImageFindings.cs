using System.Collections.Immutable;

namespace Slipway.Scanning;

/// <summary>What a scan of one image found.</summary>
/// <param name="Inventory">What was looked up.</param>
/// <param name="Findings">The worst first.</param>
public sealed record ImageFindings(SoftwareInventory Inventory, ImmutableArray<Finding> Findings);
