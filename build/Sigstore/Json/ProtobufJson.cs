using System.Globalization;
using System.Text;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Sigstore;

/// <summary>Values of protobuf's JSON form (protobuf.dev, "ProtoJSON format"): what is zero or empty may be left out.</summary>
internal static class ProtobufJson
{
    /// <summary>An int64, as a text or a number; 0 when it is left out.</summary>
    /// <exception cref="ContentException">It is no such number, or negative, which none here may be.</exception>
    public static long Natural(this JsonElement element, string name)
    {
        long number = 0;
        bool read = element.Find(name) switch
        {
            null => true,
            { ValueKind: JsonValueKind.String } text => long.TryParse(
                text.GetString(),
                NumberStyles.AllowLeadingSign,
                CultureInfo.InvariantCulture,
                out number
            ),
            { ValueKind: JsonValueKind.Number } value => value.TryGetInt64(out number),
            _ => false,
        };
        return read && number >= 0 ? number : throw new ContentException($"'{name}' wanted a whole number that is not negative");
    }

    /// <summary>Bytes in base64 of either alphabet; empty when they are left out.</summary>
    /// <exception cref="ContentException">They are no strict base64.</exception>
    public static byte[] Bytes(this JsonElement element, string name) => element.OptionalString(name) is { } text ? Decode(text, name) : [];

    /// <summary>As <see cref="Bytes"/>, and there are some.</summary>
    /// <exception cref="ContentException">They are missing or no strict base64.</exception>
    public static byte[] RequiredBytes(this JsonElement element, string name) =>
        element.Bytes(name) is { Length: > 0 } bytes ? bytes : throw new ContentException($"'{name}' is missing or empty");

    /// <summary>The items of a list, at most so many.</summary>
    /// <exception cref="ContentException">It is no list, or has more.</exception>
    public static JsonElement[] ItemsUpTo(this JsonElement element, string name, int most)
    {
        if (element.Find(name) is not { } list)
            return [];
        if (list.ValueKind != JsonValueKind.Array)
            throw new ContentException($"'{name}' wanted a list, got {JsonMember.KindOf(list)}");
        return list.GetArrayLength() <= most
            ? [.. list.EnumerateArray()]
            : throw new ContentException($"'{name}' wanted at most {most} items, got {list.GetArrayLength()}");
    }

    /// <summary>Line ends inside are passed over, as Go's decoder does, by which most bundles are read.</summary>
    private static byte[] Decode(string text, string name) =>
        StrictBase64.DecodeEither(Encoding.UTF8.GetBytes(text.ReplaceLineEndings("")), $"'{name}'");
}
