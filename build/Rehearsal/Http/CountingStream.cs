using Slipway.Oci;

namespace Slipway.Rehearsal;

/// <summary>Counts the bytes that are read through it.</summary>
internal sealed class CountingStream : ReadOnlyStream
{
    private readonly Stream _inner;

    public CountingStream(Stream inner)
    {
        _inner = inner;
    }

    public long Count { get; private set; }

    public override long Position
    {
        get => Count;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count = await _inner.ReadAsync(buffer, cancellationToken);
        Count += count;
        return count;
    }

    public override int Read(Span<byte> buffer) => throw new NotSupportedException();
}
