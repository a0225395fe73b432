using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Slipway.Archives;

/// <summary>
/// What a stream's index (.xz format, section 4) must say: the sizes of each block that was decoded. Kept as a SHA-256 over the records, as
/// section 4.3 suggests, so that memory does not grow with the number of blocks.
/// </summary>
internal sealed class XzIndex : IDisposable
{
    private readonly IncrementalHash _decoded = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _blocks;

    /// <param name="unpaddedSize">Bytes of block header, compressed data and check.</param>
    /// <param name="uncompressedSize">Bytes that came out.</param>
    public void Add(long unpaddedSize, long uncompressedSize)
    {
        AddTo(_decoded, unpaddedSize, uncompressedSize);
        _blocks++;
    }

    /// <summary>
    /// Reads the index, whose indicator (a null byte) was already read, and returns its size in bytes, indicator included.
    /// </summary>
    public long ReadAndCompare(XzInput input)
    {
        long start = input.Offset - 1;
        var crc = default(XzCrc32);
        crc.Add([0]);
        long count = ReadInteger(input, ref crc);
        if (count != _blocks)
            throw input.Fault($"the index does not match the blocks: it lists {count}, the stream has {_blocks}");

        using var listed = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (long i = 0; i < count; i++)
            AddTo(listed, ReadInteger(input, ref crc), ReadInteger(input, ref crc));
        if (!listed.GetHashAndReset().AsSpan().SequenceEqual(_decoded.GetHashAndReset()))
            throw input.Fault("the index does not match the blocks: a size differs");

        while (((input.Offset - start) & 3) != 0)
        {
            input.ReadPadding(3, "the index");
            crc.Add([0]);
        }

        Span<byte> stored = stackalloc byte[4];
        input.ReadExactly(stored);
        if (BinaryPrimitives.ReadUInt32LittleEndian(stored) != crc.Value)
            throw input.Fault("the CRC32 of the index does not match");
        return input.Offset - start;
    }

    public void Dispose() => _decoded.Dispose();

    private static void AddTo(IncrementalHash hash, long unpaddedSize, long uncompressedSize)
    {
        Span<byte> record = stackalloc byte[16];
        BinaryPrimitives.WriteInt64LittleEndian(record, unpaddedSize);
        BinaryPrimitives.WriteInt64LittleEndian(record[8..], uncompressedSize);
        hash.AppendData(record);
    }

    private static long ReadInteger(XzInput input, ref XzCrc32 crc)
    {
        long value = 0;
        bool last = false;
        for (int i = 0; !last; i++)
        {
            byte next = input.ReadByte();
            crc.Add([next]);
            if (!XzInteger.TryAdd(next, i, ref value, out last))
                throw input.Fault("the index holds an integer that is not well formed");
        }

        return value;
    }
}
