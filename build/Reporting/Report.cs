using System.Text;
using Nuke.Common.CI;
using Slipway.Oci;

namespace Slipway.Reporting;

/// <summary>
/// What people and programs see: lines and progress go to the log (standard error), results to the output (standard
/// output). On a terminal tables fit its width, or are records one under another; elsewhere they are plain and as wide as they
/// need. Whatever others wrote into a text, a line stays one line, and nothing in it steers a terminal or a CI server
/// (<see cref="Printable"/>).
/// </summary>
/// <param name="log">Lines and progress.</param>
/// <param name="output">Results.</param>
/// <param name="plain">Whether the output is a file or a pipe.</param>
internal sealed class Report(TextWriter log, TextWriter output, bool plain)
{
    private readonly Lock _gate = new();

    /// <summary>To this process's own streams.</summary>
    public static Report ToConsole() =>
        new(Console.Error, Console.Out, Console.IsOutputRedirected)
        {
            Page = new StepFiles(name => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null),
        };

    /// <summary>Where tables and notes are shown, too: the page of a CI server's step; null for nowhere.</summary>
    public StepFiles? Page { get; init; }

    /// <summary>Columns of the terminal; null asks it.</summary>
    public int? Width { get; init; }

    /// <summary>Whether the terminal knows no more than letters: tables are drawn with them.</summary>
    public bool IsDumb { get; init; } = Environment.GetEnvironmentVariable("TERM") == "dumb";

    private static int TerminalWidth => Console.WindowWidth is > 0 and var width ? width : 80;

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
        TextTable table = new(columns, cells);
        if (plain)
            table.WritePlain(output);
        else
            table.WriteTo(output, Width ?? TerminalWidth, IsDumb);
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
}
