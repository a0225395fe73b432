using System.Text;

namespace Nuke.Common.CI;

/// <summary>A table in GitHub's Markdown whose cells are texts and nothing else: no link, no image, no mention, no HTML.</summary>
public static class MarkdownTable
{
    /// <param name="rows">As many cells as there are columns; of several lines they become one with breaks.</param>
    public static string Of(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(rows);
        StringBuilder table = new();
        AddRow(table, columns);
        table.Append('|').Insert(table.Length, " --- |", columns.Count).Append('\n');
        foreach (IReadOnlyList<string> row in rows)
            AddRow(table, row);
        return table.ToString();
    }

    /// <summary>A text that Markdown shows as it is.</summary>
    public static string Escaped(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        StringBuilder escaped = new();
        foreach (char c in text)
            _ = c switch
            {
                '&' => escaped.Append("&amp;"),
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                // A mention, a reference to an issue and a bare address are made of these, and no backslash undoes them.
                '@' => escaped.Append("&#64;"),
                '#' => escaped.Append("&#35;"),
                ':' => escaped.Append("&#58;"),
                '\\' or '`' or '*' or '_' or '{' or '}' or '[' or ']' or '(' or ')' or '!' or '|' or '~' or '$' => escaped
                    .Append('\\')
                    .Append(c),
                '\n' => escaped.Append("<br>"),
                < ' ' => escaped.Append('?'),
                _ => escaped.Append(c),
            };
        return escaped.ToString();
    }

    private static void AddRow(StringBuilder table, IReadOnlyList<string> cells)
    {
        table.Append('|');
        foreach (string cell in cells)
            table.Append(' ').Append(Escaped(cell)).Append(" |");
        table.Append('\n');
    }
}
