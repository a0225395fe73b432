namespace Slipway.Archives;

/// <summary>The compressed side of an <see cref="XzStream"/>: buffered, counted, and an end that comes too early is an error.</summary>
internal sealed class XzInput(Stream source)
{
    private readonly byte[] _buffer = new byte[1 << 16];
    private int _position;
    private int _end;
    private long _before;

    /// <summary>Bytes read so far.</summary>
    public long Offset => _before + _position;

    /// <summary>Whether the source has no more bytes.</summary>
    public bool AtEnd => _position == _end && !Fill();

    /// <summary>The next byte, left where it is. Not allowed at the end.</summary>
    public byte Peek() => _buffer[_position];

    public byte ReadByte()
    {
        if (AtEnd)
            throw Fault("the input ends too early: it is cut short");
        return _buffer[_position++];
    }

    public void ReadExactly(Span<byte> target)
    {
        while (target.Length > 0)
        {
            if (AtEnd)
                throw Fault("the input ends too early: it is cut short");
            int count = Math.Min(target.Length, _end - _position);
            _buffer.AsSpan(_position, count).CopyTo(target);
            _position += count;
            target = target[count..];
        }
    }

    /// <summary>Reads the null bytes that bring <paramref name="size"/> to a multiple of four.</summary>
    public void ReadPadding(long size, string where)
    {
        for (; (size & 3) != 0; size++)
        {
            if (ReadByte() is var found and not 0)
                throw Fault($"the padding of {where} must be null bytes, got 0x{found:x2}");
        }
    }

    public XzException Fault(string what) => new(what, Offset);

    private bool Fill()
    {
        _before += _end;
        _position = 0;
        _end = 0;
        _end = source.Read(_buffer);
        return _end > 0;
    }
}
