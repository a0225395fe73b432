using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Release;

/// <summary>How much a published image weighs: a statement of its manifests, which are read, about layers, which are not.</summary>
public static class PublishedSizes
{
    /// <summary>The compressed bytes of these platforms' layers, as far as they are there.</summary>
    /// <param name="release">The digest of an index, which was verified.</param>
    /// <exception cref="ContentException">It is no index, or is not whole.</exception>
    public static async Task<ImmutableDictionary<Platform, long>> ReadAsync(
        IContentReader place,
        Digest release,
        IEnumerable<Platform> platforms,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(place);
        var sizes = ImmutableDictionary.CreateBuilder<Platform, long>();
        Oci.Index index = Oci.Index.Parse((await ReadAsync(place, release, cancellationToken)).Bytes);
        foreach (Platform platform in platforms)
        {
            if (index.Manifests.FirstOrDefault(child => child.Platform?.IsSameAs(platform) == true) is { } manifest)
                sizes[platform] = Sum(place, Manifest.Parse((await ReadAsync(place, manifest.Digest, cancellationToken)).Bytes));
        }

        return sizes.ToImmutable();
    }

    private static long Sum(IContentReader place, Manifest manifest)
    {
        long sum = 0;
        foreach (Descriptor layer in manifest.Layers)
            sum =
                layer.Size <= long.MaxValue - sum
                    ? sum + layer.Size
                    : throw new ContentException($"{place.Name}: its layers have more bytes than is possible");
        return sum;
    }

    private static async Task<ManifestContent> ReadAsync(IContentReader place, Digest digest, CancellationToken cancellationToken) =>
        await place.ReadManifestAsync(digest, cancellationToken) ?? throw new ContentException($"{place.Name}: {digest} is missing");
}
