using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Slipway.Oci;

namespace Slipway.Sigstore;

/// <summary>A log's word on its tree (C2SP, tlog-checkpoint), as a signed note (C2SP, signed-note).</summary>
/// <param name="Origin">Names the log.</param>
/// <param name="Text">The signed bytes.</param>
/// <param name="Signatures">By the log and by witnesses; at least one.</param>
internal sealed record Checkpoint(
    string Origin,
    long TreeSize,
    ReadOnlyMemory<byte> RootHash,
    ReadOnlyMemory<byte> Text,
    ImmutableArray<NoteSignature> Signatures
)
{
    private const int MostSignatures = 64;
    private const string SignatureStart = "\u2014 ";

    /// <exception cref="ContentException">It is no such note.</exception>
    public static Checkpoint Parse(string note)
    {
        int end = note.IndexOf("\n\n", StringComparison.Ordinal);
        if (end < 0)
            throw new ContentException("a checkpoint has no signature: wanted an empty line, and signatures after it");
        string text = note[..(end + 1)];
        string[] lines = text.Split('\n');
        // Origin, size, root hash; then lines that others may add; the last is what follows the last line feed.
        if (lines.Length < 4 || lines[..3].Any(line => line.Length == 0))
            throw new ContentException("a checkpoint wanted an origin, a size and a root hash, each on its line");
        return new Checkpoint(
            lines[0],
            Size(lines[1]),
            StrictBase64.Decode(lines[2], "the root hash of a checkpoint") is { Length: SHA256.HashSizeInBytes } hash
                ? hash
                : throw new ContentException("the root hash of a checkpoint wanted 32 bytes"),
            Encoding.UTF8.GetBytes(text),
            SignaturesOf(note[(end + 2)..])
        );
    }

    private static long Size(string line) =>
        long.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out long size) && (line == "0" || line[0] != '0')
            ? size
            : throw new ContentException($"the size of a checkpoint wanted a whole number, got {Printable.Of(line)}");

    private static ImmutableArray<NoteSignature> SignaturesOf(string block)
    {
        if (!block.EndsWith('\n'))
            throw new ContentException("a checkpoint's last line does not end with a line feed");
        string[] lines = block[..^1].Split('\n');
        return lines.Length <= MostSignatures
            ? [.. lines.Select(SignatureOf)]
            : throw new ContentException($"a checkpoint wanted at most {MostSignatures} signatures, got {lines.Length}");
    }

    private static NoteSignature SignatureOf(string line)
    {
        if (
            !line.StartsWith(SignatureStart, StringComparison.Ordinal)
            || line[SignatureStart.Length..].Split(' ') is not [var name, var base64]
        )
            throw new ContentException("a checkpoint's signature wanted '— NAME BASE64'");
        byte[] bytes = StrictBase64.Decode(base64, "a checkpoint's signature");
        return name.Length > 0 && bytes.Length > NoteSignature.KeyHintSize
            ? new NoteSignature(name, bytes.AsMemory(0, NoteSignature.KeyHintSize), bytes.AsMemory(NoteSignature.KeyHintSize))
            : throw new ContentException("a checkpoint's signature is without a name or too short");
    }
}

/// <summary>A line of a signed note.</summary>
/// <param name="Name">Of the key.</param>
/// <param name="KeyHint">The first four bytes of the key's id.</param>
internal sealed record NoteSignature(string Name, ReadOnlyMemory<byte> KeyHint, ReadOnlyMemory<byte> Signature)
{
    public const int KeyHintSize = 4;
}
