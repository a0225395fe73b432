using Slipway.Oci;

namespace Slipway.Layers;

/// <summary>Reads the layers of one platform, lowest first.</summary>
public static class ImageScan
{
    /// <param name="layers">Lowest first.</param>
    /// <param name="open">Opens a blob that proves itself.</param>
    /// <param name="files">Reads the files.</param>
    /// <exception cref="ContentException">A layer is broken, or another than it says.</exception>
    public static FoundImage Read(
        IReadOnlyList<Layer> layers,
        Func<Descriptor, Stream> open,
        IFileScan files,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(layers);
        ArgumentNullException.ThrowIfNull(open);
        FoundImage image = new();
        LayerScan scan = new(files);
        for (int i = 0; i < layers.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            image.Add(scan.Read(i, layers[i].Blob, open(layers[i].Blob), layers[i].DiffId), scan);
        }

        return image;
    }
}
