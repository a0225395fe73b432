namespace Slipway.Elf;

/// <summary>A program header (gABI, "Program Header").</summary>
/// <param name="Type">p_type.</param>
/// <param name="Offset">Where it begins in the file.</param>
/// <param name="Address">Where it begins in memory.</param>
/// <param name="SizeInFile">In bytes.</param>
internal sealed record ElfSegment(uint Type, ulong Offset, ulong Address, ulong SizeInFile)
{
    public const uint Load = 1;
    public const uint Dynamic = 2;
    public const uint Interpreter = 3;

    /// <summary>The first offset after it; the highest there is when it says that it is longer than any file.</summary>
    public ulong EndInFile => SizeInFile > ulong.MaxValue - Offset ? ulong.MaxValue : Offset + SizeInFile;

    public static int SizeOf(ElfBytes bytes) => bytes.Is64 ? 56 : 32;

    public static ElfSegment Read(ElfBytes bytes, ReadOnlySpan<byte> at) =>
        bytes.Is64
            ? new(bytes.UInt32(at), bytes.UInt64(at[8..]), bytes.UInt64(at[16..]), bytes.UInt64(at[32..]))
            : new(bytes.UInt32(at), bytes.UInt32(at[4..]), bytes.UInt32(at[8..]), bytes.UInt32(at[16..]));

    /// <summary>Whether an address in memory comes from this segment's part of the file.</summary>
    public bool Holds(ulong address) => address >= Address && address - Address < SizeInFile;
}
