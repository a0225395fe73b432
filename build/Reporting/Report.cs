using System.Text;
using Nuke.Common.CI;
using Slipway.Oci;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Slipway.Reporting;

/// <summary>
/// What people and programs see: lines and progress go to the log (standard error), results to the output (standard
/// output). On a terminal tables are drawn to its width; elsewhere they are plain and as wide as they need. Whatever others wrote into a
/// text, a line stays one line, and nothing in it steers a terminal or a CI server (<see cref="Printable"/>).
/// </summary>
/// <param name="log">Lines and progress.</param>
/// <param name="output">Results.</param>
/// <param name="plain">Whether the output is a file or a pipe.</param>
internal sealed class Report(TextWriter log, TextWriter output, bool plain)
{
    private const int Unbounded = 1000;
    private const int Narrowest = 12;
    private readonly Lock _gate = new();

    /// <summary>To this process's own streams.</summary>
    public static Report ToConsole() =>
        new(Console.Error, Console.Out, Console.IsOutputRedirected)
        {
            Page = new StepFiles(name => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null),
        };

    /// <summary>Where tables and notes are shown, too: the page of a CI server's step; null for nowhere.</summary>
    public StepFiles? Page { get; init; }

    /// <summary>One line of the log.</summary>
    public void Line(string text) => Write(Printable.Line(text));

    /// <summary>A line of the log that belongs to the result: it says how that is to be read.</summary>
    public void Note(string text)
    {
        Line(text);
        AddToPage(() => MarkdownTable.Escaped(Printable.Line(text)) + "\n");
    }

    /// <summary>What a program said, on as many lines of the log as it took.</summary>
    public void Lines(string text) => Write(Printable.Lines(text));

    /// <summary>One line of the result.</summary>
    public void Result(string text) => output.WriteLine(Printable.Line(text));

    /// <summary>A JSON document of the result, which says the same in printable characters.</summary>
    public void Result(ReadOnlySpan<byte> json) => output.Write(Printable.Json(Encoding.UTF8.GetString(json)));

    /// <summary>A text of the result whose line ends are its own, as Markdown.</summary>
    public void Document(string text) => output.Write(Printable.Document(text));

    /// <summary>A table of the result.</summary>
    /// <param name="rows">
    /// Cells of plain text, as many as there are columns. A line end in a cell separates values: on a terminal each gets a
    /// line, elsewhere a comma stands between them, so that a row stays one line.
    /// </param>
    public void Table(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        List<IReadOnlyList<string>> cells =
        [
            .. rows.Select(row => (IReadOnlyList<string>)[.. row.Select(cell => plain ? OnOneLine(cell) : OnLines(cell))]),
        ];
        IAnsiConsole console = AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                Out = new AnsiConsoleOutput(output),
                Ansi = plain ? AnsiSupport.No : AnsiSupport.Detect,
                Interactive = InteractionSupport.No,
            }
        );
        // Where a line is wrapped, the next one begins with what was in the middle of it.
        if (plain)
            console.Profile.Width = Math.Max(Unbounded, Widths(columns, cells, int.MaxValue).Sum() + (3 * columns.Count) + 1);
        int[] widths = Widths(columns, cells, console.Profile.Width);
        Table table = new() { Border = plain ? TableBorder.None : TableBorder.Rounded, UseSafeBorder = true };
        for (int i = 0; i < columns.Count; i++)
            table.AddColumn(
                new TableColumn(new Text(columns[i])) { Width = widths[i], Padding = new Padding(plain ? 0 : 1, 0, plain ? 2 : 1, 0) }
            );
        foreach (IReadOnlyList<string> row in cells)
            table.AddRow(row.Select(cell => (IRenderable)new Text(cell)));
        console.Write(table);
        AddToPage(() =>
            MarkdownTable.Of(
                columns,
                cells.Select(row =>
                    (IReadOnlyList<string>)[.. row.Select(cell => string.Join('\n', cell.Split('\n').Select(Printable.Line)))]
                )
            )
        );
    }

    /// <summary>A page that cannot be written is told and fails nothing.</summary>
    private void AddToPage(Func<string> markdown)
    {
        try
        {
            Page?.AddSummary(markdown());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Line($"the step's page cannot be written: {e.Message}");
        }
    }

    private void Write(string text)
    {
        lock (_gate)
            log.WriteLine(text);
    }

    private static string OnOneLine(string cell) => Printable.Line(cell.Replace("\n", ", ", StringComparison.Ordinal));

    private static string OnLines(string cell) => string.Join('\n', cell.Split('\n').Select(Printable.Line));

    /// <summary>Each column as wide as it needs; where that is more than there is, the widest ones give way and wrap.</summary>
    private static int[] Widths(IReadOnlyList<string> columns, List<IReadOnlyList<string>> rows, int available)
    {
        int[] widths =
        [
            .. columns.Select((column, i) => rows.SelectMany(row => row[i].Split('\n')).Append(column).Max(line => line.Length)),
        ];
        for (int excess = widths.Sum() + (3 * columns.Count) + 1 - available; excess > 0 && widths.Max() > Narrowest; excess--)
            widths[Array.LastIndexOf(widths, widths.Max())]--;
        return widths;
    }
}
