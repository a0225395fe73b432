using Slipway.Oci;

namespace Slipway.Registry;

/// <summary>Some bytes of a blob: from the feed's memory, and from the source itself where that memory holds later ones already.</summary>
internal sealed class BlobRange(BlobReader reader, BlobFeed feed, long offset, long count) : ReadOnlyStream
{
    private readonly long _end = offset + count;
    private long _position = offset;
    private Stream? _again;
    private long _againAt;

    public override int Read(Span<byte> buffer) => throw new NotSupportedException();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Memory<byte> wanted = buffer[..(int)Math.Min(buffer.Length, _end - _position)];
        if (wanted.IsEmpty)
            return 0;
        int read = 0;
        if (await feed.WaitAsync(reader, _position / BlobFeed.PieceSize, cancellationToken))
            read = feed.Copy(_position, wanted.Span);
        if (read == 0)
            read = await ReadAgainAsync(wanted, cancellationToken);
        _position += read;
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _again?.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>The registry proves these bytes by the digest it was told; they were proven here when they were read first.</summary>
    private async Task<int> ReadAgainAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        _again ??= await feed.ReopenAsync(cancellationToken);
        if (_again.CanSeek)
            _again.Position = _againAt = _position;
        byte[] skipped = _againAt < _position ? new byte[128 * 1024] : [];
        while (_againAt < _position)
            _againAt += await ReadSomeAsync(skipped.AsMemory(0, (int)Math.Min(skipped.Length, _position - _againAt)), cancellationToken);
        int read = await ReadSomeAsync(buffer, cancellationToken);
        _againAt += read;
        return read;
    }

    private async Task<int> ReadSomeAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        await _again!.ReadAsync(buffer, cancellationToken) is var read and > 0 ? read : throw feed.Changed(_againAt);
}
