using System.Buffers;
using System.Text;
using Slipway.Http;
using Slipway.Oci;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Slipway.Definitions;

/// <summary>
/// A YAML file as plain data: one document of UTF-8, at most 1 MiB, nested at most 16 deep, without anchors, aliases and tags. So what
/// stands there is what is meant, and a small file stays small.
/// </summary>
public static class YamlFile
{
    private const int LongestFile = 1 << 20;
    private const int DeepestNesting = 16;

    private static readonly SearchValues<char> Controls = SearchValues.Create([
        .. Enumerable.Range(0, 0xA0).Select(code => (char)code).Where(c => char.IsControl(c) && c is not ('\t' or '\n' or '\r')),
    ]);

    /// <param name="path">Where it is.</param>
    /// <param name="name">What errors call it.</param>
    /// <exception cref="DefinitionException">It is not there or is no such file; names file, line and column.</exception>
    public static YamlNode Read(string path, string name) => Parse(Text(path, name), name);

    /// <summary>The text of a file, without a byte order mark.</summary>
    /// <inheritdoc cref="Read"/>
    public static string Text(string path, string name)
    {
        if (!File.Exists(path))
            throw new DefinitionException($"{name}: file not found");
        if (new FileInfo(path).Length is var length && length > LongestFile)
            throw new DefinitionException($"{name}:1:1: the file has {length} bytes, the limit is {LongestFile}");
        try
        {
            return Decode(RegularFile.LengthOf(path) == 0 ? [] : RegularFile.ReadBytes(path, LongestFile), name);
        }
        catch (UnfitFileException e)
        {
            throw new DefinitionException($"{name}: {e.Problem}", e);
        }
    }

    /// <exception cref="DefinitionException">It is no such text; names file, line and column.</exception>
    public static YamlNode Parse(string text, string name)
    {
        try
        {
            // Before anything is built from it: building follows aliases and nesting as far as they go.
            RequirePlain(text, name);
            YamlStream yaml = [];
            yaml.Load(new StringReader(text));
            return yaml.Documents.Count == 1
                ? yaml.Documents[0].RootNode
                : throw new DefinitionException($"{name}:1:1: wanted one document, got {yaml.Documents.Count}");
        }
        catch (YamlException e)
        {
            throw new DefinitionException($"{At(name, e.Start)}: {Printable.Of(e.Message)}", e);
        }
        catch (Exception e)
            when (e is ArgumentException or InvalidOperationException or FormatException or IndexOutOfRangeException or OverflowException)
        {
            // The library stumbled over it, which a sound file does not make it do.
            throw new DefinitionException($"{name}:1:1: the file cannot be read as YAML", e);
        }
    }

    public static string At(string name, Mark place) => $"{name}:{place.Line}:{place.Column}";

    private static string Decode(byte[] bytes, string name)
    {
        try
        {
            string text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
            int control = text.AsSpan().IndexOfAny(Controls);
            return control >= 0 ? throw Fault(name, Encoding.UTF8.GetBytes(text[..control]), "a control character")
                : text.StartsWith('\uFEFF') ? text[1..]
                : text;
        }
        catch (DecoderFallbackException e)
        {
            throw Fault(name, bytes.AsSpan(0, Math.Max(e.Index, 0)), "the text is not UTF-8");
        }
    }

    /// <summary>A fault right after some bytes; the column counts bytes.</summary>
    private static DefinitionException Fault(string name, ReadOnlySpan<byte> before, string message) =>
        new($"{name}:{before.Count((byte)'\n') + 1}:{before.Length - before.LastIndexOf((byte)'\n')}: {message}");

    private static void RequirePlain(string text, string name)
    {
        Parser parser = new(new StringReader(text));
        int depth = 0;
        while (parser.MoveNext())
        {
            ParsingEvent at = parser.Current!;
            depth += at.NestingIncrease;
            string? fault = at switch
            {
                AnchorAlias => "aliases are not supported; write the value out",
                NodeEvent { Anchor.IsEmpty: false } => "anchors are not supported; write the value out",
                NodeEvent { Tag.IsEmpty: false } => "tags are not supported; write the value without it",
                _ when depth > DeepestNesting => $"nested deeper than {DeepestNesting} levels",
                _ => null,
            };
            if (fault is not null)
                throw new DefinitionException($"{At(name, at.Start)}: {fault}");
        }
    }
}
