using System.Text;
using Slipway.Oci;

namespace Slipway.Engine;

/// <summary>
/// Walks through the fields of one protobuf message (Protocol Buffers, "Encoding"). Fields that nobody asks for are skipped.
/// </summary>
internal ref struct ProtoReader(ReadOnlySpan<byte> message)
{
    private const int Varint = 0,
        Fixed64 = 1,
        Bytes = 2,
        Fixed32 = 5;

    private ReadOnlySpan<byte> _rest = message;
    private ulong _number;

    /// <summary>The field that <see cref="Next"/> came to.</summary>
    public int Field { get; private set; }

    /// <summary>The content of that field; empty unless it is a text, bytes or a message.</summary>
    public ReadOnlySpan<byte> Content { get; private set; }

    public readonly string Text => Encoding.UTF8.GetString(Content);

    /// <summary>The value of that field; 0 unless it is a number.</summary>
    public readonly long Number => unchecked((long)_number);

    /// <summary>Goes to the next field; false at the end.</summary>
    /// <exception cref="ContentException">The bytes are no such message.</exception>
    public bool Next()
    {
        if (_rest.IsEmpty)
            return false;
        ulong key = ReadVarint();
        if (key >> 3 is 0 or > 0x1FFFFFFF)
            throw new ContentException("a protobuf message has a field without a number");
        Field = (int)(key >> 3);
        Content = default;
        _number = 0;
        switch ((int)(key & 7))
        {
            case Varint:
                _number = ReadVarint();
                break;
            case Fixed64:
                Take(8);
                break;
            case Bytes:
                Content = Take(ReadVarint());
                break;
            case Fixed32:
                Take(4);
                break;
            default:
                throw new ContentException($"a protobuf message has a field of wire type {key & 7}");
        }

        return true;
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)_rest.Length)
            throw new ContentException($"a protobuf message ends inside of a field: wanted {count} bytes, got {_rest.Length}");
        ReadOnlySpan<byte> taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }

    private ulong ReadVarint()
    {
        ulong value = 0;
        for (int i = 0; i < 10; i++)
        {
            if (i >= _rest.Length)
                throw new ContentException("a protobuf message ends inside of a number");
            byte part = _rest[i];
            if (i == 9 && part > 1)
                break;
            value |= (ulong)(part & 0x7F) << (7 * i);
            if (part < 0x80)
            {
                _rest = _rest[(i + 1)..];
                return value;
            }
        }

        throw new ContentException("a protobuf message has a number beyond 64 bits");
    }
}
