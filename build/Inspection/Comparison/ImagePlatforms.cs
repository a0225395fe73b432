using System.Collections.Immutable;
using Slipway.Layers;
using Slipway.Oci;

namespace Slipway.Inspection;

/// <summary>
/// The images that a reference leads to, by platform, whoever made them: OCI's documents or Docker's, an index inside an index, entries
/// that say no platform (then the configuration says it). What tells about an image rather than being one is passed over.
/// </summary>
/// <param name="All">In the order in which the index names them; those that the same platform has a second time are not in it.</param>
internal sealed record ImagePlatforms(ImmutableArray<PlatformImage> All)
{
    /// <summary>More than these documents are not read, nor indexes so deep.</summary>
    private const int MostDocuments = 256,
        MostLevels = 4;

    /// <summary>By this an entry of BuildKit's says that it is about another ("Image attestation storage").</summary>
    private const string ReferenceType = "vnd.docker.reference.type";

    /// <param name="place">Holds them.</param>
    /// <param name="top">An index, or an image; its media type may be empty where it is not known.</param>
    /// <exception cref="ContentException">Something is missing, broken, or of a kind that is not read.</exception>
    public static async Task<ImagePlatforms> ReadAsync(IContentReader place, Descriptor top, CancellationToken cancellationToken)
    {
        ManifestContent content = await ManifestAsync(place, top, cancellationToken);
        if (!MediaType.IsAnyIndex(content.MediaType))
        {
            return await PlatformAsync(place, content, cancellationToken) is { } platform
                ? new ImagePlatforms([new PlatformImage(platform, content.Descriptor)])
                : throw new ContentException($"{place.Name}: {top.Digest}: wanted an image or an index, got a manifest of something else");
        }

        List<PlatformImage> found = [];
        HashSet<Digest> read = [top.Digest];
        Queue<(ManifestContent Index, int Level)> left = new([(content, 1)]);
        while (left.TryDequeue(out var next))
        {
            foreach (Descriptor entry in Oci.Index.ParseAny(next.Index.Bytes).Manifests.Where(IsImage))
            {
                if (entry.Platform is { Os.Length: > 0, Architecture.Length: > 0 } said && !MediaType.IsAnyIndex(entry.MediaType))
                {
                    found.Add(new PlatformImage(said, entry));
                    continue;
                }

                if (!read.Add(entry.Digest))
                    continue;
                if (read.Count > MostDocuments || next.Level == MostLevels)
                    throw new ContentException(
                        $"{place.Name}: {top.Digest}: wanted at most {MostDocuments} manifests in indexes at most {MostLevels} "
                            + "deep, got more"
                    );
                ManifestContent inner = await ManifestAsync(place, entry, cancellationToken);
                if (MediaType.IsAnyIndex(inner.MediaType))
                    left.Enqueue((inner, next.Level + 1));
                else if (await PlatformAsync(place, inner, cancellationToken) is { } platform)
                    found.Add(new PlatformImage(platform, entry));
            }
        }

        return new ImagePlatforms([.. found.DistinctBy(image => image.Platform.Normalized)]);
    }

    /// <summary>The image for a platform, however both are spelled; null when there is none.</summary>
    public PlatformImage? For(Platform platform) => All.FirstOrDefault(image => image.Platform.IsSameAs(platform));

    /// <summary>What there is, for people.</summary>
    public override string ToString() =>
        All.IsEmpty ? "no image" : string.Join(", ", All.Select(image => Printable.Of(image.Platform.ToString())));

    /// <summary>A manifest of either format, with its bytes.</summary>
    /// <exception cref="ContentException">It is missing, broken, or of a format that is not read.</exception>
    public static async Task<ManifestContent> ManifestAsync(IContentReader place, Descriptor stored, CancellationToken cancellationToken)
    {
        RequireKnown(place, stored.Digest, stored.MediaType);
        ManifestContent content = await place.ReadManifestAsync(stored.Digest, cancellationToken)
            ?? throw new ContentException($"{place.Name}: {stored.Digest} is missing");
        RequireKnown(place, stored.Digest, content.MediaType);
        return content;
    }

    /// <summary>What an image is for, as its configuration says; null for what is no image.</summary>
    private static async Task<Platform?> PlatformAsync(IContentReader place, ManifestContent content, CancellationToken cancellationToken)
    {
        Manifest manifest = Manifest.ParseAny(content.Bytes);
        return MediaType.IsAnyConfig(manifest.Config.MediaType)
            ? (await StoredConfig.ReadAsync(place, manifest, cancellationToken)).Platform
            : null;
    }

    /// <summary>An index may name anything: what is not known to be an image or an index is none (image-index.md, "manifests").</summary>
    private static bool IsImage(Descriptor entry) =>
        (MediaType.IsAnyIndex(entry.MediaType) || MediaType.IsAnyManifest(entry.MediaType) || MediaType.IsDockerSchema1(entry.MediaType))
        && !entry.Annotations.ContainsKey(ReferenceType)
        && entry.Platform is not { Os: "unknown", Architecture: "unknown" };

    private static void RequireKnown(IContentReader place, Digest digest, string mediaType)
    {
        if (MediaType.IsDockerSchema1(mediaType))
            throw new ContentException(
                $"{place.Name}: {digest} is an image in Docker's first format ({Printable.Of(mediaType)}), which is not supported. Push "
                    + "it again with a newer Docker, or name another image"
            );
        if (mediaType.Length > 0 && !MediaType.IsAnyIndex(mediaType) && !MediaType.IsAnyManifest(mediaType))
            throw new ContentException($"{place.Name}: {digest}: wanted an image or an index, got {Printable.Of(mediaType)}");
    }
}

/// <summary>One image and what it is for, by its index or else by its configuration.</summary>
/// <param name="Stored">Where its manifest is found.</param>
internal sealed record PlatformImage(Platform Platform, Descriptor Stored);
