using System.Buffers.Binary;

namespace Slipway.Archives;

/// <summary>
/// Decodes LZMA2 (.xz format, section 5.3.1): chunks of at most 64 KiB compressed and 2 MiB uncompressed, each stored or LZMA, each saying
/// in its control byte what it resets.
/// </summary>
internal sealed class Lzma2Decoder
{
    private readonly XzInput _input;
    private readonly byte[] _chunk = new byte[LzmaRangeDecoder.InputSize];
    private readonly LzmaDecoder _lzma;
    private bool _needsDictionary = true;
    private bool _needsProperties = true;
    private bool _stored;
    private int _compressedSize;
    private int _left;

    public Lzma2Decoder(XzInput input, LzmaWindow window)
    {
        _input = input;
        Window = window;
        _lzma = new LzmaDecoder(_chunk);
    }

    /// <summary>Where decoded bytes appear.</summary>
    public LzmaWindow Window { get; }

    /// <summary>
    /// Decodes between one and <paramref name="wanted"/> bytes into the window, all of which must have been taken. False at LZMA2's end
    /// marker.
    /// </summary>
    public bool Decode(int wanted)
    {
        if (_left == 0 && !StartChunk(_input.ReadByte()))
            return false;

        int limit = Window.Reserve(Math.Min(wanted, _left));
        int from = Window.Position;
        _left -= limit - from;
        if (_stored)
        {
            _input.ReadExactly(Window.Buffer.AsSpan(from, limit - from));
            Window.Advance(limit);
        }
        else if (!_lzma.TryDecode(Window, limit) || (_left == 0 && !_lzma.EndsCleanly(_compressedSize)))
        {
            throw _input.Fault("the compressed data is damaged");
        }

        return true;
    }

    private bool StartChunk(byte control)
    {
        if (control == 0)
            return false;
        if (control is > 2 and < 0x80)
            throw _input.Fault($"an LZMA2 chunk has an invalid control byte: 0x{control:x2}");

        if (control == 1 || control >= 0xE0)
        {
            _needsDictionary = false;
            _needsProperties = true;
            Window.Reset();
        }
        else if (_needsDictionary)
        {
            throw _input.Fault("the first LZMA2 chunk does not reset the dictionary");
        }

        Span<byte> size = stackalloc byte[2];
        _input.ReadExactly(size);
        _left = BinaryPrimitives.ReadUInt16BigEndian(size) + 1;
        _stored = control <= 2;
        if (!_stored)
            StartLzma(control);
        return true;
    }

    private void StartLzma(byte control)
    {
        _left += (control & 0x1F) << 16;
        Span<byte> size = stackalloc byte[2];
        _input.ReadExactly(size);
        _compressedSize = BinaryPrimitives.ReadUInt16BigEndian(size) + 1;
        if (control >= 0xC0)
        {
            byte properties = _input.ReadByte();
            if (!_lzma.TrySetProperties(properties))
                throw _input.Fault($"an LZMA2 chunk has invalid properties: 0x{properties:x2}");
            _needsProperties = false;
        }
        else if (_needsProperties)
        {
            throw _input.Fault("the first LZMA chunk after a dictionary reset does not set properties");
        }
        else if (control >= 0xA0)
        {
            _lzma.ResetState();
        }

        if (_compressedSize < 5)
            throw _input.Fault($"an LZMA chunk is too short: wanted at least 5 bytes, got {_compressedSize}");
        _input.ReadExactly(_chunk.AsSpan(0, _compressedSize));
        if (!_lzma.TryStartChunk())
            throw _input.Fault("an LZMA chunk does not start with a null byte");
    }
}
