using System.Collections.Immutable;
using Slipway.Images;

namespace Slipway.Release;

/// <summary>All that a provenance is made from.</summary>
public sealed record ProvenanceSource
{
    public required AssembledImage Image { get; init; }

    /// <summary>The record of its assembly.</summary>
    public required AssemblyRecord Assembly { get; init; }

    /// <summary>Every locked file of its platforms.</summary>
    public required ImmutableArray<Material> Materials { get; init; }

    /// <summary>The commit that is checked out.</summary>
    public required GitState Git { get; init; }

    /// <summary>Where the definition says that it is kept, an https address.</summary>
    public required string Source { get; init; }

    public required Builder Builder { get; init; }

    /// <summary>What else the build made, as SBOMs.</summary>
    public ImmutableArray<ResourceDescriptor> Byproducts { get; init; } = [];
}
