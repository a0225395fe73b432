using System.Globalization;
using Slipway.Inspection;
using Slipway.Oci;
using Slipway.Reporting;
using Slipway.Workflows;

namespace Slipway.Views;

/// <summary>What inspections found, as people and programs read it.</summary>
internal static class InspectionView
{
    /// <summary>A line for each violation, or for each platform that has none.</summary>
    public static void Show(Report report, IReadOnlyList<InspectionResult> results)
    {
        foreach (Violation violation in results.SelectMany(result => result.Violations))
            report.Result(violation.ToString());
        InspectionResult[] passed = [.. results.Where(result => result.Passed)];
        if (passed.Length > 0)
        {
            report.Table(
                ["image", "platform", "files", "ELF files", "links", "verdict"],
                from result in passed
                from platform in result.Platforms
                select (IReadOnlyList<string>)
                    [
                        result.Image,
                        platform.Platform.ToString(),
                        Count(platform.Files),
                        Count(platform.ElfFiles),
                        Count(platform.Links),
                        "holds",
                    ]
            );
        }
    }

    /// <summary>The same to the log, a line for each violation or each image.</summary>
    public static void Log(Report report, IReadOnlyList<InspectionResult> results)
    {
        foreach (InspectionResult result in results)
        {
            foreach (string line in InspectWorkflow.Lines(result))
                report.Line(line);
        }
    }

    public static byte[] Json(IReadOnlyList<InspectionResult> results) =>
        OciJson.WriteIndented(writer =>
        {
            writer.WriteStartArray();
            foreach (InspectionResult result in results)
                InspectionRecord.Write(writer, result);
            writer.WriteEndArray();
        });

    /// <summary>A line for each difference.</summary>
    public static void Show(Report report, IReadOnlyList<ImageDifference> differences)
    {
        if (differences.Count == 0)
        {
            report.Result("no difference");
            return;
        }

        // Lines rather than a table: a table is built as a whole, and two images may differ in every file.
        foreach (ImageDifference one in differences)
            report.Result(
                $"{one.Platform}  {one.Kind}  {one.Change, -7}  {one.Name} "
                    + $" {one.Was}{(one.Was.Length > 0 && one.Now.Length > 0 ? "  =>  " : "")}{one.Now}"
            );
    }

    public static byte[] Json(IReadOnlyList<ImageDifference> differences) =>
        OciJson.WriteIndented(writer =>
        {
            writer.WriteStartArray();
            foreach (ImageDifference one in differences)
            {
                writer.WriteStartObject();
                writer.WriteString("platform", one.Platform.ToString());
                writer.WriteString("kind", one.Kind);
                writer.WriteString("name", one.Name);
                writer.WriteString("change", one.Change);
                writer.WriteString("was", one.Was);
                writer.WriteString("now", one.Now);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });

    /// <exception cref="ContentException">An image violates its contract; says which and how often.</exception>
    public static void RequirePassed(IReadOnlyList<InspectionResult> results)
    {
        InspectionResult[] refused = [.. results.Where(result => !result.Passed)];
        if (refused is [var only])
            only.Require();
        if (refused.Length > 1)
            throw new ContentException(
                $"{refused.Sum(result => result.Violations.Length)} violations of contracts "
                    + $"({string.Join(", ", refused.Select(result => $"{result.Image} {result.Violations.Length}"))}); nothing may "
                    + "be signed"
            );
    }

    private static string Count(int number) => number.ToString(CultureInfo.InvariantCulture);
}
