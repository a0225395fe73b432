using Slipway.Oci;

namespace Slipway.Archives;

/// <summary>Tells how many bytes each read gave; forward only, disposes the inner stream.</summary>
public sealed class CountingStream : ReadOnlyStream
{
    private readonly Stream _inner;
    private readonly Action<int> _count;

    public CountingStream(Stream inner, Action<int> count)
    {
        _inner = inner;
        _count = count;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count = await _inner.ReadAsync(buffer, cancellationToken);
        _count(count);
        return count;
    }

    public override int Read(Span<byte> buffer)
    {
        int read = _inner.Read(buffer);
        _count(read);
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _inner.Dispose();
        base.Dispose(disposing);
    }
}
