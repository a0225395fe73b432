using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Definitions;

/// <summary>A value of a lock file and its place in it, which every fault names.</summary>
/// <param name="Path">As in <c>packages[3].files.amd64.digest</c>; empty for the whole.</param>
internal sealed record LockNode(JsonElement Value, string Path)
{
    /// <exception cref="ContentException">This is no map, or lacks the key.</exception>
    public LockNode this[string key] => Find(key) ?? throw Fault($"'{key}' is missing");

    /// <exception cref="ContentException">It is no text.</exception>
    public string Text => Value.ValueKind == JsonValueKind.String ? Value.TextOf(Path) : throw Unfit("a text");

    /// <exception cref="ContentException">It is neither true nor false.</exception>
    public bool Flag => Value.ValueKind is JsonValueKind.True or JsonValueKind.False ? Value.GetBoolean() : throw Unfit("true or false");

    /// <exception cref="ContentException">It is no whole number from 0, or more than any size.</exception>
    public long Number =>
        Value.ValueKind == JsonValueKind.Number && Value.TryGetInt64(out long number) && number is >= 0 and <= Descriptor.MaximumSize
            ? number
            : throw Unfit(
                Value.ValueKind == JsonValueKind.Number && Value.GetDouble() > Descriptor.MaximumSize
                    ? $"a whole number up to {Descriptor.MaximumSize}"
                    : "a whole number from 0"
            );

    /// <exception cref="ContentException">It is no list.</exception>
    public IEnumerable<LockNode> Items =>
        Value.ValueKind == JsonValueKind.Array
            ? Value.EnumerateArray().Select((item, i) => new LockNode(item, $"{Path}[{i}]"))
            : throw Unfit("a list");

    /// <exception cref="ContentException">It is no map.</exception>
    public IEnumerable<KeyValuePair<string, LockNode>> Members =>
        Value.ValueKind == JsonValueKind.Object
            ? Value.EnumerateObject().Select(member => KeyValuePair.Create(member.Name, Below(member.Name, member.Value)))
            : throw Unfit("a map");

    /// <summary>The value of a key; null when the key is not there.</summary>
    /// <exception cref="ContentException">This is no map.</exception>
    public LockNode? Find(string key) =>
        Value.ValueKind != JsonValueKind.Object ? throw Unfit("a map")
        : Value.TryGetProperty(key, out JsonElement value) ? Below(key, value)
        : null;

    /// <summary>The same map, which has no other keys.</summary>
    /// <exception cref="ContentException">It has one, which is told with the one that was likely meant; or this is no map.</exception>
    public LockNode With(params string[] keys) =>
        Members.Select(member => member.Key).FirstOrDefault(key => !keys.Contains(key, StringComparer.Ordinal)) is not { } unknown
            ? this
            : throw new LockFault(
                Below(unknown, Value).Path,
                Fault(
                    "unknown key "
                        + $"'{Printable.Of(unknown)}'; {(NearestKey.Of(unknown, keys) is { } meant ? $"did you mean '{meant}'?" : $"wanted one of {string.Join(", ", keys)}")}"
                ).Message
            );

    /// <summary>A text that <paramref name="parse"/> reads, whose complaint gets this place.</summary>
    /// <exception cref="ContentException">It is no text, or not such a one.</exception>
    public T Parse<T>(Func<string, T> parse)
    {
        string text = Text;
        try
        {
            return parse(text);
        }
        catch (Exception e) when (e is ContentException or FormatException)
        {
            throw Fault(Printable.Line(e.Message));
        }
    }

    public ContentException Fault(string problem) => new LockFault(Path, Path.Length == 0 ? problem : $"{Printable.Of(Path)}: {problem}");

    private LockNode Below(string key, JsonElement value) => new(value, Path.Length == 0 ? key : $"{Path}.{key}");

    private ContentException Unfit(string wanted)
    {
        string got = Value.GetRawText();
        return Fault(
            $"wanted {wanted}, "
                + "got "
                + $"{(Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array || got.Length > 100 ? Value.ValueKind.ToString() : Printable.Of(got))}"
        );
    }
}
