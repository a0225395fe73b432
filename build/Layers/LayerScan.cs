using System.Collections.Immutable;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using Slipway.Oci;

namespace Slipway.Layers;

/// <summary>Reads a layer's archive from beginning to end and tells of every entry, in the archive's order.</summary>
/// <param name="files">Reads the files.</param>
internal sealed class LayerScan(IFileScan files)
{
    /// <summary>No layer that anyone makes unpacks to more; in bytes.</summary>
    private const long LargestArchive = 16L << 30;

    private const string Attribute = "SCHILY.xattr.";

    private const int LongestName = 4096,
        DeepestName = 512;

    /// <summary>The unpacked size in bytes of what was read last.</summary>
    public long UnpackedSize { get; private set; }

    /// <param name="number">Of the layer, the lowest is 0.</param>
    /// <param name="layer">What it is and whether it is compressed.</param>
    /// <param name="blob">Proves itself at its end; disposed here.</param>
    /// <param name="diffId">The digest that the unpacked archive must have.</param>
    /// <exception cref="ContentException">The archive is broken, or another than the digest says.</exception>
    public IEnumerable<FoundEntry> Read(int number, Descriptor layer, Stream blob, Digest diffId)
    {
        using Stream input = blob;
        using Stream plain = Unpacked(layer, input);
        using VerifyingStream archive = new(plain, diffId, null, LargestArchive, $"layer {layer.Digest}, unpacked");
        using ArchiveHeaders headers = new(archive);
        using TarReader tar = new(headers, leaveOpen: true);
        while (Sound(layer, () => tar.GetNextEntry()) is { } entry)
        {
            if (NameOf(entry.Name) is { Length: > 0 } path && entry.EntryType is not (TarEntryType.GlobalExtendedAttributes))
                yield return Sound(layer, () => Found(number, path, entry));
        }

        // The proof of both streams is at their ends.
        Sound(layer, () => Drain(archive));
        UnpackedSize = archive.Position;
        input.CopyTo(Stream.Null);
    }

    /// <summary>The digest of the archive that a blob unpacks to, whatever its image says of it.</summary>
    /// <exception cref="ContentException">The blob is no archive, or a broken or too large one.</exception>
    public static Digest DiffIdOf(Descriptor layer, Stream blob, CancellationToken cancellationToken)
    {
        using Stream input = blob;
        using Stream plain = Unpacked(layer, input);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[256 * 1024];
        long size = 0;
        while (Sound(layer, () => plain.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)) is > 0 and int count)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if ((size += count) > LargestArchive)
                throw new ContentException($"layer {layer.Digest}, unpacked: wanted at most {LargestArchive} bytes, got more");
            hash.AppendData(buffer, 0, count);
        }

        return Digest.FromHash("sha256", hash.GetHashAndReset());
    }

    /// <exception cref="ContentException">Layers of this type are not read; says which are.</exception>
    public static void RequireReadable(Descriptor layer)
    {
        string type = MediaType.Bare(layer.MediaType);
        if (type.EndsWith("zstd", StringComparison.Ordinal))
            throw new ContentException(
                $"layer {layer.Digest}: wanted a tar archive, plain or with gzip, got one with zstd "
                    + $"({Printable.Of(layer.MediaType)}), which is not supported. Name an image whose layers are gzip"
            );
        if (!type.EndsWith("gzip", StringComparison.Ordinal) && !type.EndsWith("tar", StringComparison.Ordinal))
            throw new ContentException(
                $"layer {layer.Digest}: wanted a tar archive, plain or with gzip, got {Printable.Of(layer.MediaType)}"
            );
    }

    private static Stream Unpacked(Descriptor layer, Stream blob)
    {
        RequireReadable(layer);
        return MediaType.Bare(layer.MediaType).EndsWith("gzip", StringComparison.Ordinal)
            ? new GZipStream(blob, CompressionMode.Decompress, leaveOpen: true)
            : blob;
    }

    private FoundEntry Found(int number, string path, TarEntry entry)
    {
        bool isFile = entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile;
        return new FoundEntry
        {
            Path = path,
            Kind = entry.EntryType switch
            {
                _ when isFile => LayerEntryKind.File,
                TarEntryType.Directory => LayerEntryKind.Directory,
                TarEntryType.SymbolicLink => LayerEntryKind.SymbolicLink,
                TarEntryType.HardLink => LayerEntryKind.HardLink,
                _ => null,
            },
            Mode = (int)entry.Mode,
            UserId = entry.Uid,
            GroupId = entry.Gid,
            Modified = entry.ModificationTime,
            LinkTarget =
                entry.EntryType == TarEntryType.HardLink ? NameOf(entry.LinkName)
                : entry.LinkName.Length > 0 ? LinkOf(path, entry.LinkName)
                : null,
            Layer = number,
            HasCapabilities = entry is PaxTarEntry pax && pax.ExtendedAttributes.Keys.Any(key => key == Attribute + "security.capability"),
            File = isFile ? files.Scan(path, entry.DataStream ?? Stream.Null) : null,
        };
    }

    /// <summary>A name as paths are written here; "" for the root.</summary>
    /// <exception cref="ContentException">No system could make such a path: PATH_MAX is 4096 (limits.h).</exception>
    private static string NameOf(string name)
    {
        if (name.Length > LongestName || name.AsSpan().Count('/') > DeepestName)
            throw new ContentException(
                $"entry '{Printable.Of(name)}': wanted a path of at most {LongestName} characters and {DeepestName} folders, "
                    + $"got {name.Length} and {name.AsSpan().Count('/')}"
            );
        string[] parts = [.. name.Split('/').Where(part => part is not ("" or "."))];
        return parts.Contains("..", StringComparer.Ordinal)
            ? throw new ContentException($"entry '{Printable.Of(name)}' leads out of the image")
            : string.Join('/', parts);
    }

    private static string LinkOf(string path, string target) =>
        target.Length <= LongestName
            ? target
            : throw new ContentException(
                $"entry '{Printable.Of(path)}': wanted a link of at most {LongestName} characters, got {target.Length}"
            );

    private static bool Drain(Stream stream)
    {
        stream.CopyTo(Stream.Null);
        return true;
    }

    private static T Sound<T>(Descriptor layer, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e)
            when (e
                    is InvalidDataException
                        or EndOfStreamException
                        or FormatException
                        or NotSupportedException
                        or ArgumentException
                        or OverflowException
                        or InvalidOperationException
            )
        {
            throw new ContentException($"layer {layer.Digest}: the archive is broken: {e.Message}", e);
        }
    }
}
