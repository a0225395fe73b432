using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Tuf;

/// <summary>Where a trusted root is from.</summary>
public enum TrustedRootOrigin
{
    /// <summary>This program brings it along.</summary>
    Embedded,

    /// <summary>It came by TUF, and its metadata was verified again when it was read.</summary>
    Refreshed,

    /// <summary>Whoever runs this named a file.</summary>
    Given,
}

/// <summary>The authorities and logs to believe (Sigstore's protobuf-specs, <c>TrustedRoot</c>), and where they are from.</summary>
public sealed record TrustedRootFile
{
    private const int MaximumSize = 1024 * 1024;

    private TrustedRootFile(TrustedRootOrigin origin, string place, DateTimeOffset date, ReadOnlyMemory<byte> content)
    {
        Origin = origin;
        Place = place;
        Date = date;
        Content = content;
        Summary = TrustedRootSummary.Of(content);
    }

    public TrustedRootOrigin Origin { get; }

    /// <summary>The file or folder; for an embedded one the repository that it was taken from.</summary>
    public string Place { get; }

    /// <summary>Of an embedded one the day on which it was taken from there; of others when the file was written.</summary>
    public DateTimeOffset Date { get; }

    /// <summary>The very bytes.</summary>
    public ReadOnlyMemory<byte> Content { get; }

    /// <summary>What it names.</summary>
    public TrustedRootSummary Summary { get; }

    /// <summary>The metadata that vouches for it; null for a given one, for which nothing does.</summary>
    public VerifiedTarget? Metadata { get; private init; }

    /// <summary>Why a refreshed one that is there is not this one; null when it is, or there is none.</summary>
    public string? PassedOver { get; init; }

    /// <summary>A file that whoever runs this believes.</summary>
    /// <exception cref="UnfitFileException">It is no regular file of at most 1 MiB.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    /// <exception cref="ContentException">It is no trusted root.</exception>
    public static TrustedRootFile Given(string path)
    {
        byte[] content = RegularFile.ReadBytes(path, MaximumSize);
        try
        {
            return new TrustedRootFile(TrustedRootOrigin.Given, path, File.GetLastWriteTimeUtc(path), content);
        }
        catch (ContentException e)
        {
            throw new ContentException($"{path}: {e.Message}. Name a file of Sigstore's form TrustedRoot, or none", e);
        }
    }

    internal static TrustedRootFile Embedded(VerifiedTarget metadata) =>
        new(
            TrustedRootOrigin.Embedded,
            PublicGood.Address.ToString(),
            new DateTimeOffset(PublicGood.Date, TimeOnly.MinValue, TimeSpan.Zero),
            metadata.Content
        )
        {
            Metadata = metadata,
        };

    internal static TrustedRootFile Refreshed(MetadataStore store, VerifiedTarget metadata) =>
        new(TrustedRootOrigin.Refreshed, store.Folder, store.TrustedAt, metadata.Content) { Metadata = metadata };
}
