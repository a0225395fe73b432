using Slipway.Oci;

namespace Slipway.Engine;

/// <summary>
/// Another stream of a length known beforehand, for a tar writer, which asks for it only of what can seek. Ends after exactly that
/// many bytes and fails when there are fewer or more. Disposes the inner stream.
/// </summary>
internal sealed class SizedStream(Stream inner, long size, string what) : ReadOnlyStream
{
    private long _read;

    public override bool CanSeek => true;

    public override long Length => size;

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer) => throw new NotSupportedException();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
            return 0;
        int count = await inner.ReadAsync(buffer, cancellationToken);
        _read += count;
        return (count == 0 && _read < size) || _read > size
            ? throw new ContentException(
                $"{what}: wanted {size} bytes, got {(_read > size ? "more" : _read)}: it changed while it was read"
            )
            : count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }
}
