using System.Globalization;
using System.Text.RegularExpressions;
using Slipway.Oci;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Slipway.Definitions;

/// <summary>
/// One mapping of a YAML file, read key by key. Whoever has read all it knows calls <see cref="Finish"/>, which refuses
/// keys that nobody asked for. Every error names file, line and column.
/// </summary>
public sealed partial class YamlMap
{
    private readonly string _file;
    private readonly YamlMappingNode _node;
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    public YamlMap(string file, YamlNode node)
    {
        _file = file;
        _node = node as YamlMappingNode ?? throw Fault(node, $"wanted a map of keys, got {Got(node)}");
    }

    public bool Has(string key) => Find(key) is not null;

    public string Text(string key) => OptionalText(key) ?? throw Missing(key);

    public string? OptionalText(string key) => Find(key) is { } node ? TextOf(node, key) : null;

    public bool Flag(string key, bool otherwise) =>
        Find(key) switch
        {
            null => otherwise,
            YamlScalarNode { Style: ScalarStyle.Plain, Value: "true" } => true,
            YamlScalarNode { Style: ScalarStyle.Plain, Value: "false" } => false,
            var other => throw Fault(other, $"'{key}' wanted true or false, got {Got(other)}"),
        };

    /// <summary>A count from <paramref name="least"/> to 2,147,483,647.</summary>
    public int Number(string key, int? otherwise = null, int least = 0)
    {
        YamlNode? node = Find(key);
        return node is null ? otherwise ?? throw Missing(key)
            : node is YamlScalarNode { Style: ScalarStyle.Plain, Value: { } text }
            && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            && number >= least
                ? number
            : throw Fault(node, $"'{key}' wanted a number from {least} to {int.MaxValue}, got {Got(node)}");
    }

    public int? OptionalNumber(string key) => Find(key) is null ? null : Number(key);

    /// <summary>A name that is safe in a path: lower-case letters, digits and hyphens, beginning with none of the last.</summary>
    public string Word(string key)
    {
        string text = Text(key);
        bool plain = text[0] != '-' && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
        return plain ? text : throw Fault(key, $"'{key}' wanted a word of lower-case letters, digits and hyphens, got '{text}'");
    }

    /// <summary>An absolute https address.</summary>
    public string HttpsAddress(string key)
    {
        string text = Text(key);
        return Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && address.Scheme == Uri.UriSchemeHttps
            ? text
            : throw Fault(key, $"'{key}' wanted an https address, got '{text}'");
    }

    /// <summary>Permission bits in octal, as in <c>"0755"</c>.</summary>
    public int Mode(string key, string otherwise)
    {
        string text = OptionalText(key) ?? otherwise;
        return (text.Length == 4 || (text.Length == 5 && text[0] == '0')) && text.All(c => c is >= '0' and <= '7')
            ? Convert.ToInt32(text, 8)
            : throw Fault(Find(key) ?? _node, $"'{key}' wanted an octal mode as in \"0755\", got '{text}'");
    }

    /// <summary>An absolute path in the image, returned without its leading slash.</summary>
    public string ImagePath(string key)
    {
        string text = Text(key);
        bool plain = text.StartsWith('/') && !text[1..].Split('/').Any(part => part is "" or "." or "..");
        return plain ? text[1..] : throw Fault(Find(key)!, $"'{key}' wanted an absolute path without '.' or '..', got '{text}'");
    }

    public IReadOnlyList<string> Texts(string key) => [.. Sequence(key).Select(item => TextOf(item, key))];

    /// <summary>
    /// At least one text, each given to <paramref name="parse"/> with its place, <c>FILE:LINE:COLUMN</c>; null when the key is absent.
    /// </summary>
    public IReadOnlyList<T>? OptionalEach<T>(string key, Func<string, string, T> parse) =>
        Find(key) is not { } node ? null
        : Sequence(key) is { Children.Count: > 0 } items
            ? [.. items.Select(item => parse(TextOf(item, key), YamlFile.At(_file, item.Start)))]
        : throw Fault(node, $"'{key}' wanted one at least, got an empty list");

    /// <inheritdoc cref="OptionalEach"/>
    public IReadOnlyList<T> Each<T>(string key, Func<string, string, T> parse) => OptionalEach(key, parse) ?? throw Missing(key);

    /// <summary>A text that says something: more than blanks.</summary>
    public string Sentence(string key) =>
        Text(key) is var text && !string.IsNullOrWhiteSpace(text) ? text : throw Fault(key, $"'{key}' wanted text, got only blanks");

    public IReadOnlyList<T> Maps<T>(string key, Func<YamlMap, T> read) => [.. Sequence(key).Select(item => Child(item, read))];

    public T Map<T>(string key, Func<YamlMap, T> read) => Child(Find(key) ?? throw Missing(key), read);

    public T? OptionalMap<T>(string key, Func<YamlMap, T> read)
        where T : class => Find(key) is { } node ? Child(node, read) : null;

    /// <summary>A map of texts, in the file's order; empty when the key is absent.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Pairs(string key) =>
        Find(key) switch
        {
            null => [],
            YamlMappingNode map => [.. map.Select(pair => KeyValuePair.Create(Scalar(pair.Key, key), TextOf(pair.Value, key)))],
            var other => throw Fault(other, $"'{key}' wanted a map, got {Got(other)}"),
        };

    /// <summary>Runs a parser of another noun over the value and gives its complaint the value's place.</summary>
    public T Parsed<T>(string key, Func<string, T> parse)
    {
        try
        {
            return parse(Text(key));
        }
        catch (ContentException e)
        {
            throw Fault(Find(key)!, e.Message);
        }
    }

    /// <summary>Where a key's value stands, <c>FILE:LINE:COLUMN</c>.</summary>
    public string PlaceOf(string key) => YamlFile.At(_file, (Find(key) ?? _node).Start);

    public DefinitionException Fault(string key, string message) => Fault(Find(key) ?? _node, message);

    /// <summary>
    /// A fault at a text somewhere below a key, or below this map when the key is "": the first such text, or a later one.
    /// </summary>
    public DefinitionException FaultAt(string key, string text, string message, int occurrence = 1)
    {
        YamlNode within = key.Length == 0 ? _node : Find(key) ?? _node;
        YamlNode[] found = [.. within.AllNodes.Where(node => node is YamlScalarNode scalar && scalar.Value == text)];
        return Fault(found.ElementAtOrDefault(occurrence - 1) ?? found.LastOrDefault() ?? within, message);
    }

    /// <exception cref="DefinitionException">A key is there that nobody asked for; says the one that was likely meant.</exception>
    public void Finish()
    {
        foreach (YamlNode key in _node.Children.Keys)
        {
            string name = Scalar(key, "key");
            if (!_asked.Contains(name))
                throw Unknown(key, name, NearestKey.Of(name, _asked));
        }
    }

    // A key that is misspelt is missing under its own name: say what is there rather than what is not.
    private DefinitionException Missing(string key)
    {
        YamlNode? misspelt = _node.Children.Keys.FirstOrDefault(node =>
            node is YamlScalarNode { Value: { } name } && !_asked.Contains(name) && NearestKey.Of(name, [key]) is not null
        );
        return misspelt is null ? Fault(_node, $"'{key}' is missing") : Unknown(misspelt, Scalar(misspelt, "key"), key);
    }

    private DefinitionException Unknown(YamlNode key, string name, string? meant) =>
        Fault(
            key,
            $"unknown key '{Printable.Of(name)}'; "
                + (meant is null ? $"wanted one of {string.Join(", ", _asked.Order(StringComparer.Ordinal))}" : $"did you mean '{meant}'?")
        );

    private T Child<T>(YamlNode node, Func<YamlMap, T> read)
    {
        YamlMap map = new(_file, node);
        T value = read(map);
        map.Finish();
        return value;
    }

    private YamlNode? Find(string key)
    {
        _asked.Add(key);
        return _node.Children.TryGetValue(new YamlScalarNode(key), out YamlNode? node) ? node : null;
    }

    private YamlSequenceNode Sequence(string key) =>
        Find(key) switch
        {
            null => new YamlSequenceNode(),
            YamlSequenceNode sequence => sequence,
            var other => throw Fault(other, $"'{key}' wanted a list, got {Got(other)}"),
        };

    private string Scalar(YamlNode node, string key) =>
        (node as YamlScalarNode)?.Value is { Length: > 0 } text ? text : throw Fault(node, $"'{key}' wanted a text, got {Got(node)}");

    // YAML's core schema reads these as something else than text, and so do editors.
    private string TextOf(YamlNode node, string key) =>
        node is YamlScalarNode { Style: ScalarStyle.Plain, Value: { Length: > 0 } plain } && OtherThanText().IsMatch(plain)
            ? throw Fault(node, $"'{key}' wanted a text, got {Printable.Of(plain)}; put it in quotes")
            : Scalar(node, key);

    private static string Got(YamlNode node) =>
        node switch
        {
            YamlScalarNode { Style: ScalarStyle.Plain, Value: null or "" } => "nothing",
            YamlScalarNode { Style: ScalarStyle.Plain } scalar => $"'{Printable.Of(scalar.Value)}'",
            YamlScalarNode scalar => $"the text '{Printable.Of(scalar.Value ?? "")}'",
            YamlSequenceNode => "a list",
            _ => "a map",
        };

    [GeneratedRegex(
        @"^(~|null|Null|NULL|true|True|TRUE|false|False|FALSE|[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))\z"
    )]
    private static partial Regex OtherThanText();

    private DefinitionException Fault(YamlNode node, string message) => new($"{YamlFile.At(_file, node.Start)}: {Printable.Line(message)}");
}
