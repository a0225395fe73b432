using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Release;

/// <summary>One field of a manifest, an index or a configuration that two builds have otherwise.</summary>
/// <param name="Field">As in <c>config.config.Env[0]</c>.</param>
/// <param name="Was">In the release, as JSON, shortened; empty when it is not there.</param>
/// <param name="Now">In what was rebuilt.</param>
public sealed record FieldDifference(string Field, string Was, string Now)
{
    /// <summary>So many fields of two documents are told: whoever made the release could write millions.</summary>
    public const int Most = 1000;

    /// <summary>
    /// Every field that differs, in the order of the documents; the innermost that can be named. Of more than <see cref="Most"/> the first,
    /// and that there are more.
    /// </summary>
    /// <param name="name">What the documents are called in front of each field.</param>
    /// <exception cref="ContentException">One of the two is no JSON object.</exception>
    public static IReadOnlyList<FieldDifference> Between(string name, ReadOnlyMemory<byte> was, ReadOnlyMemory<byte> now)
    {
        if (was.Span.SequenceEqual(now.Span))
            return [];
        List<FieldDifference> found = [];
        OciJson.Read(was, name, then => OciJson.Read(now, name, here =>
            {
                found.AddRange(Between(name, then, here).Take(Most + 1));
                return true;
            }));
        if (found.Count > Most)
            found[Most] = new FieldDifference(name, $"more than {Most} fields differ", "");
        return found.Count > 0 ? found : [new FieldDifference(name, "the same JSON written with other bytes", "")];
    }

    private static IEnumerable<FieldDifference> Between(string field, JsonElement? was, JsonElement? now) =>
        (was?.ValueKind, now?.ValueKind) switch
        {
            (JsonValueKind.Object, JsonValueKind.Object) => OfMembers(field, was!.Value, now!.Value),
            (JsonValueKind.Array, JsonValueKind.Array) => OfItems(field, was!.Value, now!.Value),
            _ when was is { } then && now is { } here && JsonElement.DeepEquals(then, here) => [],
            _ => [new FieldDifference(field, Text(was), Text(now))],
        };

    private static IEnumerable<FieldDifference> OfMembers(string field, JsonElement was, JsonElement now)
    {
        // A member that is looked up by its name is looked for from the beginning, and so is an item by its number.
        Dictionary<string, JsonElement> others = Members(was),
            ours = Members(now);
        foreach (string name in others.Keys.Union(ours.Keys, StringComparer.Ordinal))
        {
            foreach (FieldDifference one in Between($"{field}.{Printable.Of(name)}", Member(others, name), Member(ours, name)))
                yield return one;
        }
    }

    private static IEnumerable<FieldDifference> OfItems(string field, JsonElement was, JsonElement now)
    {
        JsonElement.ArrayEnumerator others = was.EnumerateArray(),
            ours = now.EnumerateArray();
        for (int i = 0; ; i++)
        {
            bool isThere = others.MoveNext(),
                isHere = ours.MoveNext();
            if (!isThere && !isHere)
                yield break;
            foreach (FieldDifference one in Between($"{field}[{i}]", isThere ? others.Current : null, isHere ? ours.Current : null))
                yield return one;
        }
    }

    private static Dictionary<string, JsonElement> Members(JsonElement element) =>
        element.EnumerateObject().ToDictionary(member => member.Name, member => member.Value, StringComparer.Ordinal);

    private static JsonElement? Member(Dictionary<string, JsonElement> members, string name) =>
        members.TryGetValue(name, out JsonElement value) ? value : null;

    private static string Text(JsonElement? element) => element is { } value ? Printable.Of(value.GetRawText()) : "";
}
