using System.Globalization;
using Slipway.Inspection;
using Slipway.Oci;
using Slipway.Reporting;

namespace Slipway.Views;

/// <summary>Comparisons of two builds, as people and programs read them.</summary>
internal static class CompareView
{
    /// <summary>What nobody explained, a line each; then a row for each platform and for each reason.</summary>
    public static void Show(Report report, IReadOnlyList<Comparison> comparisons)
    {
        foreach (Comparison comparison in comparisons)
        {
            foreach (ImageDifference one in comparison.Unexplained)
                report.Result(
                    $"{comparison.Image} {one.Platform}  {one.Kind}  {one.Change, -7}  {one.Name} "
                        + $" {one.Was}{(one.Was.Length > 0 && one.Now.Length > 0 ? "  =>  " : "")}{one.Now}"
                );
            foreach (string idle in comparison.Idle)
                report.Result(idle);
        }

        report.Table(
            ["image", "platform", "packages", "paths", "explained", "unexplained"],
            from comparison in comparisons
            from platform in comparison.Platforms
            select (IReadOnlyList<string>)
                [
                    comparison.Image,
                    platform.Platform.ToString(),
                    Count(platform.Packages),
                    Count(platform.Paths),
                    Count(comparison.Excused.Count(one => one.Difference.Platform == platform.Platform)),
                    Count(comparison.Unexplained.Count(one => one.Platform == platform.Platform)),
                ]
        );
        report.Table(
            ["image", "paths", "why they may differ"],
            from comparison in comparisons
            from reason in comparison.Excused.GroupBy(one => one.Reason, StringComparer.Ordinal)
            select (IReadOnlyList<string>)
                [comparison.Image, Count(reason.Select(one => one.Difference.Name).Distinct(StringComparer.Ordinal).Count()), reason.Key]
        );
    }

    public static byte[] Json(IReadOnlyList<Comparison> comparisons) =>
        OciJson.WriteIndented(writer =>
        {
            writer.WriteStartArray();
            foreach (Comparison comparison in comparisons)
            {
                writer.WriteStartObject();
                writer.WriteString("image", comparison.Image);
                writer.WriteBoolean("agrees", comparison.Agrees);
                writer.WriteStartArray("platforms");
                foreach (ComparedCount platform in comparison.Platforms)
                {
                    writer.WriteStartObject();
                    writer.WriteString("platform", platform.Platform.ToString());
                    writer.WriteNumber("paths", platform.Paths);
                    writer.WriteNumber("packages", platform.Packages);
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
                writer.WriteStartArray("differences");
                foreach (
                    (ImageDifference one, string? reason) in comparison
                        .Unexplained.Select(one => (one, (string?)null))
                        .Concat(comparison.Excused.Select(one => (one.Difference, (string?)one.Reason)))
                )
                {
                    writer.WriteStartObject();
                    writer.WriteString("platform", one.Platform.ToString());
                    writer.WriteString("kind", one.Kind);
                    writer.WriteString("name", one.Name);
                    writer.WriteString("change", one.Change);
                    writer.WriteString("assembled", one.Was);
                    writer.WriteString("dockerfile", one.Now);
                    writer.WriteString("reason", reason);
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
                writer.WriteStartArray("idle");
                foreach (string idle in comparison.Idle)
                    writer.WriteStringValue(idle);
                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });

    /// <exception cref="ContentException">
    /// Something differs that nobody explained, or something is explained that does not differ.
    /// </exception>
    public static void RequireAgreement(IReadOnlyList<Comparison> comparisons)
    {
        Comparison[] wrong = [.. comparisons.Where(comparison => !comparison.Agrees)];
        if (wrong.Length > 0)
            throw new ContentException(
                $"{string.Join("; ", wrong.Select(one => $"{one.Image}: {one.Unexplained.Length} differences unexplained, {one.Idle.Length} entries of {CompareFile.FileName} idle"))}. "
                    + $"Correct the Dockerfile or the definition, or list in images/NAME/{CompareFile.FileName} why they may differ"
            );
    }

    private static string Count(int number) => number.ToString(CultureInfo.InvariantCulture);
}
