using System.Collections.Immutable;
using Slipway.Git;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Verification;

namespace Slipway.Release;

/// <summary>All that a plan is made from.</summary>
public sealed record ReleaseSource
{
    public required AssembledImage Image { get; init; }

    /// <summary>Holds the image.</summary>
    public required OciLayout Layout { get; init; }

    /// <summary>Holds its signatures under their tags.</summary>
    public required OciLayout Trust { get; init; }

    /// <summary>The commit that the tags come from.</summary>
    public required GitState Git { get; init; }

    /// <summary>How it was built.</summary>
    public BuildMethod Way { get; init; }

    /// <summary>The definition's version.</summary>
    public required string Version { get; init; }

    /// <summary>The repository that signatures name.</summary>
    public required Reference Official { get; init; }

    /// <summary>Repositories without tag.</summary>
    public required ImmutableArray<Reference> Destinations { get; init; }

    /// <summary>The image's repositories that are left out on purpose.</summary>
    public ImmutableArray<Reference> LeftOut { get; init; } = [];

    /// <summary>Repositories of other images.</summary>
    public ImmutableArray<Reference> Siblings { get; init; } = [];
}
