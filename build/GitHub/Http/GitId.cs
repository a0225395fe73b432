using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Slipway.Oci;

namespace Slipway.GitHub;

/// <summary>The name of a git object: 40 lower-case hex digits, its SHA-1.</summary>
public sealed record GitId
{
    private GitId(string hex)
    {
        Hex = hex;
    }

    public string Hex { get; }

    /// <exception cref="FormatException">It is no such name.</exception>
    public static GitId Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length == 40 && text.All(char.IsAsciiHexDigitLower)
            ? new GitId(text)
            : throw new FormatException($"'{Printable.Of(text)}' is not the name of a git object: wanted 40 lower-case hex digits");
    }

    /// <summary>The name that git gives a file's content.</summary>
    [SuppressMessage(
        "Security",
        "CA5350",
        Justification = "Git names objects so; nothing is proven by it that GitHub itself does not decide."
    )]
    public static GitId OfBlob(ReadOnlySpan<byte> content)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        hash.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {content.Length}\0")));
        hash.AppendData(content);
        return new GitId(Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    public override string ToString() => Hex;
}
