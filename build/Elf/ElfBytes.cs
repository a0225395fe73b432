using System.Buffers.Binary;
using System.Text;
using Slipway.Oci;

namespace Slipway.Elf;

/// <summary>
/// The bytes of an ELF file by offset, as numbers of its word size and byte order. Every offset comes from the file itself
/// and is checked; what is taken out of it in all is bounded, so a file that names one long text many times ends early.
/// </summary>
internal sealed class ElfBytes(Stream content, ElfClass elfClass, bool isLittleEndian)
{
    private const int LongestText = 4096;
    private const int LongestTexts = 1 << 20;

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    private readonly long _length = content.Length;
    private long _texts;

    /// <summary>Of the file, in bytes.</summary>
    public ulong Length => (ulong)_length;

    public bool Is64 => elfClass == ElfClass.Elf64;

    /// <summary>Fills <paramref name="into"/> from an offset.</summary>
    /// <param name="what">What is read, for the error.</param>
    /// <exception cref="ContentException">The file ends before.</exception>
    public void Read(ulong offset, Span<byte> into, string what)
    {
        if (offset > (ulong)_length || (ulong)into.Length > (ulong)_length - offset)
            throw new ContentException($"ELF: {what}: wanted {into.Length} bytes at {offset}, got a file of {_length}");
        content.Position = (long)offset;
        content.ReadExactly(into);
    }

    /// <summary>A table that is small where it is sound.</summary>
    /// <param name="limit">The most bytes it may have.</param>
    public byte[] Table(ulong offset, ulong size, int limit, string what)
    {
        if (size > (ulong)limit)
            throw new ContentException($"ELF: {what}: wanted at most {limit} bytes, got {size}");
        byte[] table = new byte[size];
        Read(offset, table, what);
        return table;
    }

    /// <summary>The text at an offset, up to its null byte, which must come before <paramref name="end"/>.</summary>
    public string Text(ulong offset, ulong end, string what)
    {
        if (offset >= end)
            throw new ContentException($"ELF: {what}: it lies outside of its table");
        Span<byte> buffer = stackalloc byte[256];
        StringBuilder? longer = null;
        for (ulong at = offset; at - offset <= LongestText; at += (ulong)buffer.Length)
        {
            int count = (int)
                Math.Min(Math.Min((ulong)buffer.Length, end - at), (ulong)Math.Max(0, _length - (long)Math.Min(at, (ulong)_length)));
            Span<byte> part = buffer[..count];
            Read(at, part, what);
            int stop = part.IndexOf((byte)0);
            string text = Encoding.Latin1.GetString(stop < 0 ? part : part[..stop]);
            if ((_texts += text.Length) > LongestTexts)
                throw new ContentException($"ELF: its names have more than {LongestTexts} bytes");
            if (stop >= 0)
                return Decode(longer is null ? text : longer.Append(text).ToString(), what);
            if (count < buffer.Length)
                break;
            longer = (longer ?? new StringBuilder()).Append(text);
        }

        throw new ContentException($"ELF: {what}: it has no end within {LongestText} bytes");
    }

    public ushort UInt16(ReadOnlySpan<byte> at) =>
        isLittleEndian ? BinaryPrimitives.ReadUInt16LittleEndian(at) : BinaryPrimitives.ReadUInt16BigEndian(at);

    public uint UInt32(ReadOnlySpan<byte> at) =>
        isLittleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(at) : BinaryPrimitives.ReadUInt32BigEndian(at);

    public ulong UInt64(ReadOnlySpan<byte> at) =>
        isLittleEndian ? BinaryPrimitives.ReadUInt64LittleEndian(at) : BinaryPrimitives.ReadUInt64BigEndian(at);

    /// <summary>An address, offset or size: of 4 bytes or of 8.</summary>
    public ulong Word(ReadOnlySpan<byte> at) => Is64 ? UInt64(at) : UInt32(at);

    // Names are compared with paths, which are UTF-8 here.
    private static string Decode(string latin1, string what)
    {
        try
        {
            return StrictUtf8.GetString(Encoding.Latin1.GetBytes(latin1));
        }
        catch (DecoderFallbackException e)
        {
            throw new ContentException($"ELF: {what}: the text is not UTF-8", e);
        }
    }
}
