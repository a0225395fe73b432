using System.Collections.Immutable;
using System.Security.Cryptography;
using Slipway.Oci;

namespace Slipway.Images;

/// <summary>
/// What was put into one platform of an image and whose it is: what a layer's tar archive has no place for. The same
/// image always gives the same list.
/// </summary>
/// <param name="Platform">Which.</param>
/// <param name="Layers">Lowest first.</param>
public sealed record ImageContents(Platform Platform, ImmutableArray<LayerContents> Layers)
{
    /// <summary>Name and version of each Debian package on this platform.</summary>
    public ImmutableSortedDictionary<string, string> Packages { get; init; } = Descriptor.NoAnnotations;
}

/// <summary>What was put into one layer.</summary>
/// <param name="Name">As the definition names the layer.</param>
/// <param name="DiffId">The digest of its tar archive.</param>
/// <param name="Entries">In the archive's order, which is that of their paths; directories that hold them are among them.</param>
public sealed record LayerContents(string Name, Digest DiffId, ImmutableArray<ContentEntry> Entries);

/// <summary>One path of a layer.</summary>
public sealed record ContentEntry
{
    /// <summary>What is laid as an entry. Its content is read a second time: hashing takes a twentieth of what compressing does.</summary>
    public static ContentEntry Of(LayerEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        using Stream? content = entry.Open?.Invoke();
        return new ContentEntry
        {
            Path = entry.Path,
            Kind = entry.Kind,
            Mode = entry.Mode,
            UserId = entry.UserId,
            GroupId = entry.GroupId,
            Size = entry.Size,
            LinkTarget = entry.LinkTarget,
            Digest = content is null ? null : Digest.FromHash("sha256", SHA256.HashData(content)),
            Owner = entry.Owner,
        };
    }

    /// <summary>Without a leading or trailing slash.</summary>
    public required string Path { get; init; }

    public required LayerEntryKind Kind { get; init; }

    /// <summary>The lower 12 bits.</summary>
    public required int Mode { get; init; }

    public required int UserId { get; init; }

    public required int GroupId { get; init; }

    /// <summary>In bytes; 0 for all but files.</summary>
    public long Size { get; init; }

    /// <summary>For a symbolic link its text; for a hard link the file's path.</summary>
    public string? LinkTarget { get; init; }

    /// <summary>SHA-256 of a file's content; null for all but files.</summary>
    public Digest? Digest { get; init; }

    /// <summary><c>package NAME</c>, <c>upstream NAME VERSION</c>, <c>definition</c>, or a finishing step.</summary>
    public required string Owner { get; init; }
}
