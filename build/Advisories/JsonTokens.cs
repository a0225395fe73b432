using System.Text;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Advisories;

/// <summary>
/// Reads JSON (RFC 8259) token by token from a stream, holding no more of it than one token: documents of any size in little memory.
/// Nested 32 deep at most.
/// </summary>
internal sealed class JsonTokens
{
    private const int LongestToken = 4 << 20;
    private const int DeepestNesting = 32;

    private readonly Stream _stream;
    private readonly string _what;
    private byte[] _buffer = new byte[64 << 10];
    private int _start;
    private int _end;
    private bool _isFinal;
    private JsonReaderState _state = new(new JsonReaderOptions { MaxDepth = DeepestNesting });
    private ReadOnlyMemory<byte> _value;
    private bool _isEscaped;

    /// <param name="stream">Not disposed here.</param>
    /// <param name="what">What it is, for errors.</param>
    public JsonTokens(Stream stream, string what)
    {
        _stream = stream;
        _what = what;
        Fill();
        // Some tools write a byte order mark, which RFC 8259 lets a reader ignore.
        if (_buffer.AsSpan(0, _end).StartsWith(Encoding.UTF8.Preamble))
            _start = Encoding.UTF8.Preamble.Length;
    }

    public JsonTokenType Type { get; private set; }

    /// <summary>The text of a property's name or a string.</summary>
    /// <exception cref="ContentException">It is no UTF-8, or no text stands there.</exception>
    public string Text
    {
        get
        {
            if (Type is not (JsonTokenType.PropertyName or JsonTokenType.String))
                throw Bad($"wanted a text, got {Type}");
            try
            {
                if (!_isEscaped)
                    return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(_value.Span);
                byte[] quoted = [(byte)'"', .. _value.Span, (byte)'"'];
                Utf8JsonReader reader = new(quoted);
                reader.Read();
                return reader.GetString()!;
            }
            catch (Exception e) when (e is DecoderFallbackException or InvalidOperationException)
            {
                throw Bad("a text is not UTF-8", e);
            }
        }
    }

    /// <summary>Goes to the next token; false at the document's end.</summary>
    /// <exception cref="ContentException">It is no JSON, or a token is too long.</exception>
    public bool Read()
    {
        while (true)
        {
            Utf8JsonReader reader = new(_buffer.AsSpan(_start, _end - _start), _isFinal, _state);
            bool read;
            try
            {
                read = reader.Read();
            }
            catch (JsonException e)
            {
                throw Bad(e.Message, e);
            }

            if (read)
            {
                Type = reader.TokenType;
                _isEscaped = reader.ValueIsEscaped;
                int offset = Type is JsonTokenType.String or JsonTokenType.PropertyName ? 1 : 0;
                _value = _buffer.AsMemory(_start + (int)reader.TokenStartIndex + offset, reader.ValueSpan.Length);
            }

            _start += (int)reader.BytesConsumed;
            _state = reader.CurrentState;
            if (read || _isFinal)
                return read;
            Fill();
        }
    }

    /// <summary>Goes to the next token, which must be there.</summary>
    public JsonTokenType Next() => Read() ? Type : throw Bad("the document ends too early");

    /// <summary>Goes to the end of the value that begins here.</summary>
    public void Skip()
    {
        int depth = 0;
        for (; ; Next())
        {
            if (Type is JsonTokenType.StartObject or JsonTokenType.StartArray)
                depth++;
            else if (Type is JsonTokenType.EndObject or JsonTokenType.EndArray)
                depth--;
            if (depth == 0 && Type != JsonTokenType.PropertyName)
                return;
        }
    }

    /// <summary>Goes through the properties of the object that begins here; the action is at each value and leaves at its end.</summary>
    public void Properties(Action<string> read)
    {
        Require(JsonTokenType.StartObject);
        while (Next() == JsonTokenType.PropertyName)
        {
            string name = Text;
            Next();
            read(name);
        }
    }

    /// <summary>Goes through the items of the array that begins here, likewise.</summary>
    public void Items(Action read)
    {
        Require(JsonTokenType.StartArray);
        while (Next() != JsonTokenType.EndArray)
            read();
    }

    public void Require(JsonTokenType wanted)
    {
        if (Type != wanted)
            throw Bad($"wanted {wanted}, got {Type}");
    }

    public ContentException Bad(string message, Exception? inner = null) => new($"{_what}: {Printable.Of(message)}", inner);

    private void Fill()
    {
        int left = _end - _start;
        if (left == _buffer.Length)
        {
            if (left >= LongestToken)
                throw Bad($"a token is longer than {LongestToken} bytes");
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        Buffer.BlockCopy(_buffer, _start, _buffer, 0, left);
        (_start, _end) = (0, left);
        int count = _stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += count;
        _isFinal = count == 0;
    }
}
