using System.Buffers.Binary;
using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Elf;

/// <summary>Go strings in a program's memory, as it is in the file: an address and a length, both of a pointer's size.</summary>
/// <param name="word">Bytes of a pointer, 4 or 8.</param>
internal sealed class GoPointers(ElfBytes bytes, ImmutableArray<ElfSegment> segments, int word, bool isBigEndian)
{
    public ulong Word(ReadOnlySpan<byte> at) =>
        (word, isBigEndian) switch
        {
            (4, false) => BinaryPrimitives.ReadUInt32LittleEndian(at),
            (4, true) => BinaryPrimitives.ReadUInt32BigEndian(at),
            (_, false) => BinaryPrimitives.ReadUInt64LittleEndian(at),
            (_, true) => BinaryPrimitives.ReadUInt64BigEndian(at),
        };

    /// <param name="address">Of the string's own two words.</param>
    /// <param name="longest">In bytes.</param>
    /// <returns>Empty where the address or length is 0: nothing is there before a loader has moved the program.</returns>
    /// <exception cref="ContentException">It is not in the file, or longer.</exception>
    public byte[] Text(ulong address, int longest, string what)
    {
        if (address == 0)
            return [];
        byte[] head = Memory(address, (ulong)(2 * word), 2 * word, what);
        ulong length = Word(head.AsSpan(word));
        return length == 0 ? [] : Memory(Word(head), length, longest, what);
    }

    private byte[] Memory(ulong address, ulong size, int longest, string what) =>
        ElfSegment.OffsetOf(segments, address, size) is { } offset
            ? bytes.Table(offset, size, longest, $"Go build information: {what}")
            : throw new ContentException($"Go build information: {what}: no loadable segment holds {size} bytes at address 0x{address:x}");
}
