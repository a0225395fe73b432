using System.Text.Json;

namespace Slipway.Oci;

/// <summary>Takes a member of a JSON object.</summary>
/// <param name="value">Stands at the first token of the value, and has to stand at its last one when this returns.</param>
/// <returns>Whether the member is known; an unknown one is left where it is, and skipped.</returns>
public delegate bool JsonMemberReader(string name, ref Utf8JsonReader value);

/// <summary>
/// Reads JSON member by member, without a tree of it: what is not looked for costs no memory, however much of it there is. As
/// strict as <see cref="OciJson"/> in what is looked for, which may come once; null counts as absent.
/// </summary>
public static class JsonMembers
{
    private const int LongestName = 128;

    private static readonly JsonReaderOptions Reading = new() { MaxDepth = 32 };

    /// <summary>Reads a document that is one object.</summary>
    /// <param name="what">What the document is, for the error.</param>
    /// <exception cref="ContentException">It is no such document.</exception>
    public static void ReadDocument(ReadOnlySpan<byte> json, string what, JsonMemberReader member)
    {
        try
        {
            Utf8JsonReader reader = new(json, Reading);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                throw new ContentException("wanted a JSON object");
            ReadObject(ref reader, member);
            if (reader.Read())
                throw new ContentException("something follows the JSON object");
        }
        catch (JsonException e)
        {
            throw new ContentException($"{what}: {OciJson.ProblemOf(e)}", e);
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException)
        {
            throw new ContentException($"{what}: a member is of another type or form than wanted", e);
        }
        catch (ContentException e) when (!e.Message.StartsWith(what, StringComparison.Ordinal))
        {
            throw new ContentException($"{what}: {e.Message}", e);
        }
    }

    /// <summary>Reads the object at whose first token <paramref name="reader"/> stands, to its last one.</summary>
    /// <exception cref="ContentException">It is no object, or has a known member twice.</exception>
    public static void ReadObject(ref Utf8JsonReader reader, JsonMemberReader member)
    {
        ArgumentNullException.ThrowIfNull(member);
        Require(ref reader, JsonTokenType.StartObject, "a JSON object");
        HashSet<string> known = new(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string? name = reader.ValueSpan.Length <= LongestName ? reader.GetString() : null;
            reader.Read();
            if (name is null || reader.TokenType == JsonTokenType.Null || !member(name, ref reader))
                reader.Skip();
            else if (!known.Add(name))
                throw new ContentException($"'{name}' comes twice");
        }
    }

    /// <summary>Reads the array at whose first token <paramref name="reader"/> stands, to its last one, item by item.</summary>
    /// <param name="most">So many items are read.</param>
    /// <exception cref="ContentException">It is no array, or has more items.</exception>
    public static void ReadArray(ref Utf8JsonReader reader, string name, int most, JsonMemberReader item)
    {
        ArgumentNullException.ThrowIfNull(item);
        Require(ref reader, JsonTokenType.StartArray, $"'{name}' as a JSON array");
        for (int count = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; count++)
        {
            if (count == most)
                throw new ContentException($"'{name}' wanted at most {most} items, got more");
            if (!item(name, ref reader))
                reader.Skip();
        }
    }

    /// <summary>The text at which <paramref name="reader"/> stands.</summary>
    /// <param name="most">So many bytes it may have as it is written.</param>
    /// <exception cref="ContentException">It is no text, or longer.</exception>
    public static string Text(this ref Utf8JsonReader reader, string name, int most = 4096)
    {
        Require(ref reader, JsonTokenType.String, $"'{name}' as a text");
        return reader.ValueSpan.Length <= most
            ? reader.GetString()!
            : throw new ContentException($"'{name}' wanted at most {most} bytes, got {reader.ValueSpan.Length}");
    }

    /// <summary>The bytes that the text at which <paramref name="reader"/> stands has in base64, in either alphabet.</summary>
    /// <exception cref="ContentException">It is no text, or no strict base64.</exception>
    public static byte[] Base64(this ref Utf8JsonReader reader, string name)
    {
        Require(ref reader, JsonTokenType.String, $"'{name}' as a text");
        if (!reader.ValueIsEscaped)
            return StrictBase64.DecodeEither(reader.ValueSpan, $"'{name}'");
        byte[] text = new byte[reader.ValueSpan.Length];
        return StrictBase64.DecodeEither(text.AsSpan(0, reader.CopyString(text)), $"'{name}'");
    }

    /// <summary>
    /// The value at whose first token <paramref name="reader"/> stands, as its very bytes; it then stands at its last one.
    /// </summary>
    /// <param name="json">What is read.</param>
    public static ReadOnlyMemory<byte> Raw(this ref Utf8JsonReader reader, ReadOnlyMemory<byte> json)
    {
        int start = (int)reader.TokenStartIndex;
        reader.Skip();
        return json[start..(int)reader.BytesConsumed];
    }

    private static void Require(ref Utf8JsonReader reader, JsonTokenType wanted, string what)
    {
        if (reader.TokenType != wanted)
            throw new ContentException($"wanted {what}, got {reader.TokenType}");
    }
}
