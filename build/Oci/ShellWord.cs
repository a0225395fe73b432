using System.Text.RegularExpressions;

namespace Slipway.Oci;

/// <summary>Words of a command line that people paste into a shell (POSIX.1, Shell Command Language, 2.2).</summary>
public static partial class ShellWord
{
    /// <summary>
    /// One word that every shell reads as this text and as nothing else; the text as it is where no shell reads more into it.
    /// </summary>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Plain().IsMatch(text) ? text : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }

    /// <summary>Several words, a blank between any two.</summary>
    public static string Join(IEnumerable<string> words) => string.Join(' ', words.Select(Of));

    [GeneratedRegex(@"\A[A-Za-z0-9_@%+=:,./-]+\z")]
    private static partial Regex Plain();
}
