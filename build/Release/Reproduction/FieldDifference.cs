using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Release;

/// <summary>One field of a manifest, an index or a configuration that two builds have otherwise.</summary>
/// <param name="Field">As in <c>config.config.Env[0]</c>.</param>
/// <param name="Was">In the release, as JSON, shortened; empty when it is not there.</param>
/// <param name="Now">In what was rebuilt.</param>
public sealed record FieldDifference(string Field, string Was, string Now)
{
    /// <summary>Every field that differs, in the order of the documents; the innermost that can be named.</summary>
    /// <param name="name">What the documents are called in front of each field.</param>
    /// <exception cref="ContentException">One of the two is no JSON object.</exception>
    public static IReadOnlyList<FieldDifference> Between(string name, ReadOnlyMemory<byte> was, ReadOnlyMemory<byte> now)
    {
        if (was.Span.SequenceEqual(now.Span))
            return [];
        List<FieldDifference> found = [];
        OciJson.Read(was, name, then => OciJson.Read(now, name, here =>
        {
            found.AddRange(Between(name, then, here));
            return true;
        }));
        return found.Count > 0 ? found : [new FieldDifference(name, "the same JSON in other bytes", "")];
    }

    private static IEnumerable<FieldDifference> Between(string field, JsonElement? was, JsonElement? now) => (was?.ValueKind, now?.ValueKind) switch
    {
        (JsonValueKind.Object, JsonValueKind.Object) => was!.Value.EnumerateObject().Select(member => member.Name)
            .Union(now!.Value.EnumerateObject().Select(member => member.Name), StringComparer.Ordinal)
            .SelectMany(name => Between($"{field}.{name}", Member(was.Value, name), Member(now.Value, name))),
        (JsonValueKind.Array, JsonValueKind.Array) => Enumerable.Range(0, Math.Max(was!.Value.GetArrayLength(), now!.Value.GetArrayLength()))
            .SelectMany(i => Between($"{field}[{i}]", Item(was.Value, i), Item(now.Value, i))),
        _ when was is { } then && now is { } here && JsonElement.DeepEquals(then, here) => [],
        _ => [new FieldDifference(field, Text(was), Text(now))],
    };

    private static JsonElement? Member(JsonElement element, string name) => element.TryGetProperty(name, out JsonElement value) ? value : null;

    private static JsonElement? Item(JsonElement element, int at) => at < element.GetArrayLength() ? element[at] : null;

    private static string Text(JsonElement? element) => element is { } value ? Printable.Of(value.GetRawText()) : "";
}
