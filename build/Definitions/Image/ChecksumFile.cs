using System.Text;
using Slipway.Oci;

namespace Slipway.Definitions;

/// <summary>
/// A published checksum file, in either of two shapes: the bare hex digits of one file, or lines of <c>HEX  NAME</c> as sha256sum writes
/// them (<c>HEX *NAME</c> for binary mode). Lines end in LF or CRLF, the last one perhaps in nothing. Immutable.
/// </summary>
public sealed class ChecksumFile
{
    /// <summary>The most bytes that such a file may have.</summary>
    public const int Limit = 1 << 20;

    private readonly Digest? _bare;
    private readonly Dictionary<string, Digest> _byName;

    private ChecksumFile(Digest? bare, Dictionary<string, Digest> byName)
    {
        _bare = bare;
        _byName = byName;
    }

    /// <summary><c>sha256</c> or <c>sha512</c> by the ending of a file's address; null when it has neither.</summary>
    public static string? AlgorithmOf(string address) =>
        address.EndsWith(".sha256", StringComparison.Ordinal) ? "sha256"
        : address.EndsWith(".sha512", StringComparison.Ordinal) ? "sha512"
        : null;

    /// <param name="bytes">The whole file.</param>
    /// <param name="algorithm"><c>sha256</c> or <c>sha512</c>.</param>
    /// <param name="what">What the file is, for errors.</param>
    /// <exception cref="ContentException">It has another shape; names the line.</exception>
    public static ChecksumFile Parse(ReadOnlySpan<byte> bytes, string algorithm, string what)
    {
        if (bytes.Length > Limit)
            throw new ContentException($"{what}: the file has {bytes.Length} bytes, the limit is {Limit}");
        if (!IsText(bytes))
            throw new ContentException($"{what}: wanted a checksum file, got bytes that are not text");
        string[] lines = Encoding.UTF8.GetString(bytes).Split('\n').Select(line => line.EndsWith('\r') ? line[..^1] : line).ToArray();
        if (lines.Length > 1 && lines[^1].Length == 0)
            lines = lines[..^1];
        if (lines.Length == 1 && !lines[0].Contains(' ', StringComparison.Ordinal))
            return new ChecksumFile(Hex(lines[0], algorithm, $"{what}:1"), []);

        Dictionary<string, Digest> byName = new(StringComparer.Ordinal);
        for (int i = 0; i < lines.Length; i++)
        {
            (string name, Digest digest) = Line(lines[i], algorithm, $"{what}:{i + 1}");
            if (!byName.TryAdd(name, digest))
                throw new ContentException($"{what}:{i + 1}: '{name}' is listed twice");
        }

        return new ChecksumFile(null, byName);
    }

    /// <summary>
    /// The checksum of a file by its name without folders; of the one file there is when the names are left out. Null = not named.
    /// </summary>
    public Digest? Of(string name) => _bare ?? _byName.GetValueOrDefault(name);

    private static (string Name, Digest Digest) Line(string line, string algorithm, string what)
    {
        int blank = line.IndexOf(' ', StringComparison.Ordinal);
        if (blank < 0 || line.Length < blank + 3 || line[blank + 1] is not (' ' or '*') || line[blank + 2] is ' ' or '*')
            throw new ContentException($"{what}: wanted \"HEX  NAME\", got '{line[..Math.Min(line.Length, 200)]}'");
        string name = line[(blank + 2)..];
        return (name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : name, Hex(line[..blank], algorithm, what));
    }

    private static Digest Hex(string hex, string algorithm, string what)
    {
        try
        {
            return Digest.Parse($"{algorithm}:{hex[..Math.Min(hex.Length, 200)]}");
        }
        catch (ContentException e)
        {
            throw new ContentException($"{what}: {e.Message}", e);
        }
    }

    private static bool IsText(ReadOnlySpan<byte> bytes)
    {
        foreach (byte b in bytes)
        {
            if (b is not ((byte)'\n' or (byte)'\r' or (>= (byte)' ' and <= (byte)'~')))
                return false;
        }

        return true;
    }
}
