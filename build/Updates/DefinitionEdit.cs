using System.Text;
using Slipway.Definitions;
using Slipway.Oci;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Slipway.Updates;

/// <summary>
/// Changes single values of an <c>image.yaml</c> and leaves every other character as it is: comments, order, quotes, line ends. What
/// comes out is parsed again and must be the old document with those values.
/// </summary>
public sealed class DefinitionEdit
{
    private readonly string _name;
    private readonly string _text;
    private readonly YamlNode _root;
    private readonly SortedList<long, (long End, string Text)> _changes = [];

    private DefinitionEdit(string name, string text)
    {
        _name = name;
        _text = text;
        _root = YamlFile.Parse(text, name);
    }

    /// <param name="folder">The image's folder.</param>
    /// <exception cref="DefinitionException">There is no definition that can be read.</exception>
    public static DefinitionEdit Of(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        string name = $"images/{Path.GetFileName(Path.TrimEndingDirectorySeparator(folder))}/{ImageDefinition.FileName}";
        return new DefinitionEdit(name, YamlFile.Text(Path.Combine(folder, ImageDefinition.FileName), name));
    }

    /// <summary>Changes the image's own version.</summary>
    public void Version(string version) => Change(_root, "version", version);

    /// <summary>Changes the version of an upstream file that has its own.</summary>
    public void Version(string file, string version) => Change(File(file), "version", version);

    /// <summary>Changes the reviewed checksum of an upstream file.</summary>
    public void Checksum(string file, string architecture, Oci.Digest digest)
    {
        ArgumentNullException.ThrowIfNull(digest);
        Change(Child(File(file), "checksums"), architecture, digest.ToString());
    }

    /// <summary>The new text.</summary>
    /// <exception cref="DefinitionException">It would not say what it should; nothing is written.</exception>
    public string Finish()
    {
        StringBuilder text = new();
        int at = 0;
        foreach ((long start, (long end, string value)) in _changes)
        {
            text.Append(_text.AsSpan(at, (int)start - at)).Append(value);
            at = (int)end;
        }

        string made = text.Append(_text.AsSpan(at)).ToString();
        return YamlFile.Parse(made, _name).Equals(_root)
            ? made
            : throw Lock.After(
                new DefinitionException(
                    $"{_name}: its text has an unusual form and cannot be edited in place. Change the version by hand, then run {Lock}"
                )
            );
    }

    private static NextCommand Lock { get; } = new("Lock");

    private YamlNode File(string name) =>
        Child(_root, "upstream") is YamlSequenceNode files
        && files.FirstOrDefault(file =>
            file is YamlMappingNode map
            && map.Children.TryGetValue(new YamlScalarNode("name"), out YamlNode? of)
            && of is YamlScalarNode { Value: var found }
            && found == name
        )
            is { } file
            ? file
            : throw new DefinitionException($"{_name}: no upstream file is named '{name}'");

    private YamlNode Child(YamlNode node, string key) =>
        node is YamlMappingNode map && map.Children.TryGetValue(new YamlScalarNode(key), out YamlNode? value)
            ? value
            : throw new DefinitionException($"{YamlFile.At(_name, node.Start)}: the key '{key}' is missing");

    /// <summary>Writes a value where another stands, in its quotes. The document in memory becomes what is wanted.</summary>
    private void Change(YamlNode map, string key, string value)
    {
        if (value.Length == 0 || !value.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or ':' or '+' or '_'))
            throw new ArgumentException($"{_name}: '{value}' cannot be written without quoting", nameof(value));
        if (Child(map, key) is not YamlScalarNode scalar)
            throw new DefinitionException($"{YamlFile.At(_name, map.Start)}: '{key}' is not plain text");
        string quote = scalar.Style switch
        {
            ScalarStyle.SingleQuoted => "'",
            ScalarStyle.DoubleQuoted => "\"",
            _ => "",
        };
        _changes[scalar.Start.Index] = (scalar.End.Index, quote + value + quote);
        scalar.Value = value;
    }
}
