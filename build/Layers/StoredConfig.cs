using Slipway.Oci;

namespace Slipway.Layers;

/// <summary>The configuration of an image, wherever that is.</summary>
public static class StoredConfig
{
    /// <param name="place">Holds the image.</param>
    /// <param name="manifest">Names the configuration.</param>
    /// <exception cref="ContentException">The configuration is missing, broken or beyond the limit.</exception>
    public static async Task<ImageConfig> ReadAsync(IContentReader place, Manifest manifest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(place);
        ArgumentNullException.ThrowIfNull(manifest);
        // Its size is proven by the stream: what the manifest admits to is what comes into memory.
        if (manifest.Config.Size > OciJson.MaximumManifestSize)
            throw new ContentException(
                $"{place.Name}: the configuration {manifest.Config.Digest}: wanted at most {OciJson.MaximumManifestSize} bytes, "
                    + $"got {manifest.Config.Size}"
            );
        await using Stream blob = await place.OpenBlobAsync(manifest.Config, cancellationToken)
            ?? throw new ContentException($"{place.Name}: the configuration {manifest.Config.Digest} is missing");
        using MemoryStream bytes = new();
        await blob.CopyToAsync(bytes, cancellationToken);
        return ImageConfig.Parse(bytes.ToArray());
    }
}
