using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Elf;

/// <summary>Reads header and program headers of an ELF file (gABI, "ELF Header" and "Program Header").</summary>
internal static class ElfReader
{
    /// <summary>The most bytes of program headers that Linux takes (fs/binfmt_elf.c).</summary>
    private const int LongestProgramHeaders = 1 << 16;

    /// <summary>The same of what may be no ELF file, or none that a loader can read: null then.</summary>
    public static (ElfBytes Bytes, byte[] Header)? OpenIfElf(Stream content)
    {
        Span<byte> start = stackalloc byte[4];
        content.Position = 0;
        try
        {
            return content.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && ElfFile.HasMagic(start)
                ? Open(content)
                : null;
        }
        catch (ContentException)
        {
            return null;
        }
    }

    /// <summary>The file's bytes and its header.</summary>
    /// <exception cref="ContentException">The file is cut short or malformed.</exception>
    public static (ElfBytes Bytes, byte[] Header) Open(Stream content)
    {
        Span<byte> identity = stackalloc byte[16];
        content.Position = 0;
        if (content.ReadAtLeast(identity, identity.Length, throwOnEndOfStream: false) < identity.Length)
            throw new ContentException($"ELF: identification: wanted 16 bytes, got {content.Length}");
        if (identity[4] is not (1 or 2) || identity[5] is not (1 or 2) || identity[6] != 1)
            throw new ContentException(
                $"ELF: identification: class {identity[4]}, byte order {identity[5]}, version {identity[6]} is no ELF file"
            );
        ElfBytes bytes = new(content, (ElfClass)identity[4], identity[5] == 1);
        byte[] header = new byte[bytes.Is64 ? 64 : 52];
        bytes.Read(0, header, "header");
        return (bytes, header);
    }

    /// <exception cref="ContentException">The file is cut short or malformed.</exception>
    public static ElfFile Read(Stream content)
    {
        (ElfBytes bytes, byte[] header) = Open(content);
        ElfFile file = new()
        {
            Class = (ElfClass)header[4],
            IsLittleEndian = header[5] == 1,
            Type = bytes.UInt16(header.AsSpan(16)) switch
            {
                1 => ElfType.Relocatable,
                2 => ElfType.Executable,
                3 => ElfType.Shared,
                _ => ElfType.Other,
            },
            Machine = bytes.UInt16(header.AsSpan(18)),
        };
        ImmutableArray<ElfSegment> segments = ReadSegments(bytes, header);
        if (segments.FirstOrDefault(segment => segment.Type == ElfSegment.Interpreter) is { } interpreter)
            file = file with { Interpreter = bytes.Text(interpreter.Offset, interpreter.EndInFile, "interpreter") };
        return segments.FirstOrDefault(segment => segment.Type == ElfSegment.Dynamic) is { } dynamic
            ? new ElfDynamic(bytes, segments).AddTo(file, dynamic)
            : file;
    }

    /// <exception cref="ContentException">The table is cut short or malformed.</exception>
    public static ImmutableArray<ElfSegment> ReadSegments(ElfBytes bytes, ReadOnlySpan<byte> header)
    {
        ulong offset = bytes.Word(header[(bytes.Is64 ? 32 : 28)..]);
        int size = bytes.UInt16(header[(bytes.Is64 ? 54 : 42)..]);
        int count = bytes.UInt16(header[(bytes.Is64 ? 56 : 44)..]);
        if (count == 0)
            return [];
        if (size != ElfSegment.SizeOf(bytes))
            throw new ContentException($"ELF: program headers: wanted {ElfSegment.SizeOf(bytes)} bytes each, got {size}");
        byte[] table = bytes.Table(offset, (ulong)(size * count), LongestProgramHeaders, "program headers");
        var segments = ImmutableArray.CreateBuilder<ElfSegment>(count);
        for (int i = 0; i < count; i++)
            segments.Add(ElfSegment.Read(bytes, table.AsSpan(i * size, size)));
        return segments.ToImmutable();
    }
}
