using System.Buffers.Binary;

namespace Slipway.Archives;

/// <summary>
/// A block header (.xz format, section 3.1), verified: its CRC32, reserved bits, padding, and that LZMA2 is its one filter.
/// </summary>
internal sealed record XzBlockHeader
{
    private const ulong Lzma2 = 0x21;

    /// <summary>Length of the header itself in bytes.</summary>
    public required int Size { get; init; }

    /// <summary>Length of the compressed data in bytes if the header says so.</summary>
    public required long? CompressedSize { get; init; }

    /// <summary>Length of the uncompressed data in bytes if the header says so.</summary>
    public required long? UncompressedSize { get; init; }

    /// <summary>Bytes of history that LZMA2 needs (section 5.3.1), up to 4 GiB.</summary>
    public required uint DictionarySize { get; init; }

    /// <param name="sizeByte">The header's first byte, already read; not zero (that would be the index).</param>
    public static XzBlockHeader Read(XzInput input, byte sizeByte)
    {
        Span<byte> header = stackalloc byte[(byte.MaxValue + 1) * 4];
        header = header[..((sizeByte + 1) * 4)];
        header[0] = sizeByte;
        input.ReadExactly(header[1..]);
        // Section 3.1.7: the checksum first, so that "damaged" and "not supported" can be told apart.
        if (XzCrc32.Of(header[..^4]) != BinaryPrimitives.ReadUInt32LittleEndian(header[^4..]))
            throw input.Fault("the CRC32 of a block header does not match");

        int flags = header[1];
        if ((flags & 0x3C) != 0)
            throw input.Fault($"reserved block flags are set: 0x{flags:x2}");

        ReadOnlySpan<byte> rest = header[2..^4];
        long? compressed = (flags & 0x40) != 0 ? ReadSize(ref rest, input) : null;
        if (compressed == 0)
            throw input.Fault("a block header says that its compressed data is empty");
        long? uncompressed = (flags & 0x80) != 0 ? ReadSize(ref rest, input) : null;
        uint dictionarySize = ReadFilters(ref rest, (flags & 0x03) + 1, input);
        if (rest.ContainsAnyExcept((byte)0))
            throw input.Fault("the padding of a block header is not null");
        return new XzBlockHeader
        {
            Size = header.Length,
            CompressedSize = compressed,
            UncompressedSize = uncompressed,
            DictionarySize = dictionarySize,
        };
    }

    // Section 3.1.5. Chains other than LZMA2 alone are refused by the name of the filter that is not supported.
    private static uint ReadFilters(ref ReadOnlySpan<byte> rest, int count, XzInput input)
    {
        for (int i = 0; i < count; i++)
        {
            var filter = (ulong)ReadSize(ref rest, input);
            long size = ReadSize(ref rest, input);
            if (filter != Lzma2)
                throw input.Fault($"the filter {NameOf(filter)} is not supported; wanted LZMA2 alone, as Debian packages have it");
            if (i != count - 1)
                throw input.Fault("LZMA2 must be the last filter of a block");
            if (count != 1 || size != 1 || rest.Length < 1)
                throw input.Fault($"LZMA2 needs one byte of properties, got {size}");
        }

        byte bits = rest[0];
        rest = rest[1..];
        // Section 5.3.1.
        if (bits > 40)
            throw input.Fault($"the LZMA2 dictionary size is not valid: 0x{bits:x2}");
        return bits == 40 ? uint.MaxValue : (2u | (bits & 1u)) << ((bits / 2) + 11);
    }

    private static long ReadSize(ref ReadOnlySpan<byte> rest, XzInput input)
    {
        if (!XzInteger.TryRead(rest, out long value, out int length))
            throw input.Fault("a block header holds an integer that is not well formed");
        rest = rest[length..];
        return value;
    }

    private static string NameOf(ulong filter) =>
        filter switch
        {
            0x03 => "Delta",
            0x04 => "BCJ x86",
            0x05 => "BCJ PowerPC",
            0x06 => "BCJ IA-64",
            0x07 => "BCJ ARM",
            0x08 => "BCJ ARM-Thumb",
            0x09 => "BCJ SPARC",
            0x0A => "BCJ ARM64",
            0x0B => "BCJ RISC-V",
            _ => $"0x{filter:x}",
        };
}
