using System.Text.Json;

namespace Slipway.Oci;

/// <summary>
/// Reads JSON that another program wrote for itself or its protocol, and that nobody signed: a credentials file, an answer of a token
/// server, an error document. It is taken as that program takes it: a byte order mark is passed over, of a repeated property the last one
/// counts, unknown ones do not matter. What is signed, or names what is signed, is read by <see cref="OciJson"/>.
/// </summary>
public static class ForeignJson
{
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = 64, AllowDuplicateProperties = true };

    private static ReadOnlySpan<byte> ByteOrderMark => "\uFEFF"u8;

    /// <summary>Parses <paramref name="json"/> and hands its root object to <paramref name="read"/>.</summary>
    /// <param name="what">What the document is, for the error, which may quote a part of it.</param>
    /// <exception cref="ContentException">It is no such document.</exception>
    public static T Read<T>(ReadOnlyMemory<byte> json, string what, Func<JsonElement, T> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        try
        {
            using JsonDocument document = JsonDocument.Parse(json.Span.StartsWith(ByteOrderMark) ? json[ByteOrderMark.Length..] : json, Reading);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? read(document.RootElement)
                : throw new ContentException($"{what}: wanted a JSON object, got {document.RootElement.ValueKind}");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new ContentException($"{what}: {Printable.Of(e.Message)}", e);
        }
    }

    /// <summary>A text that says something: an empty one, null and an absent one are the same to whoever wrote them.</summary>
    public static string? NotEmpty(this JsonElement element, string name) => element.OptionalString(name) is { Length: > 0 } text ? text : null;
}
