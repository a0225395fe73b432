using System.Buffers.Binary;
using System.IO.Compression;

namespace Slipway.Archives;

/// <summary>
/// One gzip member (RFC 1952) that fills its source: nothing may follow it, and it may not unpack to more than is allowed.
/// </summary>
internal static class GzipMember
{
    /// <summary>Unpacks to the end of <paramref name="packed"/>, never writing more than <paramref name="limit"/> bytes.</summary>
    /// <exception cref="InvalidDataException">Damaged, cut short, followed by something else, or too large.</exception>
    public static void Unpack(ArContent packed, Stream target, long limit, CancellationToken cancellationToken)
    {
        long size;
        uint crc;
        using (var gzip = new GZipStream(packed, CompressionMode.Decompress, leaveOpen: true))
            (size, crc) = Copy(gzip, target, limit, cancellationToken);

        // GZipStream stops silently at bytes that are no gzip; comparing with the last eight bytes (section 2.3.1) notices.
        ReadOnlySpan<byte> tail = packed.Tail;
        if (
            packed.Position != packed.Length
            || BinaryPrimitives.ReadUInt32LittleEndian(tail) != crc
            || BinaryPrimitives.ReadUInt32LittleEndian(tail[4..]) != (uint)size
        )
        {
            throw new InvalidDataException("the gzip data is cut short or followed by something else");
        }
    }

    private static (long Size, uint Crc) Copy(GZipStream from, Stream to, long limit, CancellationToken cancellationToken)
    {
        var buffer = new byte[1 << 16];
        var crc = default(XzCrc32);
        long size = 0;
        int count;
        while ((count = from.Read(buffer)) > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            size += count;
            if (size > limit)
                throw new InvalidDataException($"too large: it unpacks to more than {limit} bytes");
            crc.Add(buffer.AsSpan(0, count));
            to.Write(buffer, 0, count);
        }

        return (size, crc.Value);
    }
}
