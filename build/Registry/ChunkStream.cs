using Slipway.Oci;

namespace Slipway.Registry;

/// <summary>
/// The next bytes of a blob that is read once from its beginning to its end. At the blob's end it is proven before this stream
/// ends. Leaves the blob open.
/// </summary>
internal sealed class ChunkStream(VerifyingStream blob, long count) : ReadOnlyStream
{
    private long _left = count;

    public override int Read(Span<byte> buffer)
    {
        if (_left == 0 && blob.Position < blob.Length)
            return 0;
        int read = blob.Read(_left == 0 ? buffer : buffer[..(int)Math.Min(buffer.Length, _left)]);
        _left -= read;
        return read;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_left == 0 && blob.Position < blob.Length)
            return 0;
        int read = await blob.ReadAsync(_left == 0 ? buffer : buffer[..(int)Math.Min(buffer.Length, _left)], cancellationToken);
        _left -= read;
        return read;
    }
}
