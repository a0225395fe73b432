namespace Slipway.Archives;

/// <summary>One block being decoded (.xz format, section 3): its data, then padding, check and sizes, all verified at its end.</summary>
internal sealed class XzBlock : IDisposable
{
    // Large enough to make entering the decoder cheap, small enough to stay in a core's cache until it was checked and taken.
    private const int Step = 1 << 16;

    private readonly XzInput input;
    private readonly XzBlockHeader header;
    private readonly XzCheck check;
    private readonly Lzma2Decoder decoder;
    private readonly long dataStart;
    private long produced;

    /// <param name="dictionaryLimit">The largest dictionary allowed, in bytes.</param>
    /// <param name="memory">Where the dictionary comes from and goes back to.</param>
    public XzBlock(XzInput input, XzBlockHeader header, int checkKind, int dictionaryLimit, XzMemory memory)
    {
        if (header.DictionarySize > dictionaryLimit)
            throw input.Fault($"the dictionary is too large: {header.DictionarySize} bytes, the limit is {dictionaryLimit}");
        this.input = input;
        this.header = header;
        check = new XzCheck(checkKind);
        decoder = new Lzma2Decoder(input, new LzmaWindow((int)header.DictionarySize, header.UncompressedSize ?? long.MaxValue, memory));
        dataStart = input.Offset;
    }

    /// <summary>Decoded bytes that nobody took yet.</summary>
    public ReadOnlySpan<byte> Unread => decoder.Window.Unread;

    public void Take(int count) => decoder.Window.Take(count);

    /// <summary>
    /// Decodes some more; everything must have been taken. Returns the number of new bytes, 0 at the end of the block's data.
    /// </summary>
    public int Decode()
    {
        if (!decoder.Decode(Step))
            return 0;
        ReadOnlySpan<byte> fresh = Unread;
        produced += fresh.Length;
        if (produced > header.UncompressedSize)
            throw input.Fault($"a block is larger than its header says: {header.UncompressedSize} bytes");
        if (input.Offset - dataStart > header.CompressedSize)
            throw input.Fault($"a block's compressed data is longer than its header says: {header.CompressedSize} bytes");
        check.Add(fresh);
        return fresh.Length;
    }

    /// <summary>Reads what follows the block's data and adds the block to the index.</summary>
    public void Finish(XzIndex index)
    {
        long compressed = input.Offset - dataStart;
        if (header.CompressedSize is { } wantedCompressed && wantedCompressed != compressed)
            throw input.Fault($"a block's compressed size is wrong: its header says {wantedCompressed} bytes, it has {compressed}");
        if (header.UncompressedSize is { } wanted && wanted != produced)
            throw input.Fault($"a block's uncompressed size is wrong: its header says {wanted} bytes, it has {produced}");
        input.ReadPadding(compressed, "a block");
        check.ReadAndCompare(input);
        index.Add(header.Size + compressed + check.Size, produced);
    }

    public void Dispose()
    {
        check.Dispose();
        decoder.Window.Dispose();
    }
}
