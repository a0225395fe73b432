using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Slipway.Release;

/// <summary>
/// A text in GitHub Flavored Markdown, from its beginning to its end. What others wrote is escaped where it is put in, by
/// <see cref="Oci.MarkdownText"/>.
/// </summary>
public sealed partial class Markdown
{
    private readonly StringBuilder _text = new();

    /// <param name="heading">Escaped already.</param>
    public Markdown Heading(string heading) => Block($"## {heading}\n");

    /// <param name="paragraph">Escaped already, of any number of lines.</param>
    public Markdown Paragraph(string paragraph) => Block(paragraph + "\n");

    /// <summary>A box that catches the eye, as GitHub draws it.</summary>
    /// <param name="lines">Escaped already.</param>
    public Markdown Warning(params IEnumerable<string> lines) =>
        Block($"> [!WARNING]\n{string.Concat(lines.Select(line => $"> {line}\n"))}");

    /// <summary>Commands or a file, as they are; the fence is longer than any in them (GFM, 4.5).</summary>
    /// <param name="language">As <c>sh</c>.</param>
    public Markdown Fenced(string language, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string fence = new('`', Math.Max(3, Ticks().Matches(text).Select(run => run.Length + 1).DefaultIfEmpty().Max()));
        return Block(string.Create(CultureInfo.InvariantCulture, $"{fence}{language}\n{text.TrimEnd('\n')}\n{fence}\n"));
    }

    /// <summary>Nothing where there is no row.</summary>
    /// <param name="columns">Escaped already, as are the cells.</param>
    public Markdown Table(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        ArgumentNullException.ThrowIfNull(columns);
        string[] lines = [.. rows.Select(Row)];
        return lines.Length == 0 ? this : Block($"{Row(columns)}|{string.Concat(columns.Select(_ => "---|"))}\n{string.Concat(lines)}");
    }

    /// <summary>The same with as many rows as there is room for.</summary>
    /// <param name="longest">As many characters the whole text has then at the most.</param>
    /// <returns>How many rows were left out.</returns>
    public int Table(IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<string>> rows, int longest)
    {
        ArgumentNullException.ThrowIfNull(rows);
        int length = _text.Length + (2 * Row(columns).Length) + (4 * columns.Count),
            fit = 0;
        while (fit < rows.Count && (length += Row(rows[fit]).Length) <= longest)
            fit++;
        Table(columns, rows.Take(fit));
        return rows.Count - fit;
    }

    public override string ToString() => _text.ToString();

    private static string Row(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |\n";

    private Markdown Block(string block)
    {
        if (_text.Length > 0)
            _text.Append('\n');
        _text.Append(block);
        return this;
    }

    [GeneratedRegex("`+")]
    private static partial Regex Ticks();
}
