namespace Slipway.Archives;

/// <summary>One block being decoded (.xz format, section 3): its data, then padding, check and sizes, all verified at its end.</summary>
internal sealed class XzBlock : IDisposable
{
    // Large enough to make entering the decoder cheap, small enough to stay in a core's cache until it was checked and taken.
    private const int Step = 1 << 16;

    private readonly XzInput _input;
    private readonly XzBlockHeader _header;
    private readonly XzCheck _check;
    private readonly Lzma2Decoder _decoder;
    private readonly long _dataStart;
    private long _produced;

    /// <param name="dictionaryLimit">The largest dictionary allowed, in bytes.</param>
    /// <param name="memory">Where the dictionary comes from and goes back to.</param>
    public XzBlock(XzInput input, XzBlockHeader header, int checkKind, int dictionaryLimit, XzMemory memory)
    {
        if (header.DictionarySize > dictionaryLimit)
            throw input.Fault($"the dictionary is too large: {header.DictionarySize} bytes, the limit is {dictionaryLimit}");
        _input = input;
        _header = header;
        _check = new XzCheck(checkKind);
        _decoder = new Lzma2Decoder(input, new LzmaWindow((int)header.DictionarySize, header.UncompressedSize ?? long.MaxValue, memory));
        _dataStart = input.Offset;
    }

    /// <summary>Decoded bytes that nobody took yet.</summary>
    public ReadOnlySpan<byte> Unread => _decoder.Window.Unread;

    public void Take(int count) => _decoder.Window.Take(count);

    /// <summary>
    /// Decodes some more; everything must have been taken. Returns the number of new bytes, 0 at the end of the block's data.
    /// </summary>
    public int Decode()
    {
        if (!_decoder.Decode(Step))
            return 0;
        ReadOnlySpan<byte> fresh = Unread;
        _produced += fresh.Length;
        if (_produced > _header.UncompressedSize)
            throw _input.Fault($"a block is larger than its header says: {_header.UncompressedSize} bytes");
        if (_input.Offset - _dataStart > _header.CompressedSize)
            throw _input.Fault($"a block's compressed data is longer than its header says: {_header.CompressedSize} bytes");
        _check.Add(fresh);
        return fresh.Length;
    }

    /// <summary>Reads what follows the block's data and adds the block to the index.</summary>
    public void Finish(XzIndex index)
    {
        long compressed = _input.Offset - _dataStart;
        if (_header.CompressedSize is { } wantedCompressed && wantedCompressed != compressed)
            throw _input.Fault($"a block's compressed size is wrong: its header says {wantedCompressed} bytes, it has {compressed}");
        if (_header.UncompressedSize is { } wanted && wanted != _produced)
            throw _input.Fault($"a block's uncompressed size is wrong: its header says {wanted} bytes, it has {_produced}");
        _input.ReadPadding(compressed, "a block");
        _check.ReadAndCompare(_input);
        index.Add(_header.Size + compressed + _check.Size, _produced);
    }

    public void Dispose()
    {
        _check.Dispose();
        _decoder.Window.Dispose();
    }
}
