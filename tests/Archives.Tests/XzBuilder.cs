using System.Buffers.Binary;

namespace Slipway.Archives.Tests;

/// <summary>
/// Writes one .xz stream with one stored block, each field open to being wrong while the checksums around it are right. Written from the
/// format alone, bit by bit, so that it shares nothing with the decoder.
/// </summary>
internal sealed record XzBuilder
{
    public byte[] Content { get; init; } = "hello, world"u8.ToArray();

    public byte CheckType { get; init; } = 1;

    public byte FirstFlag { get; init; }

    public byte? FooterCheckType { get; init; }

    public byte BlockFlags { get; init; } = 0xC0;

    /// <summary>Filter identifier, size of properties, properties, as they stand in the block header.</summary>
    public byte[] Filters { get; init; } = [0x21, 1, 0];

    public byte HeaderPadding { get; init; }

    public byte BlockPadding { get; init; }

    public byte IndexPadding { get; init; }

    public int CompressedSizeError { get; init; }

    public int UncompressedSizeError { get; init; }

    public int IndexCountError { get; init; }

    public int IndexUnpaddedError { get; init; }

    public int IndexUncompressedError { get; init; }

    public int BackwardError { get; init; }

    /// <summary>Compressed data instead of the content as one stored chunk.</summary>
    public byte[]? Lzma2 { get; init; }

    public byte[] Build()
    {
        byte[] data = Lzma2 ?? [1, .. BigEndian(Content.Length - 1), .. Content, 0];
        byte[] flags = [FirstFlag, CheckType];
        List<byte> file = [0xFD, .. "7zXZ\0"u8, .. flags, .. Crc32(flags)];

        byte[] header = BlockHeader(data.Length);
        byte[] check = CheckType == 1 ? Crc32(Content) : [];
        file.AddRange([.. header, .. data, .. Padding(data.Length, BlockPadding), .. check]);

        List<byte> index = [0, .. Integer(1 + IndexCountError)];
        index.AddRange(Integer(header.Length + data.Length + check.Length + IndexUnpaddedError));
        index.AddRange(Integer(Content.Length + IndexUncompressedError));
        index.AddRange(Padding(index.Count, IndexPadding));
        index.AddRange(Crc32([.. index]));

        byte[] footer = [.. LittleEndian((uint)((index.Count / 4) - 1 + BackwardError)), FirstFlag, FooterCheckType ?? CheckType];
        return [.. file, .. index, .. Crc32(footer), .. footer, (byte)'Y', (byte)'Z'];
    }

    private byte[] BlockHeader(int dataLength)
    {
        List<byte> header = [0, BlockFlags];
        if ((BlockFlags & 0x40) != 0)
            header.AddRange(Integer(dataLength + CompressedSizeError));
        if ((BlockFlags & 0x80) != 0)
            header.AddRange(Integer(Content.Length + UncompressedSizeError));
        header.AddRange(Filters);
        header.Add(HeaderPadding);
        header.AddRange(Padding(header.Count, 0));
        header[0] = (byte)(header.Count / 4);
        return [.. header, .. Crc32([.. header])];
    }

    private static byte[] Padding(int size, byte with) => [.. Enumerable.Repeat(with, -size & 3)];

    private static byte[] BigEndian(int value) => [(byte)(value >> 8), (byte)value];

    private static byte[] LittleEndian(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static IEnumerable<byte> Integer(int value)
    {
        for (; value >= 0x80; value >>= 7)
            yield return (byte)(value | 0x80);
        yield return (byte)value;
    }

    private static byte[] Crc32(ReadOnlySpan<byte> data)
    {
        uint crc = ~0u;
        foreach (byte b in data)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }

        return LittleEndian(~crc);
    }
}
