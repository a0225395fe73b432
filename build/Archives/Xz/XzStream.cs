using System.Buffers.Binary;
using Slipway.Oci;

namespace Slipway.Archives;

/// <summary>
/// Decompresses .xz (the .xz file format 1.2.1, by section below) from a source stream: read-only, forward-only, in memory-safe code.
/// Every check the format has is verified. Bytes may be handed out before their block's check was seen, so only reaching the end
/// (<c>Read</c> returns 0) proves the content; anything wrong, a source that ends too early and bytes after the last stream
/// included, throws <see cref="XzException"/>, and so does every later read.
/// </summary>
/// <remarks>
/// Supported is what Debian packages use: LZMA2 as the only filter, any check, several blocks, several streams, stream padding.
/// Memory is the dictionary (grown as needed) and about 200 KiB. The source is read synchronously. Not thread-safe.
/// </remarks>
public sealed class XzStream : ReadOnlyStream
{
    public const int DefaultDictionaryLimit = 64 << 20;

    private const int FooterSize = 12;
    private readonly Stream _source;
    private readonly XzInput _input;
    private readonly long _outputLimit;
    private readonly int _dictionaryLimit;
    private readonly bool _leaveOpen;
    private readonly XzMemory _memory;

    private long _produced;
    private ushort _flags;
    private XzIndex? _index;
    private XzBlock? _block;
    private bool _ended;
    private bool _disposed;
    private XzException? _failure;

    /// <param name="source">Compressed bytes; read up to its end.</param>
    /// <param name="outputLimit">The most bytes that may come out; more is an error.</param>
    /// <param name="dictionaryLimit">The largest dictionary in bytes that a block may ask for, at most 1 GiB.</param>
    /// <param name="leaveOpen">Whether disposing leaves <paramref name="source"/> open.</param>
    /// <param name="memory">Reused from stream to stream; null for memory of its own.</param>
    public XzStream(
        Stream source,
        long outputLimit,
        int dictionaryLimit = DefaultDictionaryLimit,
        bool leaveOpen = false,
        XzMemory? memory = null
    )
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfNegative(outputLimit);
        ArgumentOutOfRangeException.ThrowIfNegative(dictionaryLimit);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(dictionaryLimit, 1 << 30);
        _source = source;
        _outputLimit = outputLimit;
        _dictionaryLimit = dictionaryLimit;
        _leaveOpen = leaveOpen;
        _memory = memory ?? new XzMemory();
        _input = new XzInput(source);
    }

    private static ReadOnlySpan<byte> HeaderMagic => [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0x00];

    private static ReadOnlySpan<byte> FooterMagic => "YZ"u8;

    public override bool CanRead => !_disposed;

    public override int Read(Span<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_failure is not null)
            throw new XzException("reading went on after a failure: " + _failure.Message, _failure.Offset);
        try
        {
            while (buffer.Length > 0 && !_ended)
            {
                if (_block is null)
                    Advance();
                else if (_block.Unread is { Length: > 0 } unread)
                    return Take(_block, unread, buffer);
                else
                    Decode(_block);
            }

            return 0;
        }
        catch (XzException e)
        {
            _failure = e;
            throw;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            _block?.Dispose();
            _index?.Dispose();
            if (!_leaveOpen)
                _source.Dispose();
        }

        base.Dispose(disposing);
    }

    private static int Take(XzBlock block, ReadOnlySpan<byte> unread, Span<byte> buffer)
    {
        int count = Math.Min(unread.Length, buffer.Length);
        unread[..count].CopyTo(buffer);
        block.Take(count);
        return count;
    }

    private void Decode(XzBlock current)
    {
        int count = current.Decode();
        _produced += count;
        if (_produced > _outputLimit)
            throw _input.Fault($"the content is too large: the limit is {_outputLimit} bytes");
        if (count > 0)
            return;
        current.Finish(_index!);
        current.Dispose();
        _block = null;
    }

    /// <summary>Goes on to the next block, past stream headers, indexes, footers and padding, or to the end of the input.</summary>
    private void Advance()
    {
        if (_index is null)
        {
            ReadStreamHeader();
            return;
        }

        byte first = _input.ReadByte();
        if (first != 0)
        {
            _block = new XzBlock(_input, XzBlockHeader.Read(_input, first), _flags >> 8, _dictionaryLimit, _memory);
            return;
        }

        ReadStreamFooter(_index.ReadAndCompare(_input));
        _index.Dispose();
        _index = null;
        SkipStreamPadding();
        _ended = _input.AtEnd;
    }

    // Section 2.1.1.
    private void ReadStreamHeader()
    {
        Span<byte> header = stackalloc byte[12];
        _input.ReadExactly(header);
        if (!header[..6].SequenceEqual(HeaderMagic))
            throw _input.Fault($"wanted the header of an .xz stream, got {Convert.ToHexStringLower(header[..6])}");
        if (XzCrc32.Of(header[6..8]) != BinaryPrimitives.ReadUInt32LittleEndian(header[8..]))
            throw _input.Fault("the CRC32 of the stream header does not match");
        _flags = BinaryPrimitives.ReadUInt16LittleEndian(header[6..]);
        // The first byte is null, the second a check type in its low half.
        if ((_flags & 0xF0FF) != 0)
            throw _input.Fault($"reserved stream flags are set: 0x{_flags:x4}");
        if (!XzCheck.IsKnown(_flags >> 8))
            throw _input.Fault($"the check type 0x{_flags >> 8:x} is not supported; wanted none, CRC32, CRC64 or SHA-256");
        _index = new XzIndex();
    }

    // Section 2.1.2.
    private void ReadStreamFooter(long indexSize)
    {
        Span<byte> footer = stackalloc byte[FooterSize];
        _input.ReadExactly(footer);
        if (!footer[10..].SequenceEqual(FooterMagic))
            throw _input.Fault("the stream does not end with its footer");
        if (XzCrc32.Of(footer[4..10]) != BinaryPrimitives.ReadUInt32LittleEndian(footer))
            throw _input.Fault("the CRC32 of the stream footer does not match");
        long backward = (BinaryPrimitives.ReadUInt32LittleEndian(footer[4..]) + 1L) * 4;
        if (backward != indexSize)
            throw _input.Fault($"the stream footer is wrong about the size of the index: it says {backward} bytes, it has {indexSize}");
        if (BinaryPrimitives.ReadUInt16LittleEndian(footer[8..]) != _flags)
            throw _input.Fault("the flags of stream header and footer differ");
    }

    // Section 2.2. What follows the padding is read as a stream header, so anything else than a stream is refused there.
    private void SkipStreamPadding()
    {
        long start = _input.Offset;
        while (!_input.AtEnd && _input.Peek() == 0)
            _input.ReadByte();
        if (((_input.Offset - start) & 3) != 0)
            throw _input.Fault("the padding after a stream is not a multiple of four bytes");
    }
}
