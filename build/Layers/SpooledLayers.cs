using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Layers;

/// <summary>
/// The layers of a manifest, brought from wherever they are into files of a folder that is deleted when this is disposed.
/// </summary>
public sealed class SpooledLayers : IDisposable
{
    /// <summary>No image that anyone makes has more, compressed; in bytes.</summary>
    private const long LargestImage = 16L << 30;

    private const int MostLayers = 512;

    private readonly string _folder;

    private SpooledLayers(string folder, ImmutableArray<Layer> layers)
    {
        _folder = folder;
        Layers = layers;
    }

    /// <summary>Lowest first.</summary>
    public ImmutableArray<Layer> Layers { get; }

    /// <param name="place">Holds the image.</param>
    /// <param name="manifest">Names the layers.</param>
    /// <param name="config">Its configuration.</param>
    /// <param name="folder">Made here; nothing else may be in it.</param>
    /// <exception cref="ContentException">A layer is missing, or another than the manifest says.</exception>
    public static async Task<SpooledLayers> ReadAsync(
        IContentReader place,
        Manifest manifest,
        ImageConfig config,
        string folder,
        CancellationToken cancellationToken
    )
    {
        if (config.DiffIds.Length != manifest.Layers.Length)
            throw new ContentException(
                $"{place.Name}: {manifest.Config.Digest}: wanted {manifest.Layers.Length} diff ids, got {config.DiffIds.Length}"
            );
        if (
            manifest.Layers.Length > MostLayers
            || manifest.Layers.Any(layer => layer.Size > LargestImage)
            || manifest.Layers.Sum(layer => layer.Size) > LargestImage
        )
            throw new ContentException(
                $"{place.Name}: {manifest.Config.Digest}: wanted at most {MostLayers} layers of {LargestImage} bytes in all, got more"
            );
        // What is not going to be read is not fetched either.
        foreach (Descriptor layer in manifest.Layers)
            LayerScan.RequireReadable(layer);
        SpooledLayers spooled = new(folder, [.. manifest.Layers.Select((layer, i) => new Layer(layer, config.DiffIds[i], 0, ""))]);
        Directory.CreateDirectory(folder);
        try
        {
            foreach (Descriptor layer in manifest.Layers)
                await spooled.AddAsync(place, layer, cancellationToken);
            return spooled;
        }
        catch
        {
            spooled.Dispose();
            throw;
        }
    }

    /// <summary>The same layers by what they really unpack to, whatever the configuration says.</summary>
    /// <exception cref="ContentException">A layer is no archive, or a broken one.</exception>
    public ImmutableArray<Layer> Measure(CancellationToken cancellationToken) =>
        [.. Layers.Select(layer => layer with { DiffId = LayerScan.DiffIdOf(layer.Blob, Open(layer.Blob), cancellationToken) })];

    public Stream Open(Descriptor layer) => File.OpenRead(PathOf(layer));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task AddAsync(IContentReader place, Descriptor layer, CancellationToken cancellationToken)
    {
        await using Stream blob = await place.OpenBlobAsync(layer, cancellationToken)
            ?? throw new ContentException(
                MediaType.IsForeignLayer(layer.MediaType)
                    ? $"{place.Name}: layer {layer.Digest} is a foreign one ({Printable.Of(layer.MediaType)}): it is not kept here "
                        + "but elsewhere, and nothing is fetched from there"
                    : $"{place.Name}: layer {layer.Digest} is missing"
            );
        await using FileStream spool = File.Create(PathOf(layer));
        await blob.CopyToAsync(spool, cancellationToken);
    }

    private string PathOf(Descriptor layer) => Path.Combine(_folder, layer.Digest.Hex);
}
