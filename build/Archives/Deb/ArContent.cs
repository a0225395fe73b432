using Slipway.Oci;

namespace Slipway.Archives;

/// <summary>The bytes of one ar member, forward-only. A source that ends before them is a <see cref="DebException"/>.</summary>
internal sealed class ArContent(Stream source, string name, long length) : ReadOnlyStream
{
    private readonly byte[] _tail = new byte[8];
    private readonly long _size = length;
    private long _left = length;

    public override long Length => _size;

    public override long Position
    {
        get => _size - _left;
        set => throw new NotSupportedException();
    }

    /// <summary>The last eight bytes read so far; after the end, the last eight of the member.</summary>
    public ReadOnlySpan<byte> Tail => _tail;

    public override int Read(Span<byte> buffer)
    {
        if (buffer.Length > _left)
            buffer = buffer[..(int)_left];
        if (buffer.Length == 0)
            return 0;
        int count = source.Read(buffer);
        if (count == 0)
            throw new DebException(name, $"cut short: {_size} bytes wanted, {_size - _left} there");
        _left -= count;
        Remember(buffer[..count]);
        return count;
    }

    /// <summary>Reads past the rest of the member and the newline that pads it to an even length.</summary>
    public void Skip()
    {
        Span<byte> scratch = stackalloc byte[4096];
        while (Read(scratch) > 0) { }

        if ((_size & 1) == 0)
            return;
        // The last member's padding may be missing.
        int count = source.Read(scratch[..1]);
        if (count == 1 && scratch[0] != (byte)'\n')
            throw new DebException(name, "the byte that pads the ar member is not a newline");
    }

    private void Remember(ReadOnlySpan<byte> read)
    {
        if (read.Length >= _tail.Length)
        {
            read[^_tail.Length..].CopyTo(_tail);
            return;
        }

        _tail.AsSpan(read.Length).CopyTo(_tail);
        read.CopyTo(_tail.AsSpan(_tail.Length - read.Length));
    }
}
