using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Slipway.Oci;

/// <summary>
/// Makes a text that others wrote fit to be read: none of it steers a terminal, ends a line, hides, or turns the reading direction around,
/// and none of it is a command to a CI server. <see cref="Of"/> and <see cref="EndsOf"/> are for where such a text is put into a sentence;
/// <see cref="Line"/>, <see cref="Lines"/>, <see cref="Document"/> and <see cref="Json"/> are the last step before text leaves the program.
/// What cannot be shown stands as <c>?</c>: control characters, line and paragraph separators, format characters (bidirectional controls,
/// zero width, tags), unpaired surrogates, private use, unassigned code points, and letters and marks that Unicode lets a reader ignore
/// (Unicode Standard, 5.21, Default_Ignorable_Code_Point). decisions/0027 says why.
/// </summary>
public static partial class Printable
{
    private const int MaximumLength = 200;

    private const int BeginningLength = 100;
    private const int EndLength = 300;

    /// <summary>How GitHub's Markdown has an at sign that calls nobody.</summary>
    private const string Uncalled = "@\u200B";

    /// <summary>Of a text of more than 200 characters the beginning, on one line.</summary>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Clean(text.Length > MaximumLength ? text[..MaximumLength] + "…" : text);
    }

    /// <summary>Of a text of more than 400 characters both ends: where programs hand on what others said, the cause comes last.</summary>
    public static string EndsOf(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Clean(text.Length > BeginningLength + EndLength ? $"{text[..BeginningLength]} … {text[^EndLength..]}" : text);
    }

    /// <summary>The whole text as one line of an output; a tab becomes a blank. Cleaning twice changes nothing.</summary>
    public static string Line(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return WithoutCommand(Clean(text.Replace('\t', ' ')));
    }

    /// <summary>
    /// A text of several lines, as a compiler's output or a trace: all lines but the first begin with a bar, so that none passes for one of
    /// ours.
    /// </summary>
    public static string Lines(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] lines = text.TrimEnd('\r', '\n').Split('\n');
        return string.Join('\n', lines.Select((line, i) => (i == 0 ? "" : "  | ") + Line(line.TrimEnd('\r'))));
    }

    /// <summary>
    /// A document whose line ends and tabs are its own, as Markdown that puts what others wrote on one line each, with a zero-width space
    /// after each <c>@</c> so that nobody is called.
    /// </summary>
    public static string Document(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return string.Join(
            '\n',
            text.Split('\n').Select(line => WithoutCommand(string.Join('\t', line.Split('\t').Select(CleanButMentions))))
        );
    }

    /// <summary>
    /// A JSON document that says the same in printable characters: what could not be shown is escaped (RFC 8259, section 7), and so is the
    /// sign that begins a CI server's command. Outside of strings JSON has neither.
    /// </summary>
    public static string Json(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        string safe = HashCommand().Replace(json, "\\u0023");
        if (safe.All(c => c is '\n' or (>= ' ' and < '\x7F')))
            return safe;
        StringBuilder text = new(safe.Length);
        for (int i = 0, length; i < safe.Length; i += length)
        {
            bool shown = IsShown(safe, i, out length) || safe[i] is '\n' or '\r' or '\t';
            for (int at = i; at < i + length; at++)
                _ = shown ? text.Append(safe[at]) : text.Append(CultureInfo.InvariantCulture, $"\\u{(int)safe[at]:x4}");
        }

        return text.ToString();
    }

    private static string CleanButMentions(string text) => string.Join(Uncalled, text.Split(Uncalled).Select(Clean));

    private static string Clean(string text)
    {
        if (text.All(c => c is >= ' ' and < '\x7F'))
            return text;
        StringBuilder clean = new(text.Length);
        for (int i = 0, length; i < text.Length; i += length)
            _ = IsShown(text, i, out length) ? clean.Append(text, i, length) : clean.Append('?');
        return clean.ToString();
    }

    /// <param name="length">Of the code point, in characters; 1 for an unpaired surrogate.</param>
    private static bool IsShown(string text, int at, out int length)
    {
        if (!Rune.TryGetRuneAt(text, at, out Rune rune))
        {
            length = 1;
            return false;
        }

        length = rune.Utf16SequenceLength;
        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.Control
            or UnicodeCategory.Format
            or UnicodeCategory.Surrogate
            or UnicodeCategory.PrivateUse
            or UnicodeCategory.OtherNotAssigned
            or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator => false,
            UnicodeCategory.SpaceSeparator => rune.Value == ' ',
            _ => !IsIgnorable(rune.Value),
        };
    }

    /// <summary>
    /// Letters, marks and signs without a look of their own (Unicode's DerivedCoreProperties.txt, and the empty Braille cell).
    /// </summary>
    private static bool IsIgnorable(int code) =>
        code
            is 0x034F
                or 0x115F
                or 0x1160
                or 0x17B4
                or 0x17B5
                or (>= 0x180B and <= 0x180F)
                or 0x2800
                or 0x3164
                or (>= 0xFE00 and <= 0xFE0F)
                or 0xFFA0
                or (>= 0xFFF0 and <= 0xFFFB)
                or (>= 0xE0000 and <= 0xE0FFF);

    /// <summary>
    /// GitHub takes <c>::</c> at a line's beginning for a command, and <c>##[</c> anywhere; Azure and TeamCity take <c>##vso[</c> and
    /// <c>##teamcity[</c>.
    /// </summary>
    private static string WithoutCommand(string line) => HashCommand().Replace(ColonCommand().Replace(line, "$1: :"), "# ");

    [GeneratedRegex(@"^(\s*)::")]
    private static partial Regex ColonCommand();

    [GeneratedRegex(@"#(?=#[A-Za-z]*\[)")]
    private static partial Regex HashCommand();
}
