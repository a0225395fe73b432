using System.Buffers.Binary;
using System.Text;
using Slipway.Oci;

namespace Slipway.Elf;

/// <summary>
/// <c>/etc/ld.so.cache</c> as glibc's loader has read it since 2.2 (elf/dl-cache.h, <c>glibc-ld.so.cache1.1</c>): which file
/// to load for a name. It holds names and paths alone, so new bytes in a library change nothing in it; ldconfig's
/// optional section that tells glibc's version is left out for the same reason.
/// </summary>
public static class LinkerCache
{
    private const int HeaderSize = 48;
    private const int EntrySize = 24;
    private const byte LittleEndian = 2;

    /// <summary>Library for glibc in ELF format (FLAG_ELF_LIBC6).</summary>
    private const uint ForGlibc = 3;

    private static readonly Dictionary<string, uint> Flags = new(StringComparer.Ordinal)
    {
        ["amd64"] = 0x0300 | ForGlibc,
        ["arm64"] = 0x0A00 | ForGlibc,
    };

    /// <param name="libraries">Name and absolute path; of libraries with one name, the first is loaded.</param>
    /// <exception cref="ContentException">The platform's libraries have no flag known here.</exception>
    public static byte[] ToBytes(IEnumerable<(string Name, string Path)> libraries, Platform platform)
    {
        if (!Flags.TryGetValue(platform.Architecture, out uint flags))
            throw new ContentException($"{platform}: wanted a platform whose libraries' flag is known ({string.Join(", ", Flags.Keys)})");
        (string Name, string Path)[] sorted = [.. libraries.OrderByDescending(library => library.Name, LibraryName.Order)];
        using MemoryStream texts = new();
        byte[] head = new byte[HeaderSize + (sorted.Length * EntrySize)];
        for (int i = 0; i < sorted.Length; i++)
        {
            int path = head.Length + Append(texts, sorted[i].Path);
            // A name is the end of its path nearly always.
            int name = sorted[i].Path.EndsWith('/' + sorted[i].Name, StringComparison.Ordinal)
                ? path + Encoding.UTF8.GetByteCount(sorted[i].Path) - Encoding.UTF8.GetByteCount(sorted[i].Name)
                : head.Length + Append(texts, sorted[i].Name);
            Span<byte> entry = head.AsSpan(HeaderSize + (i * EntrySize), EntrySize);
            BinaryPrimitives.WriteUInt32LittleEndian(entry, flags);
            BinaryPrimitives.WriteInt32LittleEndian(entry[4..], name);
            BinaryPrimitives.WriteInt32LittleEndian(entry[8..], path);
        }

        "glibc-ld.so.cache1.1"u8.CopyTo(head);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(20), sorted.Length);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(24), (int)texts.Length);
        head[28] = LittleEndian;
        return [.. head, .. texts.ToArray()];
    }

    private static int Append(MemoryStream texts, string text)
    {
        int at = (int)texts.Length;
        texts.Write(Encoding.UTF8.GetBytes(text + '\0'));
        return at;
    }
}
