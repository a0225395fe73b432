using System.Collections.Immutable;
using Slipway.Layers;
using Slipway.Oci;

namespace Slipway.Images;

/// <summary>Reads back what an <see cref="Assembler"/> left in a layout.</summary>
public static class ImageReader
{
    /// <param name="name">The image's name.</param>
    /// <param name="layout">A layout with one index.</param>
    /// <exception cref="ContentException">The layout holds no single index, or something of it is missing or broken.</exception>
    public static async Task<AssembledImage> ReadAsync(string name, OciLayout layout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(layout);
        NextCommand next = new("Assemble") { Image = name };
        Descriptor[] indexes = [.. layout.ReadIndex().Manifests.Where(entry => entry.MediaType == MediaType.Index)];
        if (indexes.Length != 1)
            throw next.After(new ContentException($"{layout.Name}: wanted one image index, got {indexes.Length}. Run {next}"));
        Descriptor entry = indexes[0] with { Annotations = Descriptor.NoAnnotations };
        Oci.Index index = Oci.Index.Parse(await ManifestAsync(layout, entry, cancellationToken));
        if (index.Manifests.IsEmpty)
            throw next.After(new ContentException($"{layout.Name}: the index names no manifest. Run {next}"));
        var platforms = ImmutableArray.CreateBuilder<AssembledPlatform>();
        foreach (Descriptor child in index.Manifests)
            platforms.Add(await PlatformAsync(layout, child, cancellationToken));
        return new AssembledImage(name, entry, platforms.ToImmutable());
    }

    private static async Task<AssembledPlatform> PlatformAsync(OciLayout layout, Descriptor child, CancellationToken cancellationToken)
    {
        Manifest manifest = Manifest.Parse(await ManifestAsync(layout, child, cancellationToken));
        ImageConfig config = await StoredConfig.ReadAsync(layout, manifest, cancellationToken);
        if (config.DiffIds.Length != manifest.Layers.Length || config.History.Length != manifest.Layers.Length)
            throw new ContentException(
                $"{layout.Name}: {child.Digest}: wanted {manifest.Layers.Length} diff ids and as many history entries"
            );
        if (child.Platform != config.Platform)
            throw new ContentException(
                $"{layout.Name}: {child.Digest}: the index says {child.Platform?.ToString() ?? "no platform"}, its "
                    + $"configuration {config.Platform}"
            );
        foreach (Descriptor layer in manifest.Layers)
            await layout.OpenBlob(layer).DisposeAsync();
        IEnumerable<Layer> layers = manifest.Layers.Select((layer, i) => new Layer(layer, config.DiffIds[i], 0, config.History[i]));
        return new AssembledPlatform(config.Platform, child, [.. layers]);
    }

    private static async Task<ReadOnlyMemory<byte>> ManifestAsync(
        OciLayout layout,
        Descriptor descriptor,
        CancellationToken cancellationToken
    ) =>
        (
            await layout.ReadManifestAsync(descriptor.Digest, cancellationToken)
            ?? throw new ContentException($"{layout.Name}: {descriptor.Digest} is missing")
        ).Bytes;
}
