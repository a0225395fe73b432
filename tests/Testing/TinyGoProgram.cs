using System.Buffers.Binary;
using System.Text;

namespace Slipway.Testing;

/// <summary>
/// Writes an ELF file with what Go's linker leaves in a program, in the form of Go 1.18 and later or the one before, and with Rust's audit
/// data: one segment to read, one of data, and sections where they are asked for. Nothing in it runs.
/// </summary>
public sealed record TinyGoProgram
{
    /// <summary>Around the list of modules in memory (cmd/go, modload's infoStart and infoEnd).</summary>
    private static readonly byte[] Start = Convert.FromHexString("3077af0c9274080241e1c107e6d618e6"),
        End = Convert.FromHexString("f932433186182072008242104116d8f2");

    private const ulong Base = 0x400000;

    public bool Is64 { get; init; } = true;

    public bool IsLittleEndian { get; init; } = true;

    /// <summary>62 is amd64's, 183 arm64's.</summary>
    public ushort Machine { get; init; } = 62;

    /// <summary>Whether there is a table of sections, as in a file that nobody took it from.</summary>
    public bool HasSections { get; init; } = true;

    /// <summary>Whether the texts follow the header, as since Go 1.18, or are pointed at.</summary>
    public bool IsInline { get; init; } = true;

    public string Version { get; init; } = "go1.24.4";

    /// <summary>The lines, without the frame around them; null for a program that was built without modules.</summary>
    public string? Modules { get; init; }

    /// <summary>In place of the build information; empty for none.</summary>
    public byte[]? Blob { get; init; }

    /// <summary>Bytes of the data segment before the build information.</summary>
    public int Before { get; init; }

    /// <summary>The section <c>.dep-v0</c>; null for none.</summary>
    public byte[]? AuditData { get; init; }

    private int HeaderSize => Is64 ? 64 : 52;

    private int SegmentSize => Is64 ? 56 : 32;

    private byte[] ModuleText => Modules is null ? [] : [.. Start, .. Encoding.UTF8.GetBytes(Modules), .. End];

    public byte[] Build()
    {
        int readAt = HeaderSize + (2 * SegmentSize);
        byte[] version = Encoding.UTF8.GetBytes(Version),
            read = [.. version, .. ModuleText];
        int dataAt = (readAt + read.Length + 15) / 16 * 16;
        byte[] blob = Blob ?? (IsInline ? Inline(version) : Pointed(version, Base + (ulong)readAt, Base + (ulong)(dataAt + Before)));
        byte[] data = [.. new byte[Before], .. blob];
        byte[] audit = AuditData ?? [];
        byte[] names = "\0.go.buildinfo\0.dep-v0\0.shstrtab\0"u8.ToArray();
        int auditAt = dataAt + data.Length,
            namesAt = auditAt + audit.Length,
            tableAt = namesAt + names.Length;
        List<byte[]> sections = [Section(0, 0, 0, 0, 0)];
        if (blob.Length > 0)
            sections.Add(Section(1, 1, Base + (ulong)(dataAt + Before), dataAt + Before, blob.Length));
        if (AuditData is not null)
            sections.Add(Section(15, 1, 0, auditAt, audit.Length));
        sections.Add(Section(23, 3, 0, namesAt, names.Length));
        return
        [
            .. Header(HasSections ? tableAt : 0, HasSections ? sections.Count : 0),
            .. Segment(4, readAt, read.Length),
            .. Segment(6, dataAt, data.Length),
            .. read,
            .. new byte[dataAt - readAt - read.Length],
            .. data,
            .. audit,
            .. names,
            .. HasSections ? sections.SelectMany(section => section) : [],
        ];
    }

    /// <summary>A length as Go writes it before a text.</summary>
    public static byte[] Varint(ulong value)
    {
        List<byte> bytes = [];
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        return [.. bytes, (byte)value];
    }

    /// <summary>The beginning of the build information.</summary>
    public byte[] Head(byte flags) => [0xFF, .. " Go buildinf:"u8, Is64 ? (byte)8 : (byte)4, flags];

    private byte[] Inline(byte[] version) =>
        [.. Head(2), .. new byte[16], .. Varint((ulong)version.Length), .. version, .. Varint((ulong)ModuleText.Length), .. ModuleText];

    private byte[] Pointed(byte[] version, ulong texts, ulong at)
    {
        int word = Is64 ? 8 : 4;
        ulong strings = at + 32;
        byte[] pointers = [.. Word(strings), .. Word(strings + (ulong)(2 * word))];
        return
        [
            .. Head(IsLittleEndian ? (byte)0 : (byte)1),
            .. pointers,
            .. new byte[16 - pointers.Length],
            .. Word(texts),
            .. Word((ulong)version.Length),
            .. Word(texts + (ulong)version.Length),
            .. Word((ulong)ModuleText.Length),
        ];
    }

    private byte[] Header(int sectionsAt, int sections) =>
        [
            0x7F,
            .. "ELF"u8,
            Is64 ? (byte)2 : (byte)1,
            IsLittleEndian ? (byte)1 : (byte)2,
            1,
            .. new byte[9],
            .. Half(2),
            .. Half(Machine),
            .. Single(1),
            .. Word(0),
            .. Word((ulong)HeaderSize),
            .. Word((ulong)sectionsAt),
            .. Single(0),
            .. Half((ushort)HeaderSize),
            .. Half((ushort)SegmentSize),
            .. Half(2),
            .. Half((ushort)(sections == 0 ? 0 : Section(0, 0, 0, 0, 0).Length)),
            .. Half((ushort)sections),
            .. Half((ushort)Math.Max(0, sections - 1)),
        ];

    private byte[] Segment(uint flags, int at, int size)
    {
        byte[] place = [.. Word((ulong)at), .. Word(Base + (ulong)at), .. Word(0), .. Word((ulong)size), .. Word((ulong)size)];
        return Is64 ? [.. Single(1), .. Single(flags), .. place, .. Word(16)] : [.. Single(1), .. place, .. Single(flags), .. Word(16)];
    }

    private byte[] Section(uint name, uint type, ulong address, int at, int size) =>
        [
            .. Single(name),
            .. Single(type),
            .. Word(0),
            .. Word(address),
            .. Word((ulong)at),
            .. Word((ulong)size),
            .. Single(0),
            .. Single(0),
            .. Word(1),
            .. Word(0),
        ];

    private byte[] Word(ulong value)
    {
        byte[] bytes = new byte[8];
        if (IsLittleEndian)
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        else
            BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return Is64 ? bytes : Single((uint)value);
    }

    private byte[] Half(ushort value)
    {
        byte[] bytes = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value));
        return bytes;
    }

    private byte[] Single(uint value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value));
        return bytes;
    }
}
