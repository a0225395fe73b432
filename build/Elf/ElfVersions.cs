using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Elf;

/// <summary>
/// Tables of symbol versions (Linux Standard Base, "Symbol Version Requirements" and "Symbol Version Definitions"): lists of
/// records that name the next by its distance, each with a list of further records likewise. Their layout is the same for
/// both word sizes. Distances only lead forward and records are counted, so every walk ends.
/// </summary>
/// <param name="bytes">The file.</param>
/// <param name="text">Reads the string table; given an offset in it and what it is for.</param>
internal sealed class ElfVersions(ElfBytes bytes, Func<ulong, string, string> text)
{
    private const int MostRecords = 1 << 14;
    private const ushort Weak = 2;

    private int _records;

    /// <param name="offset">Of the first record in the file.</param>
    /// <param name="count">How many libraries are named.</param>
    public ImmutableArray<ElfNeededVersion> Needed(ulong offset, ulong count)
    {
        var versions = ImmutableArray.CreateBuilder<ElfNeededVersion>();
        Span<byte> need = stackalloc byte[16];
        Span<byte> version = stackalloc byte[16];
        for (ulong i = 0; i < count; i++)
        {
            Read(offset, need, "DT_VERNEED");
            string library = text(bytes.UInt32(need[4..]), "needed version's library");
            ulong at = offset + bytes.UInt32(need[8..]);
            for (int left = bytes.UInt16(need[2..]); left > 0; left--)
            {
                Read(at, version, "DT_VERNEED");
                bool weak = (bytes.UInt16(version[4..]) & Weak) != 0;
                versions.Add(new ElfNeededVersion(library, text(bytes.UInt32(version[8..]), "needed version"), weak));
                if (bytes.UInt32(version[12..]) is var next && next == 0)
                    break;
                at += next;
            }

            if (bytes.UInt32(need[12..]) is var distance && distance == 0)
                break;
            offset += distance;
        }

        return versions.ToImmutable();
    }

    /// <param name="offset">Of the first record in the file.</param>
    /// <param name="count">How many versions are defined.</param>
    public ImmutableArray<string> Defined(ulong offset, ulong count)
    {
        var versions = ImmutableArray.CreateBuilder<string>();
        Span<byte> definition = stackalloc byte[20];
        Span<byte> name = stackalloc byte[8];
        for (ulong i = 0; i < count; i++)
        {
            Read(offset, definition, "DT_VERDEF");
            // The first of its names is its own; the others are those of the versions that it follows.
            if (bytes.UInt16(definition[6..]) > 0)
            {
                Read(offset + bytes.UInt32(definition[12..]), name, "DT_VERDEF");
                versions.Add(text(bytes.UInt32(name), "defined version"));
            }

            if (bytes.UInt32(definition[16..]) is var distance && distance == 0)
                break;
            offset += distance;
        }

        return versions.ToImmutable();
    }

    private void Read(ulong offset, Span<byte> record, string what)
    {
        if (++_records > MostRecords)
            throw new ContentException($"ELF: {what}: there are more than {MostRecords} records");
        bytes.Read(offset, record, what);
    }
}
