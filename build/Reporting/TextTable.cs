using Spectre.Console;
using Spectre.Console.Rendering;

namespace Slipway.Reporting;

/// <summary>
/// A table as text, whose words stay whole: a tag or a digest is there to be copied. Where a terminal is too narrow for its columns, rows
/// become records one under another.
/// </summary>
/// <param name="columns">Their names.</param>
/// <param name="rows">Cells of one or more lines.</param>
internal sealed class TextTable(IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<string>> rows)
{
    /// <summary>What a border and a column's padding take.</summary>
    private const int BesideCell = 3;

    /// <summary>For a file or a pipe: no borders, and as wide as it needs.</summary>
    public void WritePlain(TextWriter output)
    {
        int[] widths = Widths(Longest);
        Write(output, new Table { Border = TableBorder.None }, widths, widths.Sum() + (BesideCell * widths.Length) + 1);
    }

    /// <summary>For a terminal.</summary>
    /// <param name="width">Of the terminal, in columns.</param>
    /// <param name="isDumb">Whether it has no more than ASCII.</param>
    public void WriteTo(TextWriter output, int width, bool isDumb)
    {
        int[] widths = Widths(Longest),
            words = Widths(line => line.Split(' ').Max(word => word.Length));
        int excess = widths.Sum() + (BesideCell * widths.Length) + 1 - width;
        // The widest column gives way first, as far as its words let it.
        while (excess > 0 && Enumerable.Range(0, widths.Length).Where(i => widths[i] > words[i]).ToArray() is { Length: > 0 } wide)
        {
            widths[wide.MaxBy(i => widths[i])]--;
            excess--;
        }

        if (excess > 0)
            WriteRecords(output, width);
        else
            Write(output, new Table { Border = isDumb ? TableBorder.Ascii : TableBorder.Rounded }, widths, width);
    }

    private void Write(TextWriter output, Table table, int[] widths, int width)
    {
        bool isPlain = table.Border == TableBorder.None;
        IAnsiConsole console = AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                Out = new AnsiConsoleOutput(output),
                Ansi = AnsiSupport.No,
                Interactive = InteractionSupport.No,
            }
        );
        console.Profile.Width = width;
        console.Profile.Capabilities.Unicode = table.Border == TableBorder.Rounded;
        for (int i = 0; i < columns.Count; i++)
            table.AddColumn(
                new TableColumn(new Text(columns[i])) { Width = widths[i], Padding = new Padding(isPlain ? 0 : 1, 0, isPlain ? 2 : 1, 0) }
            );
        foreach (IReadOnlyList<string> row in rows)
            table.AddRow(row.Select(cell => (IRenderable)new Text(cell)));
        console.Write(table);
    }

    /// <summary>A row's first cell, and below it the name and value of each other one that says something.</summary>
    private void WriteRecords(TextWriter output, int width)
    {
        int names = columns.Skip(1).Select(column => column.Length).DefaultIfEmpty().Max();
        foreach (IReadOnlyList<string> row in rows)
        {
            output.WriteLine(row[0]);
            for (int i = 1; i < columns.Count; i++)
            {
                string[] lines = row[i].Split('\n');
                if (lines is [""])
                    continue;
                string name = $"  {columns[i]}";
                if (lines.All(line => 2 + names + 2 + line.Length <= width))
                {
                    for (int at = 0; at < lines.Length; at++)
                        output.WriteLine((at == 0 ? name : "").PadRight(2 + names + 2) + lines[at]);
                    continue;
                }

                output.WriteLine(name);
                foreach (string line in lines.SelectMany(line => Wrapped(line, width - 4)))
                    output.WriteLine($"    {line}");
            }
        }
    }

    /// <summary>Lines of whole words; a word that is wider has a line of its own.</summary>
    private static IEnumerable<string> Wrapped(string text, int width)
    {
        string line = "";
        foreach (string word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = "";
            }

            line = line.Length == 0 ? word : $"{line} {word}";
        }

        yield return line;
    }

    private static int Longest(string line) => line.Length;

    private int[] Widths(Func<string, int> measure) =>
        [.. columns.Select((column, i) => rows.SelectMany(row => row[i].Split('\n')).Append(column).Max(measure))];
}
