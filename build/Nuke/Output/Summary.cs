using System.Globalization;
using Nuke.Common.CI;
using Nuke.Common.Execution;
using Spectre.Console;

namespace Nuke.Common.Output;

/// <summary>
/// What is left on the screen at the end: a line per target, each failure in full, and the verdict.
/// </summary>
internal sealed class Summary(IReadOnlyCollection<ExecutableTarget> plan, BuildLog log)
{
    /// <summary>Wider than any line, so that nothing wraps in a file.</summary>
    private const int FileWidth = 2000;

    private const int Narrowest = 40;

    /// <summary>Columns of a drawn table beside the names: a status, a duration and the lines between.</summary>
    private const int Beside = 29;

    /// <summary>Nothing at <see cref="Verbosity.Quiet"/>: failures were shown when they happened.</summary>
    public void Write(bool cancelled, DateTimeOffset now)
    {
        if (!BuildLog.Shows(Verbosity.Minimal))
            return;
        log.Line("");
        WriteTable();
        WritePage();
        foreach (ExecutableTarget failed in plan.Where(x => x.Failure is not null))
        {
            log.Line("");
            log.FailureReason(failed.Name, failed.Failure!);
        }

        bool failing = plan.Any(x => x.Status is ExecutionStatus.Failed or ExecutionStatus.Aborted or ExecutionStatus.NotRun);
        string verdict =
            cancelled ? "was cancelled"
            : failing ? "failed"
            : "succeeded";
        log.Line("");
        log.Line($"Build {verdict} on {now.ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture)}.", failing ? "1;31" : "1;32");
    }

    private void WriteTable()
    {
        StringWriter text = new(CultureInfo.InvariantCulture);
        IAnsiConsole console = AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                Ansi = log.IsColoured ? AnsiSupport.Yes : AnsiSupport.No,
                ColorSystem = log.IsColoured ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
                Interactive = InteractionSupport.No,
                Out = new AnsiConsoleOutput(text),
            }
        );
        int width = log.IsTerminal ? Math.Max(Narrowest, Console.WindowWidth) : FileWidth;
        console.Profile.Width = width;
        console.Write(Table(width));
        foreach (string line in text.ToString().TrimEnd().Split('\n'))
            log.Drawn(line.TrimEnd());
    }

    /// <summary>The same on the page of a CI server's step; a page that cannot be written fails no build.</summary>
    private void WritePage()
    {
        try
        {
            log.Files.AddSummary(
                MarkdownTable.Of(
                    ["Target", "Status", "Duration", "Reason"],
                    plan.Select(target =>
                        (IReadOnlyList<string>)
                            [
                                target.Name,
                                target.Status.ToString(),
                                Ran(target) ? Words(target.Duration) : "",
                                target.Failure is { } failure ? log.Words(failure) : target.Skipped ?? "",
                            ]
                    )
                )
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Warning($"the step's summary cannot be written: {e.Message}");
        }
    }

    private Table Table(int width)
    {
        bool isDrawn = log.IsTerminal && plan.Select(target => target.Name.Length).DefaultIfEmpty().Max() + Beside <= width;
        Table table = new()
        {
            Border =
                !isDrawn ? TableBorder.None
                : log.IsDumb ? TableBorder.Ascii
                : TableBorder.Rounded,
        };
        table.AddColumn("Target").AddColumn("Status").AddColumn(new TableColumn("Duration").RightAligned());
        if (plan.Any(target => target.Skipped is not null))
            table.AddColumn("Reason");
        foreach (ExecutableTarget target in plan)
        {
            Text[] cells =
            [
                new(target.Name),
                new(target.Status.ToString(), new Style(Colour(target.Status))),
                new(Ran(target) ? Words(target.Duration) : ""),
                new(log.Shown(target.Skipped ?? "")),
            ];
            table.AddRow(cells[..table.Columns.Count]);
        }

        string[] total = ["Total", "", Words(plan.Aggregate(TimeSpan.Zero, (sum, x) => sum + x.Duration)), ""];
        table.AddRow(total[..table.Columns.Count]);
        return table;
    }

    private static bool Ran(ExecutableTarget target) =>
        target.Status is ExecutionStatus.Succeeded or ExecutionStatus.Failed or ExecutionStatus.Aborted;

    private static Color Colour(ExecutionStatus status) =>
        status switch
        {
            ExecutionStatus.Succeeded => Color.Green,
            ExecutionStatus.Failed or ExecutionStatus.Aborted => Color.Red,
            ExecutionStatus.NotRun => Color.Yellow,
            _ => Color.Grey,
        };

    /// <summary>Tenths of seconds below a minute, then minutes and seconds.</summary>
    private static string Words(TimeSpan duration) =>
        duration.TotalSeconds < 60
            ? string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(duration.TotalSeconds * 10) / 10:0.0} s")
            : string.Create(CultureInfo.InvariantCulture, $"{(int)duration.TotalMinutes}:{duration.Seconds:00} min");
}
