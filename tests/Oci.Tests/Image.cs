using System.Text;

namespace Slipway.Oci.Tests;

/// <summary>A small image with one layer for tests.</summary>
internal static class Image
{
    /// <summary>Stores the image and makes it the only entry of the layout's index.</summary>
    public static async Task<Descriptor> AddToAsync(OciLayout layout, string tag, string layerText = "layer")
    {
        Descriptor layer = await layout.AddBlobAsync(MediaType.LayerGzip, Encoding.UTF8.GetBytes(layerText), CancellationToken.None);
        ImageConfig config = new()
        {
            Platform = Platform.LinuxAmd64,
            Created = DateTimeOffset.UnixEpoch,
            DiffIds = [layer.Digest],
        };
        Descriptor configBlob = await layout.AddBlobAsync(MediaType.Config, config.ToBytes(), CancellationToken.None);
        ManifestContent manifest = new(MediaType.Manifest, new Manifest(configBlob, [layer]).ToBytes());
        Descriptor added = await layout.AddManifestAsync(manifest, CancellationToken.None);
        layout.WriteIndex(new Index([added with { Annotations = Descriptor.NoAnnotations.Add(OciLayout.RefName, tag) }]));
        return added;
    }
}

internal static class Bytes
{
    public static async Task<byte[]> OfAsync(Stream stream)
    {
        MemoryStream copy = new();
        await stream.CopyToAsync(copy, CancellationToken.None);
        return copy.ToArray();
    }
}
