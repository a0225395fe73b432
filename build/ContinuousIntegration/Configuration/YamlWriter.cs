using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Nuke.Common.CI;

/// <summary>
/// Writes YAML 1.2 in block style, which readers of YAML 1.1 understand the same way: what they could take for a number, a truth value, a
/// time or null is quoted. Same document, same bytes; line ends are LF.
/// </summary>
internal static partial class YamlWriter
{
    public static string Write(YamlMapping document)
    {
        StringBuilder text = new();
        WriteMapping(text, document, 0, first: true);
        return text.ToString();
    }

    /// <param name="first">Whether the first key stands where the line already is.</param>
    private static void WriteMapping(StringBuilder text, YamlMapping mapping, int indent, bool first)
    {
        foreach ((string key, YamlNode value) in mapping)
        {
            if (!first)
                text.Append(' ', indent);
            first = false;
            text.Append(Key(key)).Append(':');
            WriteValue(text, value, indent + 2);
            // What stands at the top is set apart.
            if (indent == 0 && value is YamlMapping { Count: > 0 } or YamlSequence && indent == 0)
                text.Append('\n');
        }
    }

    private static void WriteValue(StringBuilder text, YamlNode value, int indent)
    {
        switch (value)
        {
            case YamlScalar scalar:
                text.Append(' ').Append(Scalar(scalar, indent));
                text.Append(scalar.Comment is null ? "\n" : $" # {scalar.Comment}\n");
                break;
            case YamlMapping { Count: 0 }:
                text.Append(" {}\n");
                break;
            case YamlMapping mapping:
                text.Append('\n');
                WriteMapping(text.Append(' ', indent), mapping, indent, first: true);
                break;
            case YamlSequence { Count: 0 }:
                text.Append(" []\n");
                break;
            case YamlSequence sequence:
                text.Append('\n');
                foreach (YamlNode item in sequence)
                    WriteItem(text.Append(' ', indent).Append('-'), item, indent);
                break;
        }
    }

    private static void WriteItem(StringBuilder text, YamlNode item, int indent)
    {
        if (item is YamlMapping { Count: > 0 } mapping)
            WriteMapping(text.Append(' '), mapping, indent + 2, first: true);
        else
            WriteValue(text, item, indent + 2);
    }

    private static string Scalar(YamlScalar scalar, int indent)
    {
        string text = scalar.Text;
        if (scalar.IsPlain)
            return text;
        if (IsBlock(text))
        {
            string[] lines = text.TrimEnd('\n').Split('\n');
            string margin = new(' ', indent);
            return (text.EndsWith('\n') ? "|" : "|-") + string.Concat(lines.Select(line => line.Length == 0 ? "\n" : $"\n{margin}{line}"));
        }

        return IsPlainText(text) ? text
            : text.All(c => c is >= ' ' and < '\x7F') ? $"'{text.Replace("'", "''", StringComparison.Ordinal)}'"
            : DoubleQuoted(text);
    }

    /// <summary>
    /// The keyword that begins the triggers of a workflow stands as everybody writes it, though YAML 1.1 takes it for a truth value.
    /// </summary>
    private static string Key(string key) => key == "on" || IsPlainText(key) ? key : Scalar(new YamlScalar(key), 0);

    /// <summary>Several lines that neither begin with blanks, which would change the margin, nor hold what a block cannot.</summary>
    private static bool IsBlock(string text) =>
        text.TrimEnd('\n').Contains('\n', StringComparison.Ordinal)
        && !text.EndsWith("\n\n", StringComparison.Ordinal)
        && text[0] is not (' ' or '\n')
        && text.All(c => c is '\n' or (>= ' ' and < '\x7F'));

    private static bool IsPlainText(string text) =>
        PlainText().IsMatch(text)
        && !text.Contains(": ", StringComparison.Ordinal)
        && !text.Contains(" #", StringComparison.Ordinal)
        && text[^1] is not (' ' or ':')
        && !LooksLikeOtherType().IsMatch(text);

    private static string DoubleQuoted(string text)
    {
        StringBuilder quoted = new("\"");
        foreach (char c in text)
            _ = c switch
            {
                '"' or '\\' => quoted.Append('\\').Append(c),
                >= ' ' and < '\x7F' => quoted.Append(c),
                _ => quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
            };
        return quoted.Append('"').ToString();
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_./$~][A-Za-z0-9_./$~@{}()\[\]*+=<>|&!?',;:^""# -]*\z")]
    private static partial Regex PlainText();

    /// <summary>Keywords of YAML 1.1 and whatever begins as a number or a time does.</summary>
    [GeneratedRegex(
        @"\A(?:~|null|true|false|yes|no|on|off|y|n|[.+-]?[0-9][0-9_.,:eExXobOB+-]*[a-fA-F0-9]*|\.inf|\.nan|=|<<)\z",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex LooksLikeOtherType();
}
