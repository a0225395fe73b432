using System.Collections.Immutable;
using Slipway.Images;
using Slipway.Inspection;
using Slipway.Release;
using Slipway.Spdx;
using Slipway.Verification;

namespace Slipway.Pages;

/// <summary>What is told of one image: what targets left below the artifacts folder, and what the run itself found.</summary>
public sealed record ReportedImage
{
    public required ReleaseFacts Facts { get; init; }

    /// <summary>In the order of the image's index.</summary>
    public required ImmutableArray<ReportedPlatform> Platforms { get; init; }

    public required Contract Contract { get; init; }

    /// <summary>What Inspect found.</summary>
    public required RecordedInspection Inspection { get; init; }

    /// <summary>What containers did; null where Smoke did not run.</summary>
    public SmokeRecord? Smoke { get; init; }

    /// <summary>What this run found when it verified the release; none where it did not.</summary>
    public ImmutableArray<PlaceVerdict> Verdicts { get; init; } = [];
}

/// <summary>One platform of a reported image.</summary>
/// <param name="Image">As it stands in the layout.</param>
/// <param name="Contents">Whose each path is.</param>
/// <param name="Sbom">What it is made of.</param>
public sealed record ReportedPlatform(AssembledPlatform Image, ImageContents Contents, SpdxDocument Sbom)
{
    /// <summary>Of its layers, compressed, in bytes.</summary>
    public long Compressed => Image.Layers.Sum(layer => layer.Blob.Size);
}
