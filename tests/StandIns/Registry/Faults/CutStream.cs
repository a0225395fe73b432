using Slipway.Oci;

namespace Slipway.StandIns;

/// <summary>Gives the first bytes of another stream, then fails as a connection does that breaks.</summary>
internal sealed class CutStream(Stream inner, long count) : ReadOnlyStream
{
    private long _left = count;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_left == 0)
            throw new ConnectionCutException();
        int read = await inner.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left)], cancellationToken);
        _left -= read;
        return read;
    }

    public override int Read(Span<byte> buffer) => throw new NotSupportedException();
}
