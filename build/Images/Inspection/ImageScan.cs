using Slipway.Oci;

namespace Slipway.Images;

/// <summary>Reads the layers of one platform, lowest first.</summary>
internal static class ImageScan
{
    /// <summary>Reads for an inspection.</summary>
    /// <param name="layers">Lowest first.</param>
    /// <param name="open">Opens a blob that proves itself.</param>
    /// <param name="texts">By path: what to look for in a file.</param>
    /// <param name="folder">For a spool file; made when it is needed, and deleted.</param>
    /// <exception cref="ContentException">A layer is broken, or another than it says.</exception>
    public static FoundImage Read(
        IReadOnlyList<Layer> layers,
        Func<Descriptor, Stream> open,
        ILookup<string, string> texts,
        string folder,
        CancellationToken cancellationToken
    )
    {
        Directory.CreateDirectory(folder);
        try
        {
            using FileScan files = new(Path.Combine(folder, "elf"), texts);
            return Read(layers, open, files, cancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

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
