using System.Text;
using System.Text.RegularExpressions;

namespace Slipway.Git;

/// <summary>
/// Whether bytes are a private key: in PEM (RFC 7468, as openssl, cosign, ssh and TLS servers have it, encrypted or not), in OpenPGP (RFC
/// 9580, armoured or not), or in DER (PKCS#8, PKCS#12, SEC 1, PKCS#1). A text that only shows what one looks like has no key in it.
/// </summary>
internal static partial class PrivateKeyFile
{
    /// <summary>Bytes; keys are smaller by far.</summary>
    public const int Largest = 64 << 10;

    /// <summary>What kind it is, in words; null when it is none.</summary>
    public static string? KindOf(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IndexOf("PRIVATE KEY"u8) >= 0 && Pem().Match(Encoding.Latin1.GetString(bytes)) is { Success: true } pem)
            return pem.Groups["label"].Value.StartsWith("PGP", StringComparison.Ordinal)
                ? "an OpenPGP private key"
                : "a private key in PEM";
        if (bytes.StartsWith("PuTTY-User-Key-File-"u8))
            return "a private key of PuTTY";
        return IsOpenPgp(bytes) ? "an OpenPGP private key"
            : IsDer(bytes) ? "a private key in DER"
            : null;
    }

    /// <summary>A packet of type 5, "Secret-Key", of a version that there is, comes first (RFC 9580, 4.2 and 5.5.3).</summary>
    private static bool IsOpenPgp(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 64)
            return false;
        (int header, int length) = bytes[0] switch
        {
            0x94 => (2, bytes[1]),
            0x95 => (3, (bytes[1] << 8) | bytes[2]),
            0xC5 when bytes[1] < 192 => (2, bytes[1]),
            0xC5 when bytes[1] < 224 => (3, ((bytes[1] - 192) << 8) + bytes[2] + 192),
            _ => (0, 0),
        };
        return header > 0 && length >= 40 && header + length <= bytes.Length && bytes[header] is >= 3 and <= 6;
    }

    /// <summary>
    /// A SEQUENCE as long as the file that begins with a version that keys have, or with PBES2, which encrypted ones have.
    /// </summary>
    private static bool IsDer(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 32 || bytes[0] != 0x30)
            return false;
        int header =
            bytes[1] < 0x80 ? 2
            : bytes[1] is 0x81 or 0x82 ? 2 + (bytes[1] & 3)
            : 0;
        int length =
            header == 2 ? bytes[1]
            : header == 3 ? bytes[2]
            : (bytes[2] << 8) | bytes[3];
        if (header == 0 || header + length != bytes.Length)
            return false;
        ReadOnlySpan<byte> content = bytes[header..];
        return content.StartsWith((ReadOnlySpan<byte>)[2, 1, 0, 0x30])
            || content.StartsWith((ReadOnlySpan<byte>)[2, 1, 0, 2])
            || content.StartsWith((ReadOnlySpan<byte>)[2, 1, 1, 4])
            || content.StartsWith((ReadOnlySpan<byte>)[2, 1, 1, 0x30])
            || content.StartsWith((ReadOnlySpan<byte>)[2, 1, 3, 0x30])
            || content[..Math.Min(24, content.Length)].IndexOf((ReadOnlySpan<byte>)[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 5, 0x0D]) >= 0;
    }

    [GeneratedRegex(
        @"^[ \t]*-----BEGIN (?<label>(?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?)-----[ \t]*\r?\n(?:[ \t]*(?:[A-Za-z-]+: [^\r\n]{0,200})?\r?\n){0,8}[ \t]*[A-Za-z0-9+/=]{16,}[ \t]*\r?$",
        RegexOptions.Multiline
    )]
    private static partial Regex Pem();
}
