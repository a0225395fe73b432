namespace Slipway.Fetching;

/// <summary>What a content cache holds.</summary>
/// <param name="Files">Complete files.</param>
/// <param name="Bytes">Theirs.</param>
/// <param name="Oldest">When the file that is unused for longest was last asked for; null when there is none.</param>
/// <param name="Kinds">By kind, in the order of names.</param>
/// <param name="Unfinished">Beginnings of files that a next run goes on with.</param>
public sealed record CacheSummary(int Files, long Bytes, DateTimeOffset? Oldest, IReadOnlyList<CacheShare> Kinds, int Unfinished);

/// <summary>The files of one kind.</summary>
public sealed record CacheShare(string Kind, int Files, long Bytes);

/// <summary>What a file is, told by its first bytes: for people, nothing is decided by it.</summary>
internal sealed record CacheKind(string Name)
{
    public static CacheKind Of(string path)
    {
        Span<byte> begin = stackalloc byte[8];
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
            begin = begin[..file.ReadAtLeast(begin, begin.Length, throwOnEndOfStream: false)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new CacheKind("unreadable");
        }

        return new CacheKind(
            begin.StartsWith("!<arch>\n"u8) ? "Debian packages"
            : begin.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b]) ? "gzip archives and layers"
            : begin.StartsWith((ReadOnlySpan<byte>)[0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0]) ? "package indexes"
            : begin.StartsWith("\u007fELF"u8) ? "programs"
            : "other"
        );
    }
}
