using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Verification;

/// <summary>
/// What is written for this program alone has no member that it does not know, and none that is null: a mistyped one would ask for nothing.
/// </summary>
internal static class KnownMembers
{
    /// <exception cref="ContentException">There is another one.</exception>
    public static void Require(JsonElement element, params IReadOnlyList<string> names)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw new ContentException($"wanted an object, got {JsonMember.KindOf(element)}");
        foreach (JsonProperty member in element.EnumerateObject())
        {
            if (!names.Contains(member.Name))
                throw new ContentException(
                    $"'{Printable.Of(member.Name)}' is not a member of a policy: wanted {string.Join(", ", names.Where(name => name[0] != '$'))}"
                );
            if (member.Value.ValueKind == JsonValueKind.Null)
                throw new ContentException($"'{Printable.Of(member.Name)}' is null: leave it out, or give a value");
        }
    }

    /// <summary>A text that is not empty; null when it is not there.</summary>
    /// <exception cref="ContentException">It is empty, or no text.</exception>
    public static string? Text(JsonElement element, string name) =>
        element.OptionalString(name) is { } text
            ? text.Length > 0
                ? text
                : throw new ContentException($"'{name}' is empty: leave it out, or give a value")
            : null;
}
