using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Images;

/// <summary>An image as it stands in a layout.</summary>
/// <param name="Name">The definition's name.</param>
/// <param name="Index">The descriptor of its index.</param>
/// <param name="Platforms">Sorted by platform.</param>
public sealed record AssembledImage(string Name, Descriptor Index, ImmutableArray<AssembledPlatform> Platforms)
{
    /// <summary>What is signed: the index and every manifest.</summary>
    public ImmutableArray<Digest> Subjects => [Index.Digest, .. Platforms.Select(platform => platform.Manifest.Digest)];
}

/// <summary>One platform of an image.</summary>
/// <param name="Platform">Which.</param>
/// <param name="Manifest">Its manifest's descriptor.</param>
/// <param name="Layers">Lowest first.</param>
public sealed record AssembledPlatform(Platform Platform, Descriptor Manifest, ImmutableArray<Layer> Layers)
{
    /// <summary>What was counted while the layers were made; null when they were remembered or read back.</summary>
    public PlatformTotals? Totals { get; init; }
}

/// <summary>What the layers of a platform were made of.</summary>
/// <param name="Packages">How many packages were unpacked.</param>
/// <param name="Files">How many files and links are in the layers.</param>
/// <param name="LeftOut">How many files and links of packages are not.</param>
/// <param name="LeftOutBytes">The size of those.</param>
public sealed record PlatformTotals(int Packages, int Files, int LeftOut, long LeftOutBytes);

/// <summary>The layers of one platform as they were made.</summary>
/// <param name="Layers">Lowest first.</param>
/// <param name="Contents">What was put into them and whose it is.</param>
public sealed record AssembledLayers(ImmutableArray<Layer> Layers, ImageContents Contents)
{
    /// <summary>What was counted on the way; null when they were remembered.</summary>
    public PlatformTotals? Totals { get; init; }
}
