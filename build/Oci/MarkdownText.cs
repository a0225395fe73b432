using System.Text.RegularExpressions;

namespace Slipway.Oci;

/// <summary>
/// Texts that others wrote, made fit for a document in GitHub's Markdown: they format nothing, link nowhere and mention nobody.
/// </summary>
public static partial class MarkdownText
{
    /// <summary>A text as it reads, on one line of at most some 200 characters.</summary>
    public static string Text(string text) =>
        Markup().Replace(Printable.Of(text), character => $"\\{character.Value}").Replace("@", "@\u200B", StringComparison.Ordinal);

    /// <summary>A text as code, on one line of at most some 200 characters; also in a table.</summary>
    public static string Code(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string line = Printable.Of(text);
        if (line.Length == 0)
            return "";
        int run = 0,
            longest = 0;
        foreach (char c in line)
            longest = Math.Max(longest, run = c == '`' ? run + 1 : 0);
        string fence = new('`', longest + 1),
            space = line[0] == '`' || line[^1] == '`' ? " " : "";
        // A table takes a bar for the cell's end even within code (GitHub Flavored Markdown, "Tables").
        return fence + space + line.Replace("|", "\\|", StringComparison.Ordinal) + space + fence;
    }

    [GeneratedRegex(@"[\\`*_{}\[\]<>()#+!|~$]")]
    private static partial Regex Markup();
}
