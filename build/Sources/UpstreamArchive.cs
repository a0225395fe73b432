using System.Formats.Tar;
using System.IO.Compression;
using Slipway.Oci;

namespace Slipway.Sources;

/// <summary>Takes members by name out of a <c>.tar.gz</c>; everything else in it is passed over.</summary>
public static class UpstreamArchive
{
    /// <summary>The most that an archive may unpack to, in bytes: what bounds a decompression bomb.</summary>
    private const long UnpackedLimit = 4L * 1024 * 1024 * 1024;

    /// <summary>Writes each wanted member to the path it maps to.</summary>
    /// <param name="archive">A verified file.</param>
    /// <param name="members">Member names without a leading <c>./</c>, each with the path to write to.</param>
    /// <param name="what">What the archive is, for errors.</param>
    /// <exception cref="ContentException">It is no such archive, a member is missing, is there twice or is no regular file.</exception>
    public static void Extract(string archive, IReadOnlyDictionary<string, string> members, string what, CancellationToken cancellationToken)
    {
        HashSet<string> missing = new(members.Keys, StringComparer.Ordinal);
        try
        {
            using FileStream file = File.OpenRead(archive);
            using GZipStream gzip = new(file, CompressionMode.Decompress);
            using TarReader tar = new(gzip);
            long unpacked = 0;
            while (tar.GetNextEntry() is { } entry)
            {
                cancellationToken.ThrowIfCancellationRequested();
                unpacked += entry.Length;
                if (unpacked > UnpackedLimit)
                    throw new ContentException($"{what}: it unpacks to more than {UnpackedLimit} bytes");
                string name = entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name;
                if (!members.TryGetValue(name, out string? target))
                    continue;
                if (!missing.Remove(name))
                    throw new ContentException($"{what}: member '{name}' is there twice");
                Write(entry, name, target, what);
            }
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException or OverflowException or ArgumentException)
        {
            throw new ContentException($"{what}: no sound .tar.gz: {e.Message}", e);
        }

        if (missing.Count > 0)
            throw new ContentException($"{what}: member '{missing.Order(StringComparer.Ordinal).First()}' is missing");
    }

    private static void Write(TarEntry entry, string name, string target, string what)
    {
        if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile))
            throw new ContentException($"{what}: member '{name}' wanted a regular file, got {entry.EntryType}");
        using FileStream output = File.Create(target);
        entry.DataStream?.CopyTo(output);
        if (output.Length != entry.Length)
            throw new ContentException($"{what}: member '{name}' wanted {entry.Length} bytes, got {output.Length}");
    }
}
