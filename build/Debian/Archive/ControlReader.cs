using System.Text;
using Slipway.Oci;

namespace Slipway.Debian;

/// <summary>
/// Reads paragraphs of a control file (deb822(5), RFC 822 style) one after the other, holding one at a time. Field names
/// are compared without case; a field that stands twice in a paragraph is refused. Does not dispose the stream.
/// </summary>
public sealed class ControlReader
{
    private readonly Stream _source;
    private readonly string _what;
    private readonly int _limit;
    private readonly List<(int Start, int Colon, int End)> _fields = [];
    private byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _next;
    private int _end;
    private bool _finished;

    /// <param name="source">UTF-8 text with lines that end in LF or CR LF.</param>
    /// <param name="what">What is read, for the error.</param>
    /// <param name="limit">The most bytes one paragraph may have.</param>
    public ControlReader(Stream source, string what, int limit)
    {
        _source = source;
        _what = what;
        _limit = limit;
    }

    /// <summary>How many paragraphs were read.</summary>
    public int Count { get; private set; }

    /// <summary>Goes to the next paragraph; false when there is none. What the last one gave becomes invalid.</summary>
    /// <exception cref="ContentException">The text is malformed or a paragraph longer than allowed.</exception>
    public bool Read()
    {
        _fields.Clear();
        _start = _next;
        int position = _start;
        while (true)
        {
            int length = LineAt(ref position, out int next);
            if (length < 0 || (length == 0 && _fields.Count > 0))
            {
                _next = next;
                Count += _fields.Count > 0 ? 1 : 0;
                return _fields.Count > 0;
            }

            if (length == 0)
                _start = next;
            else
                AddLine(position, position + length);
            position = next;
        }
    }

    /// <summary>
    /// The value of a field without the space around it, further lines with their indentation; empty when the field is
    /// not there. Valid until the next <see cref="Read"/>.
    /// </summary>
    public ReadOnlySpan<byte> this[ReadOnlySpan<byte> name]
    {
        get
        {
            foreach ((int start, int colon, int end) in _fields)
            {
                if (Ascii.EqualsIgnoreCase(_buffer.AsSpan(_start + start, colon - start), name))
                    return _buffer.AsSpan(_start + colon + 1, end - colon - 1).Trim(" \t\r\n"u8);
            }

            return default;
        }
    }

    /// <summary>The value as text.</summary>
    public string Text(ReadOnlySpan<byte> name) => Encoding.UTF8.GetString(this[name]);

    /// <summary>Says that this paragraph is wrong.</summary>
    public ContentException Bad(string problem) =>
        new($"{_what}: paragraph {Count} ({Printable.Of(Text("Package"u8))}): {Printable.Line(problem)}");

    /// <summary>The length of the line at a position without its end, -1 at the end of the text.</summary>
    private int LineAt(ref int position, out int next)
    {
        int searched = 0;
        while (true)
        {
            int found = _buffer.AsSpan(position + searched, _end - position - searched).IndexOf((byte)'\n');
            if (found >= 0 || _finished)
            {
                int length = found >= 0 ? searched + found : _end - position;
                next = position + length + (found >= 0 ? 1 : 0);
                if (found < 0 && length == 0)
                    return -1;
                return length > 0 && _buffer[position + length - 1] == '\r' ? length - 1 : length;
            }

            searched = _end - position;
            position -= Fill();
        }
    }

    /// <summary>Reads more; returns by how much what is held moved towards the buffer's beginning.</summary>
    private int Fill()
    {
        int moved = 0;
        if (_end == _buffer.Length && _start > 0)
        {
            moved = _start;
            Buffer.BlockCopy(_buffer, _start, _buffer, 0, _end - _start);
            _end -= moved;
            _start = 0;
        }
        else if (_end == _buffer.Length)
        {
            if (_buffer.Length >= _limit)
                throw new ContentException($"{_what}: paragraph {Count + 1}: wanted at most {_limit} bytes, got more");
            Array.Resize(ref _buffer, Math.Min(_limit, _buffer.Length * 2));
        }

        int count = _source.Read(_buffer, _end, _buffer.Length - _end);
        _end += count;
        _finished = count == 0;
        return moved;
    }

    private void AddLine(int start, int end)
    {
        // Positions are kept relative to the paragraph's beginning, which moves when the buffer is filled.
        ReadOnlySpan<byte> line = _buffer.AsSpan(start, end - start);
        if (line[0] is (byte)' ' or (byte)'\t')
        {
            if (_fields.Count == 0)
                throw new ContentException($"{_what}: paragraph {Count + 1} begins with a continuation line");
            _fields[^1] = _fields[^1] with { End = end - _start };
            return;
        }

        int colon = line.IndexOf((byte)':');
        if (colon <= 0 || line[..colon].IndexOfAnyExceptInRange((byte)'!', (byte)'~') >= 0)
            throw new ContentException($"{_what}: paragraph {Count + 1}: '{Shown(line)}' is not a field");
        foreach ((int otherStart, int otherColon, _) in _fields)
        {
            if (Ascii.EqualsIgnoreCase(_buffer.AsSpan(_start + otherStart, otherColon - otherStart), line[..colon]))
                throw new ContentException($"{_what}: paragraph {Count + 1}: field {Shown(line[..colon])} appears twice");
        }

        _fields.Add((start - _start, start - _start + colon, end - _start));
    }

    private static string Shown(ReadOnlySpan<byte> bytes)
    {
        return Printable.Of(Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, 60)]));
    }
}
