using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Slipway.Oci;

/// <summary>
/// Base64 as what is signed is written in: one text for the same bytes and no other (RFC 4648, 3.2, 3.3 and 3.5). No white space, no
/// missing padding, no bits that say nothing.
/// </summary>
public static class StrictBase64
{
    private const string Standard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    private static readonly SearchValues<byte> StandardAlphabet = SearchValues.Create(Encoding.ASCII.GetBytes(Standard));
    private static readonly SearchValues<byte> UrlAlphabet = SearchValues.Create(Encoding.ASCII.GetBytes(Standard[..62] + "-_"));

    /// <summary>The bytes of a text in the standard alphabet (section 4).</summary>
    /// <param name="what">What it is, for the error.</param>
    /// <exception cref="ContentException">It is not their one text.</exception>
    public static byte[] Decode(string text, string what)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Ascii.IsValid(text) ? Decode(Encoding.ASCII.GetBytes(text), what, isUrl: false) : throw Wrong(what);
    }

    /// <summary>As <see cref="Decode(string, string)"/>, of a text in either alphabet (sections 4 and 5), which are not mixed.</summary>
    public static byte[] DecodeEither(ReadOnlySpan<byte> text, string what) =>
        Decode(text, what, isUrl: text.ContainsAny((byte)'-', (byte)'_'));

    private static byte[] Decode(ReadOnlySpan<byte> text, string what, bool isUrl)
    {
        int padding =
            text.EndsWith("=="u8) ? 2
            : text.EndsWith("="u8) ? 1
            : 0;
        ReadOnlySpan<byte> digits = text[..^padding];
        if (
            text.Length % 4 != 0
            || digits.ContainsAnyExcept(isUrl ? UrlAlphabet : StandardAlphabet)
            || (padding > 0 && HasLooseBits(digits[^1], padding))
        )
            throw Wrong(what);
        byte[] bytes = new byte[(text.Length / 4 * 3) - padding];
        OperationStatus status = isUrl
            ? Base64Url.DecodeFromUtf8(text, bytes, out _, out int written)
            : Base64.DecodeFromUtf8(text, bytes, out _, out written);
        return status == OperationStatus.Done && written == bytes.Length ? bytes : throw Wrong(what);
    }

    /// <summary>The last digit before the padding has two or four bits beyond the last byte, which are zero in the one text.</summary>
    private static bool HasLooseBits(byte last, int padding)
    {
        int value = last switch
        {
            (byte)'-' => 62,
            (byte)'_' => 63,
            _ => Standard.IndexOf((char)last, StringComparison.Ordinal),
        };
        return (value & (padding == 1 ? 0b11 : 0b1111)) != 0;
    }

    private static ContentException Wrong(string what) => new($"{what} is not base64 (RFC 4648: no white space, padded, no stray bits)");
}
