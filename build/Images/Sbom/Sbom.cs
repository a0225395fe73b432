using System.Collections.Immutable;
using Slipway.CycloneDx;
using Slipway.Oci;
using Slipway.Sboms;
using Slipway.Spdx;

namespace Slipway.Images;

/// <summary>The SBOMs of an image: one document for each platform and one for the index over them.</summary>
/// <param name="Platforms">In the index's order.</param>
/// <param name="Index">Names those of the platforms by their hashes.</param>
public sealed record Sbom(ImmutableArray<(Platform Platform, SpdxDocument Document)> Platforms, SpdxDocument Index)
{
    /// <summary>The same as CycloneDX, in the same order, that of the index (no platform) last; none where not wanted.</summary>
    public ImmutableArray<(Platform? Platform, CycloneDxDocument Document)> CycloneDx { get; private init; } = [];

    /// <summary>And in the form of CycloneDX.</summary>
    public Sbom WithCycloneDx()
    {
        CycloneDxDocument[] platforms = [.. Platforms.Select(described => CycloneDxDocument.Of(described.Document))];
        return this with
        {
            CycloneDx =
            [
                .. Platforms.Zip(platforms, (described, document) => ((Platform?)described.Platform, document)),
                (null, CycloneDxDocument.OfIndex(Index, platforms)),
            ],
        };
    }

    /// <summary>Describes an assembled image. The same layout, definition and lock give the same documents.</summary>
    /// <param name="input">What the image was made from.</param>
    /// <param name="layout">Holds it; its layers are read once.</param>
    /// <param name="contents">Whose everything is.</param>
    /// <param name="folder">For a spool file; made when it is needed, and deleted.</param>
    /// <exception cref="ContentException">
    /// The layout cannot be read, or is another than definition, lock and list of contents say.
    /// </exception>
    public static async Task<Sbom> OfAsync(
        AssemblyRequest input,
        OciLayout layout,
        ContentsFolder contents,
        string folder,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(contents);
        AssembledImage image = await ImageReader.ReadAsync(input.Name, layout, cancellationToken);
        var platforms = ImmutableArray.CreateBuilder<(Platform, SpdxDocument)>();
        foreach (AssembledPlatform platform in image.Platforms)
        {
            PlatformSbom sbom = new()
            {
                Definition = input.Definition,
                Lock = input.Lock,
                Assembled = platform,
                Contents = await contents.ReadAsync(input.Name, platform.Platform, cancellationToken),
                Found = await Task.Run(() => HashScan.Read(platform.Layers, layout.OpenBlob, folder, cancellationToken), cancellationToken),
            };
            platforms.Add((platform.Platform, sbom.Make()));
        }

        return new Sbom(platforms.ToImmutable(), IndexDocument(input, image, platforms));
    }

    private static SpdxDocument IndexDocument(
        AssemblyRequest input,
        AssembledImage image,
        IReadOnlyList<(Platform Platform, SpdxDocument Document)> platforms
    )
    {
        SpdxPackage index = new()
        {
            Id = SpdxId.Index,
            Name = input.Name,
            Version = input.Definition.Version,
            Supplier = OwnerPackage.SupplierOf(input.Definition),
            Checksum = SpdxChecksum.Of(image.Index.Digest),
            Purpose = "CONTAINER",
            Comment = PlatformSbom.StandInsOf(input.Lock),
            Purl = PackageUrl.OfImage(input.Definition.Official, image.Index.Digest, null),
        };
        return new SpdxDocument
        {
            Name = $"{input.Name} {input.Definition.Version}",
            Namespace = PlatformSbom.NamespaceOf(input.Definition, image.Index.Digest),
            Created = input.Lock.Timestamp,
            Describes = index.Id,
            Others =
            [
                .. platforms.Select(platform => new SpdxReference(
                    SpdxId.OfOther(platform.Platform),
                    platform.Document.Namespace,
                    SpdxChecksum.Of(Digest.Of(platform.Document.ToBytes()))
                )),
            ],
            Packages = [index],
            Contains =
            [
                .. platforms.Select(platform => new SpdxContainment(
                    index.Id,
                    $"{SpdxId.OfOther(platform.Platform)}:{platform.Document.Describes}"
                )),
            ],
        };
    }
}
