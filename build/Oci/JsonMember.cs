using System.Text.Json;

namespace Slipway.Oci;

/// <summary>
/// Members of a JSON object that somebody else wrote. Each way of reading one throws a <see cref="ContentException"/> that says which
/// member it is, what was wanted and what came; none throws anything of .NET's.
/// </summary>
public static class JsonMember
{
    /// <summary>The member; null when it is not there, or null.</summary>
    public static JsonElement? Find(this JsonElement element, string name) =>
        element.ValueKind != JsonValueKind.Object ? throw new ContentException($"wanted an object with '{name}', got {KindOf(element)}")
        : element.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value
        : null;

    public static JsonElement Required(this JsonElement element, string name) =>
        element.Find(name) ?? throw new ContentException($"'{name}' is missing");

    /// <summary>An object.</summary>
    public static JsonElement RequiredObject(this JsonElement element, string name) =>
        element.Required(name).As(JsonValueKind.Object, name, "an object");

    /// <summary>The elements of a list.</summary>
    public static JsonElement.ArrayEnumerator RequiredItems(this JsonElement element, string name) =>
        element.Required(name).As(JsonValueKind.Array, name, "a list").EnumerateArray();

    /// <summary>The members of an object.</summary>
    public static JsonElement.ObjectEnumerator RequiredMembers(this JsonElement element, string name) =>
        element.RequiredObject(name).EnumerateObject();

    /// <summary>A whole number of 64 bits.</summary>
    public static long RequiredNumber(this JsonElement element, string name) =>
        element.Required(name) is var value && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number)
            ? number
            : throw Unfit(name, "a whole number", element.Required(name));

    /// <summary>A whole number of 32 bits.</summary>
    public static int RequiredInt(this JsonElement element, string name) =>
        element.RequiredNumber(name) is >= int.MinValue and <= int.MaxValue and var number
            ? (int)number
            : throw Unfit(name, "a whole number of 32 bits", element.Required(name));

    public static bool RequiredFlag(this JsonElement element, string name) =>
        element.OptionalFlag(name) ?? throw new ContentException($"'{name}' is missing");

    /// <summary>Null when it is not there.</summary>
    public static bool? OptionalFlag(this JsonElement element, string name) =>
        element.Find(name) switch
        {
            null => null,
            { ValueKind: JsonValueKind.True } => true,
            { ValueKind: JsonValueKind.False } => false,
            { } other => throw Unfit(name, "true or false", other),
        };

    /// <summary>A time with its offset (RFC 3339).</summary>
    public static DateTimeOffset RequiredTime(this JsonElement element, string name) =>
        element.Required(name) is var value
        && value.ValueKind == JsonValueKind.String
        && value.TryGetDateTimeOffset(out DateTimeOffset time)
            ? time
            : throw Unfit(name, "a time", element.Required(name));

    /// <summary>The text that an element of a list or a member is.</summary>
    /// <param name="name">What errors call it.</param>
    public static string TextOf(this JsonElement value, string name)
    {
        if (value.ValueKind != JsonValueKind.String)
            throw Unfit(name, "a text", value);
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new ContentException($"'{Printable.Of(name)}' wanted a text, got half of a character", e);
        }
    }

    internal static JsonElement As(this JsonElement value, JsonValueKind kind, string name, string wanted) =>
        value.ValueKind == kind ? value : throw Unfit(name, wanted, value);

    /// <summary>What kind of value stands there, in the words of a sentence.</summary>
    public static string KindOf(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "a list",
            JsonValueKind.String => "a text",
            JsonValueKind.Number => "a number",
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            _ => "null",
        };

    private static ContentException Unfit(string name, string wanted, JsonElement got) =>
        new(
            $"'{Printable.Of(name)}' wanted {wanted}, got {got.ValueKind switch
    {
        JsonValueKind.Number => $"the number {Printable.Of(got.GetRawText())}",
        JsonValueKind.String when wanted != "a text" => $"the text {Printable.Of(got.GetRawText())}",
        _ => KindOf(got),
    }}"
        );
}
