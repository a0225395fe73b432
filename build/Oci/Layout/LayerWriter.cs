using System.Formats.Tar;
using System.IO.Compression;

namespace Slipway.Oci;

/// <summary>
/// Writes layers whose bytes depend on their entries alone: GNU tar headers without names, access or change times,
/// entries in ordinal order of their paths, gzip at level 6 without name or time. The compressed bytes may change with
/// the .NET runtime; the tar archive's do not.
/// </summary>
public static class LayerWriter
{
    private const int CopyBufferSize = 128 * 1024;

    /// <summary>Two blocks of nulls, in bytes; a TarWriter that was given nothing leaves them out.</summary>
    private const int EndOfArchive = 1024;

    /// <summary>Writes the blob of a layer to <paramref name="destination"/>, which stays open.</summary>
    /// <param name="title">What the layer is.</param>
    /// <param name="entries">Strictly ascending by path in ordinal order; hard links point to earlier files.</param>
    /// <exception cref="ContentException">
    /// The entries break the order or a rule of <see cref="LayerEntry"/>, or a content has another length than it said.
    /// </exception>
    public static Layer Write(string title, IEnumerable<LayerEntry> entries, Stream destination, CancellationToken cancellationToken)
    {
        using HashingStream compressed = new(destination);
        Digest diffId;
        long unpacked;
        bool any;
        using (GZipStream gzip = new(compressed, CompressionLevel.Optimal, leaveOpen: true))
        using (HashingStream plain = new(gzip))
        {
            // Not disposed: a BufferedStream has no way to leave the inner stream open.
            BufferedStream buffered = new(plain, CopyBufferSize);
            using (TarWriter tar = new(buffered, TarEntryFormat.Gnu, leaveOpen: true))
                any = WriteEntries(tar, entries, cancellationToken);
            if (!any)
                buffered.Write(new byte[EndOfArchive]);
            buffered.Flush();
            diffId = plain.Finish();
            unpacked = plain.Count;
        }

        return new Layer(new Descriptor(MediaType.LayerGzip, compressed.Finish(), compressed.Count), diffId, unpacked, title);
    }

    private static bool WriteEntries(TarWriter tar, IEnumerable<LayerEntry> entries, CancellationToken cancellationToken)
    {
        HashSet<string> files = new(StringComparer.Ordinal);
        string previous = "";
        foreach (LayerEntry entry in entries)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (string.CompareOrdinal(previous, entry.Path) >= 0)
                throw new ContentException($"layer entry '{entry.Path}' does not come after '{previous}'");
            previous = entry.Path;
            RequireSound(entry);
            if (entry.Kind == LayerEntryKind.HardLink && !files.Contains(entry.LinkTarget ?? ""))
                throw new ContentException(
                    $"layer entry '{entry.Path}': its hard link's target '{entry.LinkTarget}' is not an earlier file"
                );
            if (entry.Kind == LayerEntryKind.File)
                files.Add(entry.Path);
            WriteEntry(tar, entry);
        }

        return previous.Length > 0;
    }

    private static void RequireSound(LayerEntry entry)
    {
        if (entry.Path.Contains('\0', StringComparison.Ordinal) || entry.Path.Split('/').Any(part => part is "" or "." or ".."))
            throw new ContentException($"layer entry '{entry.Path}': the path is not plain");
        if (entry.Mode is < 0 or > 0xFFF)
            throw new ContentException($"layer entry '{entry.Path}': mode wanted 12 bits, got {entry.Mode}");
        if (
            entry.Kind == LayerEntryKind.SymbolicLink
            && (entry.LinkTarget is null or "" || entry.LinkTarget.Contains('\0', StringComparison.Ordinal))
        )
            throw new ContentException($"layer entry '{entry.Path}': the symbolic link has no sound target, '{entry.LinkTarget}'");
    }

    private static void WriteEntry(TarWriter tar, LayerEntry entry)
    {
        (TarEntryType type, string name) = entry.Kind switch
        {
            LayerEntryKind.Directory => (TarEntryType.Directory, entry.Path + "/"),
            LayerEntryKind.SymbolicLink => (TarEntryType.SymbolicLink, entry.Path),
            LayerEntryKind.HardLink => (TarEntryType.HardLink, entry.Path),
            _ => (TarEntryType.RegularFile, entry.Path),
        };
        GnuTarEntry header = new(type, name)
        {
            Mode = (UnixFileMode)entry.Mode,
            Uid = entry.UserId,
            Gid = entry.GroupId,
            ModificationTime = DateTimeOffset.FromUnixTimeSeconds(entry.ModifiedTime),
            AccessTime = default,
            ChangeTime = default,
        };
        if (entry.LinkTarget is not null)
            header.LinkName = entry.LinkTarget;
        if (entry.Kind != LayerEntryKind.File)
        {
            tar.WriteEntry(header);
            return;
        }

        using Stream content = entry.Open!();
        if (content.Length != entry.Size)
            throw new ContentException($"layer entry '{entry.Path}': wanted {entry.Size} bytes, got {content.Length}");
        header.DataStream = content;
        tar.WriteEntry(header);
        if (content.Position != entry.Size)
            throw new ContentException(
                $"layer entry '{entry.Path}': wanted {entry.Size} bytes, got {content.Position}: it changed while it was read"
            );
    }
}
