using Slipway.Oci;

namespace Slipway.Elf;

/// <summary>
/// A section (gABI, "Sections"). No loader looks at sections, and a file may have none; what tools leave for each other is found by their
/// names.
/// </summary>
/// <param name="Address">Where it is in memory.</param>
/// <param name="Offset">Where it begins in the file.</param>
/// <param name="Size">In bytes.</param>
internal sealed record ElfSection(ulong Address, ulong Offset, ulong Size)
{
    private const int LongestTable = 4 << 20;
    private const uint NoBits = 8;
    private const int NumberIsElsewhere = 0xFFFF;

    /// <summary>The first section of a name that has bytes in the file.</summary>
    /// <param name="header">The file's.</param>
    /// <returns>Null when there is none, or when the table of sections leads nowhere.</returns>
    public static ElfSection? Find(ElfBytes bytes, ReadOnlySpan<byte> header, ReadOnlySpan<byte> name)
    {
        try
        {
            return FindIn(bytes, header, name);
        }
        catch (ContentException)
        {
            // A file runs without the table, so whatever it holds is no reason to refuse the file.
            return null;
        }
    }

    private static ElfSection? FindIn(ElfBytes bytes, ReadOnlySpan<byte> header, ReadOnlySpan<byte> name)
    {
        ulong offset = bytes.Word(header[(bytes.Is64 ? 40 : 32)..]);
        int size = bytes.Is64 ? 64 : 40;
        if (offset == 0 || bytes.UInt16(header[(bytes.Is64 ? 58 : 46)..]) != size)
            return null;
        ulong count = bytes.UInt16(header[(bytes.Is64 ? 60 : 48)..]);
        ulong names = bytes.UInt16(header[(bytes.Is64 ? 62 : 50)..]);
        // Numbers that do not fit into the header are in the first section's.
        byte[] first = bytes.Table(offset, (ulong)size, size, "section headers");
        if (count == 0)
            count = Of(bytes, first).Size;
        if (names == NumberIsElsewhere)
            names = bytes.UInt32(first.AsSpan(bytes.Is64 ? 40 : 24));
        if (names >= count || count > LongestTable)
            return null;
        byte[] table = bytes.Table(offset, count * (ulong)size, LongestTable, "section headers");
        ElfSection texts = Of(bytes, table.AsSpan((int)names * size));
        byte[] text = bytes.Table(texts.Offset, texts.Size, LongestTable, "names of sections");
        for (int at = 0; at < table.Length; at += size)
        {
            ReadOnlySpan<byte> section = table.AsSpan(at, size);
            if (IsNamed(text, bytes.UInt32(section), name) && bytes.UInt32(section[4..]) != NoBits)
                return Of(bytes, section);
        }

        return null;
    }

    private static bool IsNamed(byte[] text, uint at, ReadOnlySpan<byte> name) =>
        at < text.Length && text.Length - at > name.Length && text.AsSpan((int)at).StartsWith(name) && text[(int)at + name.Length] == 0;

    private static ElfSection Of(ElfBytes bytes, ReadOnlySpan<byte> at) =>
        bytes.Is64
            ? new(bytes.UInt64(at[16..]), bytes.UInt64(at[24..]), bytes.UInt64(at[32..]))
            : new(bytes.UInt32(at[12..]), bytes.UInt32(at[16..]), bytes.UInt32(at[20..]));
}
