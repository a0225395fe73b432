using System.Collections.Immutable;
using Slipway.Layers;
using Slipway.Oci;

namespace Slipway.Inspection;

/// <summary>One platform of any image, whoever made it, read for a comparison.</summary>
/// <param name="Found">What its layers hold.</param>
/// <param name="Packages">Name and version of its Debian packages, as far as the image or a list of contents says them.</param>
public sealed record ComparedImage(FoundImage Found, ImmutableSortedDictionary<string, string> Packages)
{
    /// <summary>How it runs, where that is to be compared.</summary>
    public ImageConfig? Config { get; init; }

    /// <summary>What its layers unpack to, lowest first: measured, or proven to be what the configuration says.</summary>
    public ImmutableArray<Digest> DiffIds { get; init; } = [];

    /// <summary>Reads a platform from a layout or a registry; its layers pass through spool files.</summary>
    /// <param name="place">Holds the image.</param>
    /// <param name="top">Its index, or its only manifest.</param>
    /// <returns>Null when the image has no such platform.</returns>
    /// <exception cref="ContentException">The image is broken, incomplete, or of a kind that is not read.</exception>
    public static async Task<ComparedImage?> ReadAsync(
        IContentReader place,
        Descriptor top,
        Platform platform,
        ComparisonSpool spool,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(place);
        ArgumentNullException.ThrowIfNull(top);
        ArgumentNullException.ThrowIfNull(spool);
        ImagePlatforms images = await ImagePlatforms.ReadAsync(place, top, cancellationToken);
        if (images.For(platform) is not { } image)
            return null;
        Manifest manifest = Manifest.ParseAny((await ImagePlatforms.ManifestAsync(place, image.Stored, cancellationToken)).Bytes);
        ImageConfig config = await StoredConfig.ReadAsync(place, manifest, cancellationToken);
        // Where the configuration says no version of the processor, the index knows better.
        if (!config.Platform.IsSameAs(platform) && !(config.Platform with { Variant = image.Platform.Variant }).IsSameAs(platform))
            throw new ContentException(
                $"{place.Name}: {image.Stored.Digest}: the index says {Printable.Of(image.Platform.ToString())}, its "
                    + $"configuration {Printable.Of(config.Platform.ToString())}"
            );
        using SpooledLayers spooled = await SpooledLayers.ReadAsync(place, manifest, config, spool.Folder + "-blobs", cancellationToken);
        (FoundImage found, ImmutableArray<Layer> layers) = await Task.Run(
            () =>
            {
                ImmutableArray<Layer> layers = spool.MeasuresLayers ? spooled.Measure(cancellationToken) : spooled.Layers;
                return (
                    FileScan.Read(layers, spooled.Open, Array.Empty<string>().ToLookup(text => text), spool.Folder, cancellationToken),
                    layers
                );
            },
            cancellationToken
        );
        return new ComparedImage(found, PackageDatabase.Of(found)) { Config = config, DiffIds = [.. layers.Select(layer => layer.DiffId)] };
    }
}
