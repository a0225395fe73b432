using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Tuf;

/// <summary>
/// The one form of a JSON value whose bytes are signed (OLPC's "Canonical JSON", which the specification names in 4.1): UTF-8, no white
/// space, members in the order of their names' code points, of all characters in strings only <c>"</c> and <c>\</c> escaped, whole numbers
/// alone.
/// </summary>
internal static class CanonicalJson
{
    /// <summary>The canonical form.</summary>
    /// <param name="value">Of a document without duplicate members, whose depth and size are bounded by whoever parsed it.</param>
    /// <exception cref="ContentException">
    /// It has none: a number that is no whole one of 64 bits in its shortest form, or half of a character.
    /// </exception>
    public static byte[] Write(JsonElement value)
    {
        ArrayBufferWriter<byte> output = new();
        Write(output, value);
        return output.WrittenSpan.ToArray();
    }

    private static void Write(ArrayBufferWriter<byte> output, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                WriteObject(output, value);
                break;
            case JsonValueKind.Array:
                WriteArray(output, value);
                break;
            case JsonValueKind.String:
                WriteString(output, Encoding.UTF8.GetBytes(value.TextOf("a text")));
                break;
            case JsonValueKind.Number:
                output.Write(Encoding.UTF8.GetBytes(WholeNumber(value)));
                break;
            default:
                output.Write(
                    value.ValueKind switch
                    {
                        JsonValueKind.True => "true"u8,
                        JsonValueKind.False => "false"u8,
                        _ => "null"u8,
                    }
                );
                break;
        }
    }

    private static void WriteObject(ArrayBufferWriter<byte> output, JsonElement value)
    {
        // By code points, which is by bytes of UTF-8, and not by UTF-16 as .NET compares.
        List<(byte[] Name, JsonElement Value)> members = [.. value.EnumerateObject().Select(member => (NameOf(member), member.Value))];
        members.Sort((one, other) => one.Name.AsSpan().SequenceCompareTo(other.Name));
        output.Write("{"u8);
        for (int i = 0; i < members.Count; i++)
        {
            if (i > 0)
                output.Write(","u8);
            WriteString(output, members[i].Name);
            output.Write(":"u8);
            Write(output, members[i].Value);
        }

        output.Write("}"u8);
    }

    private static void WriteArray(ArrayBufferWriter<byte> output, JsonElement value)
    {
        output.Write("["u8);
        bool isFirst = true;
        foreach (JsonElement item in value.EnumerateArray())
        {
            if (!isFirst)
                output.Write(","u8);
            isFirst = false;
            Write(output, item);
        }

        output.Write("]"u8);
    }

    private static void WriteString(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> text)
    {
        output.Write("\""u8);
        while (text.IndexOfAny((byte)'"', (byte)'\\') is var at and >= 0)
        {
            output.Write(text[..at]);
            output.Write("\\"u8);
            output.Write(text.Slice(at, 1));
            text = text[(at + 1)..];
        }

        output.Write(text);
        output.Write("\""u8);
    }

    private static byte[] NameOf(JsonProperty member)
    {
        try
        {
            return Encoding.UTF8.GetBytes(member.Name);
        }
        catch (InvalidOperationException e)
        {
            throw new ContentException("a member's name has half of a character", e);
        }
    }

    /// <summary>The only text for a number: no fraction, exponent, leading zero or negative zero.</summary>
    private static string WholeNumber(JsonElement value)
    {
        string text = value.GetRawText();
        return value.TryGetInt64(out long number) && number.ToString(CultureInfo.InvariantCulture) == text
            ? text
            : throw new ContentException($"wanted whole numbers of 64 bits in their shortest form, got {Printable.Of(text)}");
    }
}
