using System.Text;

namespace Slipway.Archives;

/// <summary>
/// One 512-byte header block of a tar archive (POSIX.1 ustar interchange format; GNU tar's variant; the older v7 form), checksum verified.
/// Text is strict UTF-8 and nothing may hide behind a null byte.
/// </summary>
internal sealed record TarHeader
{
    public const int BlockSize = 512;

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    public required char Type { get; init; }

    public required string Name { get; init; }

    public required string LinkName { get; init; }

    public required int Mode { get; init; }

    public required long UserId { get; init; }

    public required long GroupId { get; init; }

    public required long Size { get; init; }

    public required long ModifiedTime { get; init; }

    public required string UserName { get; init; }

    public required string GroupName { get; init; }

    /// <param name="block">512 bytes, not all null.</param>
    /// <exception cref="FormatException">What is wrong with the block.</exception>
    public static TarHeader Parse(ReadOnlySpan<byte> block)
    {
        if (Number(block[148..156], "checksum") != Checksum(block))
            throw new FormatException("the checksum of a tar header does not match");
        bool posix = block[257..265].SequenceEqual("ustar\u000000"u8);
        bool gnu = block[257..265].SequenceEqual("ustar  \0"u8);
        string name = Text(block[..100]);
        if (posix && block[345] != 0)
            name = Text(block[345..500]) + "/" + name;
        return new TarHeader
        {
            Type = (char)block[156],
            Name = name,
            LinkName = Text(block[157..257]),
            Mode = (int)(Number(block[100..108], "mode") & 0xFFF),
            UserId = Number(block[108..116], "uid"),
            GroupId = Number(block[116..124], "gid"),
            Size = Number(block[124..136], "size"),
            ModifiedTime = Number(block[136..148], "mtime"),
            UserName = posix || gnu ? Text(block[265..297]) : "",
            GroupName = posix || gnu ? Text(block[297..329]) : "",
        };
    }

    /// <summary>Text up to the first null byte; only null bytes may follow it.</summary>
    public static string Text(ReadOnlySpan<byte> field)
    {
        int end = field.IndexOf((byte)0);
        if (end >= 0)
        {
            if (field[end..].ContainsAnyExcept((byte)0))
                throw new FormatException("a text field of a tar header goes on after a null byte");
            field = field[..end];
        }

        return Decode(field);
    }

    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw new FormatException("a name or text field is not UTF-8", e);
        }
    }

    // Octal digits padded with blanks or nulls, or (GNU) a big-endian binary number marked by 0x80 in the first byte. Never negative.
    private static long Number(ReadOnlySpan<byte> field, string which)
    {
        long value = 0;
        if (field[0] == 0x80)
        {
            if (field.Length > 8 && (field[1..^8].ContainsAnyExcept((byte)0) || field[^8] > 0x7F))
                throw new FormatException($"the {which} in a tar header is out of range");
            foreach (byte b in field.Length > 8 ? field[^8..] : field[1..])
                value = (value << 8) | b;
            return value;
        }

        ReadOnlySpan<byte> digits = field.Trim(" \0"u8);
        foreach (byte b in digits)
        {
            if (b is < (byte)'0' or > (byte)'7')
                throw new FormatException($"the {which} in a tar header is not a number");
            value = (value << 3) | (long)(b - (byte)'0');
        }

        return value;
    }

    private static long Checksum(ReadOnlySpan<byte> block)
    {
        long sum = 8 * ' ';
        for (int i = 0; i < block.Length; i++)
        {
            if (i is < 148 or >= 156)
                sum += block[i];
        }

        return sum;
    }
}
