using System.Text.RegularExpressions;

namespace Slipway.Oci;

/// <summary>Makes a text that others wrote fit for a message: one line, not long, none of which steers a terminal.</summary>
public static partial class Printable
{
    private const int MaximumLength = 200;

    private const int BeginningLength = 100;
    private const int EndLength = 300;

    /// <summary>Of a text of more than 200 characters the beginning.</summary>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string beginning = text.Length > MaximumLength ? text[..MaximumLength] + "…" : text;
        return Unprintable().Replace(beginning, "?");
    }

    /// <summary>Of a text of more than 400 characters both ends: where programs hand on what others said, the cause comes last.</summary>
    public static string EndsOf(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string ends = text.Length > BeginningLength + EndLength ? $"{text[..BeginningLength]} … {text[^EndLength..]}" : text;
        return Unprintable().Replace(ends, "?");
    }

    [GeneratedRegex(@"[\p{C}\p{Zl}\p{Zp}]")]
    private static partial Regex Unprintable();
}
