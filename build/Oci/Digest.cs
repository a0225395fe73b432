using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Slipway.Oci;

/// <summary>
/// A content identifier, <c>algorithm:hex</c>, as in the OCI image specification, descriptor.md, "Digests".
/// Only the registered algorithms <c>sha256</c> (64 lower-case hex digits) and <c>sha512</c> (128) are accepted.
/// </summary>
public sealed record Digest
{
    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    private Digest(string algorithm, string hex)
    {
        Algorithm = algorithm;
        Hex = hex;
    }

    /// <summary><c>sha256</c> or <c>sha512</c>.</summary>
    public string Algorithm { get; }

    /// <summary>The hash in lower-case hex.</summary>
    public string Hex { get; }

    /// <summary>The first 12 hex digits, for people.</summary>
    public string Abbreviated => Hex[..12];

    /// <exception cref="ContentException">The text is no digest; the message names the first bad character.</exception>
    public static Digest Parse(string text) =>
        TryParse(text, out Digest? digest, out string? problem)
            ? digest
            : throw new ContentException($"digest '{Printable.Of(text)}': {Printable.Of(problem)}");

    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out Digest? digest) =>
        TryParse(text, out digest, out _);

    /// <summary>A SHA-256 digest from bare hex, as checksum files hold it.</summary>
    /// <exception cref="ContentException">The text is not 64 lower-case hex digits.</exception>
    public static Digest Sha256(string hex) => Parse("sha256:" + hex);

    /// <summary>The SHA-256 digest of some bytes.</summary>
    public static Digest Of(ReadOnlySpan<byte> content) => FromHash("sha256", SHA256.HashData(content));

    /// <summary>The SHA-256 digest of a stream, read from its position to its end.</summary>
    public static async Task<Digest> OfAsync(Stream content, CancellationToken cancellationToken) =>
        FromHash("sha256", await SHA256.HashDataAsync(content, cancellationToken));

    /// <summary>A digest from a finished hash; <paramref name="hash"/> has the length that the algorithm gives.</summary>
    public static Digest FromHash(string algorithm, ReadOnlySpan<byte> hash) => Parse(algorithm + ":" + Convert.ToHexStringLower(hash));

    /// <summary>A new incremental hash of this digest's algorithm; the caller disposes it.</summary>
    public IncrementalHash NewHash() =>
        IncrementalHash.CreateHash(Algorithm == "sha512" ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256);

    /// <summary>Whether <paramref name="content"/> has this digest.</summary>
    public bool Matches(ReadOnlySpan<byte> content) =>
        Hex == Convert.ToHexStringLower(Algorithm == "sha512" ? SHA512.HashData(content) : SHA256.HashData(content));

    public override string ToString() => Algorithm + ":" + Hex;

    private static bool TryParse(
        [NotNullWhen(true)] string? text,
        [NotNullWhen(true)] out Digest? digest,
        [NotNullWhen(false)] out string? problem
    )
    {
        digest = null;
        int colon = text?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        if (text is null || colon < 0)
        {
            problem = "wanted algorithm:hex";
            return false;
        }

        string algorithm = text[..colon];
        string hex = text[(colon + 1)..];
        int length = algorithm switch
        {
            "sha256" => 64,
            "sha512" => 128,
            _ => 0,
        };
        int bad = hex.AsSpan().IndexOfAnyExcept(LowerHex);
        problem =
            length == 0 ? $"algorithm '{algorithm}' is neither sha256 nor sha512"
            : bad >= 0 ? $"character '{hex[bad]}' at {colon + 1 + bad} is not a lower-case hex digit"
            : hex.Length != length ? $"wanted {length} hex digits, got {hex.Length}"
            : null;
        if (problem is not null)
            return false;

        digest = new Digest(algorithm, hex);
        return true;
    }
}
