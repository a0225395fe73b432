using System.Collections.Immutable;
using Slipway.Oci;
using Slipway.Spdx;

namespace Slipway.Vex;

/// <summary>An image that statements are about.</summary>
/// <param name="Official">The repository that names it.</param>
/// <param name="Index">The digest of its index.</param>
/// <param name="Manifests">Its platforms and their manifests, in the index's order.</param>
public sealed record VexImage(Reference Official, Digest Index, ImmutableArray<(Platform Platform, Digest Manifest)> Manifests)
{
    /// <summary>The image, or one platform of it, as a product with what in it a statement is about.</summary>
    /// <param name="platform">Null for the index.</param>
    public VexProduct Product(Platform? platform, ImmutableArray<VexComponent> components)
    {
        Digest digest = platform is null ? Index : Manifests.Single(manifest => manifest.Platform == platform).Manifest;
        return new VexProduct(PackageUrl.OfImage(Official, digest, platform?.Architecture), [digest], components);
    }
}

/// <summary>What a statement is about (OpenVEX specification, "Product Data Structure").</summary>
/// <param name="Id">A package URL or another IRI; empty when only its hashes say.</param>
/// <param name="Digests">Of the image.</param>
/// <param name="Components">The packages in it that the statement is about; none: all of it.</param>
public sealed record VexProduct(string Id, ImmutableArray<Digest> Digests, ImmutableArray<VexComponent> Components)
{
    /// <summary>Whether it is an image by its digest, or by one in its package URL.</summary>
    public bool Is(Digest image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Digests.Contains(image)
            || (VexComponent.TryParse(Id) is { Type: "oci", Version: { } version } && version == image.ToString());
    }
}

/// <summary>One statement of a document: of a flaw in products.</summary>
public sealed record VexStatement
{
    /// <summary>The name of the flaw.</summary>
    public required string Id { get; init; }

    public ImmutableArray<string> Aliases { get; init; } = [];

    public required VexVerdict Verdict { get; init; }

    /// <summary>None: what the document is about.</summary>
    public ImmutableArray<VexProduct> Products { get; init; } = [];
}
