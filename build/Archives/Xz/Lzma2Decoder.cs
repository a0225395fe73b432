using System.Buffers.Binary;

namespace Slipway.Archives;

/// <summary>
/// Decodes LZMA2 (.xz format, section 5.3.1): chunks of at most 64 KiB compressed and 2 MiB uncompressed, each stored or LZMA, each saying
/// in its control byte what it resets.
/// </summary>
internal sealed class Lzma2Decoder
{
    private readonly XzInput input;
    private readonly byte[] chunk = new byte[LzmaRangeDecoder.InputSize];
    private readonly LzmaDecoder lzma;
    private bool needsDictionary = true;
    private bool needsProperties = true;
    private bool stored;
    private int compressedSize;
    private int left;

    public Lzma2Decoder(XzInput input, LzmaWindow window)
    {
        this.input = input;
        Window = window;
        lzma = new LzmaDecoder(chunk);
    }

    /// <summary>Where decoded bytes appear.</summary>
    public LzmaWindow Window { get; }

    /// <summary>
    /// Decodes between one and <paramref name="wanted"/> bytes into the window, all of which must have been taken. False at LZMA2's end
    /// marker.
    /// </summary>
    public bool Decode(int wanted)
    {
        if (left == 0 && !StartChunk(input.ReadByte()))
            return false;

        int limit = Window.Reserve(Math.Min(wanted, left));
        int from = Window.Position;
        left -= limit - from;
        if (stored)
        {
            input.ReadExactly(Window.Buffer.AsSpan(from, limit - from));
            Window.Advance(limit);
        }
        else if (!lzma.TryDecode(Window, limit) || (left == 0 && !lzma.EndsCleanly(compressedSize)))
        {
            throw input.Fault("the compressed data is damaged");
        }

        return true;
    }

    private bool StartChunk(byte control)
    {
        if (control == 0)
            return false;
        if (control is > 2 and < 0x80)
            throw input.Fault($"an LZMA2 chunk has an invalid control byte: 0x{control:x2}");

        if (control == 1 || control >= 0xE0)
        {
            needsDictionary = false;
            needsProperties = true;
            Window.Reset();
        }
        else if (needsDictionary)
        {
            throw input.Fault("the first LZMA2 chunk does not reset the dictionary");
        }

        Span<byte> size = stackalloc byte[2];
        input.ReadExactly(size);
        left = BinaryPrimitives.ReadUInt16BigEndian(size) + 1;
        stored = control <= 2;
        if (!stored)
            StartLzma(control);
        return true;
    }

    private void StartLzma(byte control)
    {
        left += (control & 0x1F) << 16;
        Span<byte> size = stackalloc byte[2];
        input.ReadExactly(size);
        compressedSize = BinaryPrimitives.ReadUInt16BigEndian(size) + 1;
        if (control >= 0xC0)
        {
            byte properties = input.ReadByte();
            if (!lzma.TrySetProperties(properties))
                throw input.Fault($"an LZMA2 chunk has invalid properties: 0x{properties:x2}");
            needsProperties = false;
        }
        else if (needsProperties)
        {
            throw input.Fault("the first LZMA chunk after a dictionary reset does not set properties");
        }
        else if (control >= 0xA0)
        {
            lzma.ResetState();
        }

        if (compressedSize < 5)
            throw input.Fault($"an LZMA chunk is too short: wanted at least 5 bytes, got {compressedSize}");
        input.ReadExactly(chunk.AsSpan(0, compressedSize));
        if (!lzma.TryStartChunk())
            throw input.Fault("an LZMA chunk does not start with a null byte");
    }
}
