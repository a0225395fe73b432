namespace Slipway.Archives;

/// <summary>The compressed side of an <see cref="XzStream"/>: buffered, counted, and an end that comes too early is an error.</summary>
internal sealed class XzInput(Stream source)
{
    private readonly byte[] buffer = new byte[1 << 16];
    private int position;
    private int end;
    private long before;

    /// <summary>Bytes read so far.</summary>
    public long Offset => before + position;

    /// <summary>Whether the source has no more bytes.</summary>
    public bool AtEnd => position == end && !Fill();

    /// <summary>The next byte, left where it is. Not allowed at the end.</summary>
    public byte Peek() => buffer[position];

    public byte ReadByte()
    {
        if (AtEnd)
            throw Fault("the input ends too early: it is cut short");
        return buffer[position++];
    }

    public void ReadExactly(Span<byte> target)
    {
        while (target.Length > 0)
        {
            if (AtEnd)
                throw Fault("the input ends too early: it is cut short");
            int count = Math.Min(target.Length, end - position);
            buffer.AsSpan(position, count).CopyTo(target);
            position += count;
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
        before += end;
        position = 0;
        end = 0;
        end = source.Read(buffer);
        return end > 0;
    }
}
