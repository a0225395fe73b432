using System.Text.Json;

namespace Slipway.Oci;

/// <summary>
/// Reads JSON that another program wrote for itself or its protocol, and that nobody signed: a credentials file, an answer of a token
/// server, an error document. It is taken as that program takes it: a byte order mark is passed over, of a repeated property the last one
/// counts, names compare without case, unknown ones and what follows the document do not matter. What is signed, or names what is signed,
/// is read by <see cref="OciJson"/>.
/// </summary>
public static class ForeignJson
{
    private static readonly JsonReaderOptions Reading = new() { MaxDepth = 64 };

    private static ReadOnlySpan<byte> ByteOrderMark => "\uFEFF"u8;

    /// <summary>Parses <paramref name="json"/> and hands its root object to <paramref name="read"/>.</summary>
    /// <param name="what">What the document is, for the error, which may quote a part of it.</param>
    /// <exception cref="ContentException">It is no such document.</exception>
    public static T Read<T>(ReadOnlyMemory<byte> json, string what, Func<JsonElement, T> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        try
        {
            Utf8JsonReader reader = new((json.Span.StartsWith(ByteOrderMark) ? json[ByteOrderMark.Length..] : json).Span, Reading);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? read(document.RootElement)
                : throw new ContentException($"{what}: wanted a JSON object, got {document.RootElement.ValueKind}");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new ContentException($"{what}: {Printable.Of(e.Message)}", e);
        }
    }

    /// <summary>A property by its name without case, the last one where there are several; null when it is absent or null.</summary>
    public static JsonElement? Member(this JsonElement element, string name)
    {
        JsonElement? found = null;
        foreach (JsonProperty property in Members(element))
        {
            if (property.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                found = property.Value.ValueKind == JsonValueKind.Null ? null : property.Value;
        }

        return found;
    }

    /// <summary>The properties of an object, in order; none of null.</summary>
    /// <exception cref="ContentException">It is neither.</exception>
    public static IEnumerable<JsonProperty> Members(this JsonElement element) =>
        element.ValueKind switch
        {
            JsonValueKind.Object => element.EnumerateObject(),
            JsonValueKind.Null => [],
            var kind => throw new ContentException($"wanted a JSON object, got {kind}"),
        };

    /// <summary>
    /// The properties of an object inside: those of all of that name, without case, in order; none where it is absent or null.
    /// </summary>
    /// <exception cref="ContentException">One is no object.</exception>
    public static IEnumerable<JsonProperty> MembersOf(this JsonElement element, string name) =>
        Members(element)
            .Where(property => property.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            .SelectMany(property => Members(property.Value));

    /// <summary>A text that says something: an empty one, null and an absent one are the same to whoever wrote them.</summary>
    /// <exception cref="ContentException">It is no text.</exception>
    public static string? NotEmpty(this JsonElement element, string name) =>
        Member(element, name) switch
        {
            null => null,
            { ValueKind: JsonValueKind.String } text => text.GetString() is { Length: > 0 } said ? said : null,
            { } other => throw new ContentException($"'{name}': wanted a text, got {other.ValueKind}"),
        };
}
