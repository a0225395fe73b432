using System.Globalization;
using System.Text;

namespace Slipway.Elf;

/// <summary>Text in quotes as Go writes it (the Go specification, "String literals").</summary>
internal static class GoQuotedText
{
    /// <summary>What the quotes hold, and what follows them.</summary>
    /// <returns>Null when the text does not begin with such quotes.</returns>
    public static (string Text, string After)? Read(string text) =>
        text.StartsWith('`') ? Raw(text)
        : text.StartsWith('"') ? Interpreted(text)
        : null;

    private static (string Text, string After)? Raw(string text)
    {
        int end = text.IndexOf('`', 1);
        return end < 0 ? null : (text[1..end].Replace("\r", "", StringComparison.Ordinal), text[(end + 1)..]);
    }

    // Escapes may tell single bytes, so the text is put together of bytes.
    private static (string Text, string After)? Interpreted(string text)
    {
        List<byte> bytes = [];
        for (int at = 1; at < text.Length; )
        {
            if (text[at] == '"')
                return (Encoding.UTF8.GetString([.. bytes]), text[(at + 1)..]);
            if (text[at] != '\\')
            {
                int end = text.AsSpan(at).IndexOfAny('"', '\\');
                end = end < 0 ? text.Length : at + end;
                bytes.AddRange(Encoding.UTF8.GetBytes(text[at..end]));
                at = end;
            }
            else if (Escape(text.AsSpan(at + 1)) is (var part, var length))
            {
                bytes.AddRange(part);
                at += 1 + length;
            }
            else
            {
                return null;
            }
        }

        return null;
    }

    /// <summary>What stands behind a backslash: its bytes and how many characters it took.</summary>
    private static (byte[] Bytes, int Length)? Escape(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
            return null;
        if ("abfnrtv\\\"".IndexOf(text[0], StringComparison.Ordinal) is >= 0 and var simple)
            return ([(byte)"\a\b\f\n\r\t\v\\\""[simple]], 1);
        return text[0] switch
        {
            'x' => Hex(text, 2) is { } value ? ([(byte)value], 3) : null,
            'u' => Rune(Hex(text, 4), 5),
            'U' => Rune(Hex(text, 8), 9),
            >= '0' and <= '3' when text.Length >= 3 && text[1] is >= '0' and <= '7' && text[2] is >= '0' and <= '7' => (
                [(byte)(((text[0] - '0') << 6) | ((text[1] - '0') << 3) | (text[2] - '0'))],
                3
            ),
            _ => null,
        };
    }

    private static (byte[] Bytes, int Length)? Rune(uint? value, int length) =>
        value is { } number && System.Text.Rune.IsValid(number) ? (Encoding.UTF8.GetBytes(new Rune(number).ToString()), length) : null;

    private static uint? Hex(ReadOnlySpan<char> text, int digits) =>
        text.Length > digits
        && uint.TryParse(text.Slice(1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint value)
            ? value
            : null;
}
