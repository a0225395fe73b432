using System.Collections.Immutable;
using System.Formats.Tar;
using System.Text;
using Slipway.Oci;

namespace Slipway.Images;

/// <summary>
/// A layer as an Engine made it, made reproducible: entries in the order of their paths, no time later than the lock's, no names of
/// users. What a layer of ours cannot hold is an error.
/// </summary>
internal static class EngineLayer
{
    private const string Attributes = "SCHILY.xattr.";
    private const int MostEntries = 200_000;
    private const int LongestList = 4 << 20;

    /// <param name="path">A plain tar archive, which must stay as long as the entries are used.</param>
    /// <param name="newest">No entry is younger; in seconds since 1970.</param>
    /// <param name="wanted">Which entries are wanted; null for all.</param>
    /// <returns>In the order that a <see cref="LayerWriter"/> wants, each without an owner.</returns>
    /// <exception cref="ContentException">The archive is broken or holds what no image of ours may.</exception>
    public static ImmutableArray<LayerEntry> Read(string path, long newest, Func<string, bool>? wanted = null)
    {
        SortedDictionary<string, LayerEntry> entries = new(StringComparer.Ordinal);
        try
        {
            using FileStream file = File.OpenRead(path);
            using TarReader tar = new(file);
            while (tar.GetNextEntry() is { } entry)
            {
                if (
                    Name(entry.Name) is { Length: > 0 } name
                    && entry.EntryType != TarEntryType.GlobalExtendedAttributes
                    && wanted?.Invoke(name) != false
                )
                    entries[name] = EntryOf(path, name, entry, newest);
                if (entries.Count > MostEntries)
                    throw new ContentException($"wanted at most {MostEntries} entries in a layer, got more");
            }
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException or NotSupportedException)
        {
            throw new ContentException($"the Engine's layer is broken: {e.Message}", e);
        }

        TurnHardLinks(entries);
        return [.. entries.Values];
    }

    /// <summary>The text of a small file.</summary>
    public static string Text(LayerEntry entry)
    {
        if (entry.Size > LongestList)
            throw new ContentException($"/{entry.Path}: wanted at most {LongestList} bytes, got {entry.Size}");
        using StreamReader reader = new(entry.Open!(), Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static LayerEntry EntryOf(string path, string name, TarEntry entry, long newest)
    {
        if (name[(name.LastIndexOf('/') + 1)..].StartsWith(".wh.", StringComparison.Ordinal))
            throw new ContentException($"/{name}: the last stage of a Dockerfile cannot delete files; wanted only FROM scratch and COPY");
        if (
            entry is PaxTarEntry pax
            && pax.ExtendedAttributes.Keys.FirstOrDefault(key => key.StartsWith(Attributes, StringComparison.Ordinal)) is { } attribute
        )
            throw new ContentException(
                $"/{name}: it has the attribute {Printable.Of(attribute[Attributes.Length..])}, which layers do not support here"
            );
        LayerEntryKind kind = entry.EntryType switch
        {
            TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile => LayerEntryKind.File,
            TarEntryType.Directory => LayerEntryKind.Directory,
            TarEntryType.SymbolicLink => LayerEntryKind.SymbolicLink,
            TarEntryType.HardLink => LayerEntryKind.HardLink,
            var other => throw new ContentException($"/{name}: wanted a file, folder or link, got {other}"),
        };
        bool isFile = kind == LayerEntryKind.File;
        long offset = entry.DataOffset,
            size = entry.Length;
        return new LayerEntry
        {
            Path = name,
            Kind = kind,
            Mode = kind == LayerEntryKind.SymbolicLink ? 0b111_111_111 : (int)entry.Mode & 0xFFF,
            UserId = entry.Uid,
            GroupId = entry.Gid,
            ModifiedTime = Math.Clamp(entry.ModificationTime.ToUnixTimeSeconds(), 0, newest),
            LinkTarget =
                kind == LayerEntryKind.HardLink ? Name(entry.LinkName)
                : kind == LayerEntryKind.SymbolicLink ? entry.LinkName
                : null,
            Size = isFile ? size : 0,
            Open =
                !isFile ? null
                : size == 0 ? () => new MemoryStream([], writable: false)
                : () => new FilePart(path, offset, size),
            Owner = "",
        };
    }

    private static string Name(string name)
    {
        string[] parts = [.. name.Split('/').Where(part => part is not ("" or "."))];
        return parts.Contains("..", StringComparer.Ordinal)
            ? throw new ContentException($"entry '{Printable.Of(name)}' leads out of the image")
            : string.Join('/', parts);
    }

    /// <summary>Of the names of one file, the first in order becomes the file.</summary>
    private static void TurnHardLinks(SortedDictionary<string, LayerEntry> entries)
    {
        var groups = entries
            .Values.Where(entry => entry.Kind == LayerEntryKind.HardLink)
            .GroupBy(entry => FileOf(entry, entries).Path, StringComparer.Ordinal)
            .ToList();
        foreach (var group in groups)
        {
            LayerEntry file = entries[group.Key];
            string[] names = [.. group.Select(link => link.Path).Append(file.Path).Order(StringComparer.Ordinal)];
            entries[names[0]] = file with { Path = names[0] };
            foreach (string name in names[1..])
                entries[name] = file with { Path = name, Kind = LayerEntryKind.HardLink, LinkTarget = names[0], Size = 0, Open = null };
        }
    }

    private static LayerEntry FileOf(LayerEntry link, SortedDictionary<string, LayerEntry> entries)
    {
        LayerEntry? at = link;
        for (int hops = 0; at?.Kind == LayerEntryKind.HardLink && hops < 64; hops++)
            at = entries.GetValueOrDefault(at.LinkTarget!);
        return at is { Kind: LayerEntryKind.File }
            ? at
            : throw new ContentException($"/{link.Path}: it is a hard link to /{link.LinkTarget}, which is not a file of the layer");
    }
}
