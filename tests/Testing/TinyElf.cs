using System.Buffers.Binary;
using System.Text;

namespace Slipway.Testing;

/// <summary>
/// Writes a small ELF file by the gABI, of any word size and byte order: what a test says and nothing that runs. The file
/// is one loadable segment, so that an address is an offset and a base.
/// </summary>
public sealed record TinyElf
{
    private const ulong Base = 0x10000;

    public bool Is64 { get; init; } = true;

    public bool IsLittleEndian { get; init; } = true;

    /// <summary>62 is amd64's, 183 arm64's.</summary>
    public ushort Machine { get; init; } = 62;

    /// <summary>3 is a library or a program at any address, 2 a program.</summary>
    public ushort Type { get; init; } = 3;

    public string? Interpreter { get; init; }

    public string? SoName { get; init; }

    public IReadOnlyList<string> Needed { get; init; } = [];

    public string? RPath { get; init; }

    public string? RunPath { get; init; }

    /// <summary>Value of DT_FLAGS_1; 0 leaves it out.</summary>
    public ulong Flags { get; init; }

    /// <summary>Library, version, whether weak; those of one library in a row.</summary>
    public IReadOnlyList<(string Library, string Version, bool Weak)> NeededVersions { get; init; } = [];

    public IReadOnlyList<string> DefinedVersions { get; init; } = [];

    /// <summary>Bytes behind all else.</summary>
    public byte[] Tail { get; init; } = [];

    private bool IsDynamic =>
        SoName is not null
        || Needed.Count > 0
        || RPath is not null
        || RunPath is not null
        || Flags != 0
        || NeededVersions.Count > 0
        || DefinedVersions.Count > 0;

    private int HeaderSize => Is64 ? 64 : 52;

    private int SegmentSize => Is64 ? 56 : 32;

    public byte[] Build()
    {
        List<byte> strings = [0];
        uint Text(string text)
        {
            uint at = (uint)strings.Count;
            strings.AddRange([.. Encoding.UTF8.GetBytes(text), 0]);
            return at;
        }

        List<(ulong Tag, ulong Value)> dynamic = [.. Needed.Select(name => (1UL, (ulong)Text(name)))];
        if (SoName is not null)
            dynamic.Add((14, Text(SoName)));
        if (RPath is not null)
            dynamic.Add((15, Text(RPath)));
        if (RunPath is not null)
            dynamic.Add((29, Text(RunPath)));
        if (Flags != 0)
            dynamic.Add((0x6FFFFFFB, Flags));
        byte[] needs = Needs(Text),
            definitions = Definitions(Text);

        int segments = 1 + (Interpreter is null ? 0 : 1) + (IsDynamic ? 1 : 0);
        int interpreterAt = HeaderSize + (segments * SegmentSize);
        byte[] interpreter = Interpreter is null ? [] : [.. Encoding.UTF8.GetBytes(Interpreter), 0];
        int stringsAt = interpreterAt + interpreter.Length;
        int needsAt = stringsAt + strings.Count,
            definitionsAt = needsAt + needs.Length,
            dynamicAt = definitionsAt + definitions.Length;
        if (IsDynamic)
        {
            dynamic.AddRange([(5, Base + (ulong)stringsAt), (10, (ulong)strings.Count)]);
            if (needs.Length > 0)
                dynamic.AddRange([
                    (0x6FFFFFFE, Base + (ulong)needsAt),
                    (0x6FFFFFFF, (ulong)NeededVersions.Select(version => version.Library).Distinct().Count()),
                ]);
            if (definitions.Length > 0)
                dynamic.AddRange([(0x6FFFFFFC, Base + (ulong)definitionsAt), (0x6FFFFFFD, (ulong)DefinedVersions.Count)]);
            dynamic.Add((0, 0));
        }

        byte[] section = [.. dynamic.SelectMany(entry => (byte[])[.. Word(entry.Tag), .. Word(entry.Value)])];
        byte[] end = [.. interpreter, .. strings, .. needs, .. definitions, .. section, .. Tail];
        byte[] table =
        [
            .. Segment(1, 0, (ulong)(interpreterAt + end.Length)),
            .. Interpreter is null ? [] : Segment(3, (ulong)interpreterAt, (ulong)interpreter.Length),
            .. IsDynamic ? Segment(2, (ulong)dynamicAt, (ulong)section.Length) : [],
        ];
        return [.. Header(segments), .. table, .. end];
    }

    private byte[] Header(int segments) =>
        [
            0x7F,
            (byte)'E',
            (byte)'L',
            (byte)'F',
            Is64 ? (byte)2 : (byte)1,
            IsLittleEndian ? (byte)1 : (byte)2,
            1,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            .. Half(Type),
            .. Half(Machine),
            .. Single(1),
            .. Word(0),
            .. Word((ulong)HeaderSize),
            .. Word(0),
            .. Single(0),
            .. Half((ushort)HeaderSize),
            .. Half((ushort)SegmentSize),
            .. Half((ushort)segments),
            .. Half(0),
            .. Half(0),
            .. Half(0),
        ];

    private byte[] Segment(uint type, ulong offset, ulong size) =>
        Is64
            ? [.. Single(type), .. Single(5), .. Word(offset), .. Word(Base + offset), .. Word(0), .. Word(size), .. Word(size), .. Word(1)]
            :
            [
                .. Single(type),
                .. Word(offset),
                .. Word(Base + offset),
                .. Word(0),
                .. Word(size),
                .. Word(size),
                .. Single(5),
                .. Word(1),
            ];

    private byte[] Needs(Func<string, uint> text)
    {
        List<byte> needs = [];
        var libraries = NeededVersions.GroupBy(version => version.Library).ToList();
        foreach (var library in libraries)
        {
            uint size = 16 + (16 * (uint)library.Count());
            needs.AddRange([
                .. Half(1),
                .. Half((ushort)library.Count()),
                .. Single(text(library.Key)),
                .. Single(16),
                .. Single(library == libraries[^1] ? 0 : size),
            ]);
            int left = library.Count();
            foreach ((_, string version, bool weak) in library)
                needs.AddRange([
                    .. Single(0),
                    .. Half(weak ? (ushort)2 : (ushort)0),
                    .. Half(2),
                    .. Single(text(version)),
                    .. Single(--left == 0 ? 0 : 16u),
                ]);
        }

        return [.. needs];
    }

    private byte[] Definitions(Func<string, uint> text) =>
        [
            .. DefinedVersions.SelectMany(
                (version, i) =>
                    (byte[])
                        [
                            .. Half(1),
                            .. Half(0),
                            .. Half((ushort)(i + 1)),
                            .. Half(1),
                            .. Single(0),
                            .. Single(20),
                            .. Single(i == DefinedVersions.Count - 1 ? 0 : 28u),
                            .. Single(text(version)),
                            .. Single(0),
                        ]
            ),
        ];

    private byte[] Word(ulong value) => Is64 ? Double(value) : Single((uint)value);

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

    private byte[] Double(ulong value)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value));
        return bytes;
    }
}
