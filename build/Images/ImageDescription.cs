using System.Collections.Immutable;
using System.Globalization;
using Slipway.Definitions;

namespace Slipway.Images;

/// <summary>What an image says of itself: the OCI annotation keys (image specification, annotations.md) and the stand-in mark.</summary>
public static class ImageDescription
{
    private const string Prefix = "org.opencontainers.image.";

    /// <summary>The same for index, manifests and labels. Commit and git tag are not among them: they belong to provenance.</summary>
    public static ImmutableSortedDictionary<string, string> Of(ImageDefinition definition, ImageLock imageLock)
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentNullException.ThrowIfNull(imageLock);
        var builder = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        builder[Prefix + "created"] = imageLock.Timestamp.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        builder[Prefix + "description"] = definition.Description;
        builder[Prefix + "licenses"] = definition.Licenses;
        builder[Prefix + "source"] = definition.Source;
        builder[Prefix + "title"] = definition.Title;
        builder[Prefix + "version"] = definition.Version;
        if (!imageLock.StandingIn.IsEmpty)
            builder[StandInMark.Key] = string.Join(',', imageLock.StandingIn);
        return builder.ToImmutable();
    }
}
