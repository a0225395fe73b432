using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Definitions;

/// <summary>What of the packages' files is left out of an image, and why.</summary>
public sealed record Exclusion
{
    /// <summary>At least one. Each takes something out on every platform of the entry.</summary>
    public required ImmutableArray<PathPattern> Paths { get; init; }

    /// <summary>What stays all the same. Each keeps something on every platform of the entry.</summary>
    public required ImmutableArray<PathPattern> Except { get; init; }

    /// <summary>The platforms that the entry is for; all of the image's when none is named.</summary>
    public required ImmutableArray<Platform> Platforms { get; init; }

    /// <summary>For people; not empty.</summary>
    public required string Reason { get; init; }

    public bool IsFor(Platform platform) => Platforms.IsEmpty || Platforms.Contains(platform);
}

/// <summary>A package that is not installed although something depends on it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Reason">For people; not empty.</param>
public sealed record UnneededPackage(string Name, string Reason);
