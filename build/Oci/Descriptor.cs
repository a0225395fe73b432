using System.Collections.Immutable;

namespace Slipway.Oci;

/// <summary>
/// Says what some content is, by type, digest and size in bytes (OCI image specification, descriptor.md).
/// Equality is by value, annotations included.
/// </summary>
public sealed record Descriptor(string MediaType, Digest Digest, long Size)
{
    /// <summary>More bytes than this no content has, wherever a size is read: far more of them can be added up in 64 bits.</summary>
    public const long MaximumSize = 1L << 40;

    public Platform? Platform { get; init; }

    public string? ArtifactType { get; init; }

    /// <summary>Sorted by key in ordinal order; empty when there are none.</summary>
    public ImmutableSortedDictionary<string, string> Annotations { get; init; } = NoAnnotations;

    /// <summary>The empty map of annotations, in the order this project writes maps: ordinal.</summary>
    public static ImmutableSortedDictionary<string, string> NoAnnotations { get; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>The descriptor of bytes at hand, by SHA-256.</summary>
    public static Descriptor Of(string mediaType, ReadOnlySpan<byte> content) => new(mediaType, Digest.Of(content), content.Length);

    public bool Equals(Descriptor? other) =>
        other is not null
        && MediaType == other.MediaType
        && Digest == other.Digest
        && Size == other.Size
        && Platform == other.Platform
        && ArtifactType == other.ArtifactType
        && Annotations.SequenceEqual(other.Annotations);

    public override int GetHashCode() => HashCode.Combine(MediaType, Digest, Size);
}
