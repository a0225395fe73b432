using System.Globalization;
using System.Text;

namespace Slipway.Archives;

/// <summary>
/// A member of an ar archive: its name without padding, its length in bytes, and its bytes until the next member is read.
/// </summary>
internal sealed record ArMember(string Name, long Size, ArContent Content);

/// <summary>
/// Reads an ar archive front to back, the plain form that .deb uses (deb(5), ar(5)): no symbol table, no long names. Bytes that belong to
/// no member are refused.
/// </summary>
internal sealed class ArReader(Stream source)
{
    private const int HeaderSize = 60;
    private bool _started;
    private ArMember? _current;

    /// <summary>Goes to the next member, skipping what was not read of the last one. Null at the archive's end.</summary>
    public ArMember? Next()
    {
        Span<byte> header = stackalloc byte[HeaderSize];
        if (!_started)
        {
            int read = source.ReadAtLeast(header[..8], 8, throwOnEndOfStream: false);
            if (!header[..read].SequenceEqual("!<arch>\n"u8))
                throw new DebException("archive", "this is no .deb: it does not start with an ar header");
            _started = true;
        }

        _current?.Content.Skip();
        int length = source.ReadAtLeast(header, HeaderSize, throwOnEndOfStream: false);
        if (length == 0)
            return null;
        if (length < HeaderSize || !header[58..].SequenceEqual("`\n"u8))
            throw new DebException("archive", "the header of an ar member is damaged or cut short");

        // Names are padded with blanks; some writers end them with a slash.
        string name = Encoding.Latin1.GetString(header[..16]).TrimEnd(' ');
        if (name.EndsWith('/'))
            name = name[..^1];
        if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_'))
            throw new DebException("archive", "an ar member has a name that no .deb uses");
        if (
            !long.TryParse(
                Encoding.Latin1.GetString(header[48..58]).TrimEnd(' '),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out long size
            )
        )
            throw new DebException(name, "the size in the ar header is not a number");
        return _current = new ArMember(name, size, new ArContent(source, name, size));
    }
}
