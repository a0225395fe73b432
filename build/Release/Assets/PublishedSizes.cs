using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Release;

/// <summary>How much a published image weighs: a statement of its manifests, which are read, about layers, which are not.</summary>
public static class PublishedSizes
{
    /// <summary>The compressed bytes of every platform's layers; empty where the place has no such tag.</summary>
    /// <exception cref="ContentException">What the tag names is no index, or is not whole.</exception>
    public static async Task<ImmutableDictionary<Platform, long>> ReadAsync(IContentReader place, string tag, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(place);
        if (await place.FindTagAsync(tag, cancellationToken) is not { } found)
            return ImmutableDictionary<Platform, long>.Empty;
        var sizes = ImmutableDictionary.CreateBuilder<Platform, long>();
        foreach (Descriptor child in Oci.Index.Parse((found.Content ?? await ReadAsync(place, found.Digest, cancellationToken)).Bytes).Manifests)
        {
            if (child.Platform is { } platform)
                sizes[platform] = Manifest.Parse((await ReadAsync(place, child.Digest, cancellationToken)).Bytes).Layers.Sum(layer => layer.Size);
        }

        return sizes.ToImmutable();
    }

    private static async Task<ManifestContent> ReadAsync(IContentReader place, Digest digest, CancellationToken cancellationToken) =>
        await place.ReadManifestAsync(digest, cancellationToken) ?? throw new ContentException($"{place.Name}: {digest} is missing");
}
