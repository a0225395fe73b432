using System.Collections;
using System.Globalization;

namespace Nuke.Common.CI;

/// <summary>
/// A part of a YAML document that is written: a mapping, a sequence or a scalar. A text is a string, whatever it looks like.
/// </summary>
public abstract record YamlNode
{
    public static implicit operator YamlNode?(string? text) => text is null ? null : new YamlScalar(text);

    public static implicit operator YamlNode(bool value) => new YamlScalar(value ? "true" : "false") { IsPlain = true };

    public static implicit operator YamlNode(int value) => new YamlScalar(value.ToString(CultureInfo.InvariantCulture)) { IsPlain = true };

    public static implicit operator YamlNode(string[] texts) => YamlSequence.Of(texts);
}

/// <summary>One value.</summary>
/// <param name="Text">Of several lines it is written as a block.</param>
public sealed record YamlScalar(string Text) : YamlNode
{
    /// <summary>Whether it is a number, a truth value or a keyword and stands without quotes.</summary>
    public bool IsPlain { get; init; }

    /// <summary>What stands behind it on its line; null for nothing.</summary>
    public string? Comment { get; init; }
}

/// <summary>Keys and values in the order they were added; a value of null, an empty list and an empty mapping are left out.</summary>
public sealed record YamlMapping : YamlNode, IEnumerable<KeyValuePair<string, YamlNode>>
{
    private readonly List<KeyValuePair<string, YamlNode>> _entries = [];

    /// <summary>A mapping that says that there is nothing: <c>{}</c>.</summary>
    public static YamlMapping None { get; } = new() { IsKeptEmpty = true };

    public int Count => _entries.Count;

    internal bool IsKeptEmpty { get; private init; }

    public void Add(string key, YamlNode? value)
    {
        if (value is null or YamlSequence { Count: 0 } or YamlMapping { Count: 0, IsKeptEmpty: false })
            return;
        _entries.Add(new(key, value));
    }

    public static YamlMapping Of(IEnumerable<KeyValuePair<string, string>> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        YamlMapping mapping = [];
        foreach ((string key, string text) in texts)
            mapping.Add(key, text);
        return mapping;
    }

    public IEnumerator<KeyValuePair<string, YamlNode>> GetEnumerator() => _entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>Values in order.</summary>
public sealed record YamlSequence : YamlNode, IEnumerable<YamlNode>
{
    private readonly List<YamlNode> _items = [];

    public int Count => _items.Count;

    public static YamlSequence Of(IEnumerable<string> texts) => Of(texts.Select(text => (YamlNode)new YamlScalar(text)));

    public static YamlSequence Of(IEnumerable<YamlNode> items)
    {
        YamlSequence sequence = [];
        sequence._items.AddRange(items);
        return sequence;
    }

    public void Add(YamlNode item) => _items.Add(item);

    public IEnumerator<YamlNode> GetEnumerator() => _items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
