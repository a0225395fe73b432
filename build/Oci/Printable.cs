using System.Text.RegularExpressions;

namespace Slipway.Oci;

/// <summary>Makes a text that others wrote fit for a message: one line of at most 200 characters, none of which steers a terminal.</summary>
public static partial class Printable
{
    private const int MaximumLength = 200;

    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string beginning = text.Length > MaximumLength ? text[..MaximumLength] + "…" : text;
        return Unprintable().Replace(beginning, "?");
    }

    [GeneratedRegex(@"[\p{C}\p{Zl}\p{Zp}]")]
    private static partial Regex Unprintable();
}
