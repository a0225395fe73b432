using Spectre.Console;
using Spectre.Console.Rendering;

namespace Slipway.Graph;

/// <summary>
/// What people and programs see: lines and progress go to the log (standard error), results to the output (standard
/// output). On a terminal tables are drawn to its width; elsewhere they are plain and as wide as they need.
/// </summary>
/// <param name="log">Lines and progress.</param>
/// <param name="output">Results.</param>
internal sealed class Report(TextWriter log, TextWriter output)
{
    private const int Unbounded = 1000;
    private readonly Lock _gate = new();

    /// <summary>One line of the log.</summary>
    public void Line(string text)
    {
        lock (_gate)
            log.WriteLine(text);
    }

    /// <summary>One line of the result.</summary>
    public void Result(string text) => output.WriteLine(text);

    /// <summary>A document of the result, written as it is.</summary>
    public void Result(ReadOnlySpan<byte> utf8) => output.Write(System.Text.Encoding.UTF8.GetString(utf8));

    /// <summary>A table of the result.</summary>
    /// <param name="rows">Cells of plain text, as many as there are columns.</param>
    public void Table(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        Table table = new() { Border = Plain ? TableBorder.None : TableBorder.Rounded, UseSafeBorder = true };
        foreach (string column in columns)
            table.AddColumn(new TableColumn(new Text(column)) { NoWrap = Plain, Padding = new Padding(0, 0, 2, 0) });
        foreach (IReadOnlyList<string> row in rows)
            table.AddRow(row.Select(cell => (IRenderable)new Text(cell)));
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = Plain ? AnsiSupport.No : AnsiSupport.Detect,
            Interactive = InteractionSupport.No,
        });
        if (Plain)
            console.Profile.Width = Unbounded;
        console.Write(table);
    }

    private bool Plain => output != Console.Out || Console.IsOutputRedirected;
}
