namespace Slipway.Elf;

/// <summary>A program header (gABI, "Program Header").</summary>
/// <param name="Type">p_type.</param>
/// <param name="Offset">Where it begins in the file.</param>
/// <param name="Address">Where it begins in memory.</param>
/// <param name="SizeInFile">In bytes.</param>
/// <param name="Flags">p_flags: what may be done with it in memory.</param>
internal sealed record ElfSegment(uint Type, ulong Offset, ulong Address, ulong SizeInFile, uint Flags)
{
    private const uint Executable = 1,
        Writable = 2;

    public const uint Load = 1;
    public const uint Dynamic = 2;
    public const uint Interpreter = 3;

    /// <summary>Whether it holds data that a program may change, and no code.</summary>
    public bool IsData => Type == Load && (Flags & (Executable | Writable)) == Writable;

    /// <summary>The first offset after it; the highest there is when it says that it is longer than any file.</summary>
    public ulong EndInFile => SizeInFile > ulong.MaxValue - Offset ? ulong.MaxValue : Offset + SizeInFile;

    public static int SizeOf(ElfBytes bytes) => bytes.Is64 ? 56 : 32;

    public static ElfSegment Read(ElfBytes bytes, ReadOnlySpan<byte> at) =>
        bytes.Is64
            ? new(bytes.UInt32(at), bytes.UInt64(at[8..]), bytes.UInt64(at[16..]), bytes.UInt64(at[32..]), bytes.UInt32(at[4..]))
            : new(bytes.UInt32(at), bytes.UInt32(at[4..]), bytes.UInt32(at[8..]), bytes.UInt32(at[16..]), bytes.UInt32(at[24..]));

    /// <summary>Whether an address in memory comes from this segment's part of the file.</summary>
    public bool Holds(ulong address) => address >= Address && address - Address < SizeInFile;

    /// <summary>Where in the file some bytes of memory are; null when no loadable segment has all of them.</summary>
    public static ulong? OffsetOf(IEnumerable<ElfSegment> segments, ulong address, ulong size) =>
        segments.FirstOrDefault(segment => segment.Type == Load && segment.Holds(address)) is { } segment
        && size <= segment.SizeInFile - (address - segment.Address)
        && segment.Offset <= ulong.MaxValue - (address - segment.Address)
            ? segment.Offset + (address - segment.Address)
            : null;
}
