using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>Whether an image's manifest, its configuration and the index entry that names it agree.</summary>
/// <param name="Failure">Null when they do.</param>
internal sealed record ImageShape(Platform? Platform, FailureReason? Failure, string Text)
{
    private const int MaximumConfigSize = OciJson.MaximumManifestSize;

    /// <param name="entry">The index's entry; null for an image that stands alone.</param>
    public static async Task<ImageShape> JudgeAsync(
        IContentReader place,
        ManifestContent content,
        Descriptor? entry,
        CancellationToken cancellationToken
    )
    {
        ImageShape Fail(FailureReason reason, string text) => new(entry?.Platform, reason, text);
        if (content.MediaType != MediaType.Manifest)
            return Fail(FailureReason.MediaTypeUnsupported, $"media type wanted {MediaType.Manifest}, got {content.MediaType}");
        if (entry is not null && (entry.MediaType != content.MediaType || entry.Size != content.Bytes.Length))
            return Fail(
                FailureReason.DescriptorMismatch,
                $"the index says {entry.MediaType} of {entry.Size} bytes, got {content.MediaType} of {content.Bytes.Length}"
            );
        if (entry is { Platform: null })
            return Fail(FailureReason.PlatformMissing, "the index does not say for which platform it is");
        try
        {
            Manifest manifest = Manifest.Parse(content.Bytes);
            return await JudgeConfigAsync(place, manifest, entry, cancellationToken);
        }
        catch (ContentException e)
        {
            return Fail(FailureReason.ManifestUnreadable, e.Message);
        }
    }

    private static async Task<ImageShape> JudgeConfigAsync(
        IContentReader place,
        Manifest manifest,
        Descriptor? entry,
        CancellationToken cancellationToken
    )
    {
        ImageShape Fail(FailureReason reason, string text) => new(entry?.Platform, reason, text);
        ImageConfig config;
        try
        {
            if (manifest.Config.MediaType != MediaType.Config)
                return Fail(FailureReason.ConfigUnreadable, $"configuration wanted {MediaType.Config}, got {manifest.Config.MediaType}");
            byte[]? bytes = await BoundedBlob.ReadAsync(place, manifest.Config, MaximumConfigSize, cancellationToken);
            if (bytes is null)
                return Fail(FailureReason.ConfigMissing, $"{place.Name} lacks configuration {manifest.Config.Digest}");
            config = ImageConfig.Parse(bytes);
        }
        catch (ContentException e)
        {
            return Fail(FailureReason.ConfigUnreadable, e.Message);
        }

        if (config.Platform is { Os: "" } or { Architecture: "" })
            return Fail(FailureReason.PlatformMissing, "the configuration does not say for which platform it is");
        if (entry is not null && !entry.Platform!.IsSameAs(config.Platform))
            return Fail(FailureReason.PlatformMismatch, $"the index says {entry.Platform}, the configuration {config.Platform}");
        return config.DiffIds.Length != manifest.Layers.Length
            ? Fail(
                FailureReason.LayersMismatch,
                $"the manifest has {manifest.Layers.Length} layers, the configuration {config.DiffIds.Length}"
            )
            : new ImageShape(config.Platform, null, "");
    }
}
