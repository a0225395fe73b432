using System.Globalization;
using Slipway.Inspection;
using Slipway.Oci;
using Slipway.Release;
using Slipway.Reporting;
using Slipway.Verification;

namespace Slipway.Views;

/// <summary>A reproduction as people read it; programs read its record.</summary>
internal static class ReproductionView
{
    /// <summary>So many paths of a layer are shown, and fields of a platform; the record holds all.</summary>
    private const int Most = 20;

    /// <summary>What differs, a line each; a row for each platform; the result in one line.</summary>
    public static void Show(Report report, ReproductionRecord record)
    {
        ReproductionFinding finding = record.Finding;
        if (finding.Result == ReproductionResult.Different)
        {
            ShowFields(report, "index", finding.Fields);
            foreach (PlatformReproduction platform in finding.Platforms.Where(platform => platform.Result != ReproductionResult.Identical))
            {
                ShowFields(report, platform.Platform.ToString(), platform.Fields);
                foreach (IGrouping<int, LayerDifference> layer in platform.Files.GroupBy(file => file.Layer))
                    ShowLayer(report, $"{platform.Platform}  {Printable.Of(platform.TitleOf(layer.Key))}", [.. layer]);
            }
        }

        report.Table(
            ["image", "platform", "released", "rebuilt", "fields", "paths", "result"],
            finding.Platforms.Select(platform =>
                (IReadOnlyList<string>)
                    [
                        record.Source.Parameters.Image,
                        platform.Platform.ToString(),
                        platform.Released?.Abbreviated ?? "-",
                        platform.Rebuilt.Abbreviated,
                        Count(platform.Fields.Length),
                        Count(platform.Files.Length),
                        platform.Result.Name(),
                    ]
            )
        );
        report.Result(Line(record));
    }

    /// <exception cref="ContentException">Something else came out; names the first thing and what may be the reason.</exception>
    public static void RequireReproduced(ReproductionRecord record)
    {
        if (record.Finding.Result == ReproductionResult.Different)
            throw new ContentException($"{Line(record)}. {ReproductionRecord.FileName} holds all of it{Reason(record)}");
    }

    private static string Line(ReproductionRecord record)
    {
        ReproductionFinding finding = record.Finding;
        string which = finding.IsWhole
            ? finding.Released.ToString()
            : $"{string.Join(" and ", finding.Platforms.Select(platform => $"{platform.Released} ({platform.Platform})"))} alone";
        return finding.Result switch
        {
            ReproductionResult.Identical =>
                $"identical: {record.Reference} is {which}, built again from commit {record.Source.Parameters.Commit}",
            ReproductionResult.SameContent =>
                $"same content, other compression: {record.Reference} is {which}; its layers and configuration are what came of "
                    + $"commit {record.Source.Parameters.Commit}, compressed by "
                    + $".NET {record.Source.Toolchain?.Runtime ?? "of a version that is not said"} there "
                    + $"and {record.Toolchain.Runtime} here",
            _ => $"different: {record.Reference} is not what comes of commit {record.Source.Parameters.Commit}: {Counted(finding)}",
        };
    }

    private static string Counted(ReproductionFinding finding)
    {
        LayerDifference[] files = [.. finding.Platforms.SelectMany(platform => platform.Files)];
        FieldDifference[] fields = [.. finding.Fields.Concat(finding.Platforms.SelectMany(platform => platform.Fields))];
        string first =
            files is [var file, ..]
                ? $"{(file.Path.Length == 0 ? "the layer" : Printable.Of(file.Path))} "
                    + $"({string.Join(", ", file.What)}{(file.Owner.Length == 0 ? "" : $"; {Printable.Of(file.Owner)}")})"
            : fields is [var field, ..] ? Printable.Of(field.Field)
            : "a platform";
        return $"{Count(files.Length)} {(files.Length == 1 ? "path" : "paths")} and {Count(fields.Length)} fields differ, first {first}";
    }

    /// <summary>What may have made the difference but the release: what was built with.</summary>
    private static string Reason(ReproductionRecord record)
    {
        string commit = record.Source.Parameters.Commit,
            image = record.Source.Parameters.Image;
        string program = record.OtherProgram.IsEmpty
            ? ""
            : $". The program is another than at that commit ({record.OtherProgram.Length} files, "
                + $"as {Printable.Of(record.OtherProgram[0])}): "
                + $"run git worktree add ../{image}-{commit[..7]} {commit} && ../{image}-{commit[..7]}/build.sh Assemble "
                + $"--images {image}, and compare the digest";
        string runtime =
            record.Source.Toolchain is { } there && there.Runtime != record.Toolchain.Runtime
                ? $". The release was built with .NET {there.Runtime}, this with {record.Toolchain.Runtime}"
                : "";
        return program + runtime;
    }

    private static void ShowFields(Report report, string of, IReadOnlyList<FieldDifference> fields)
    {
        foreach (FieldDifference field in fields.Take(Most))
            report.Result($"{of}  {Printable.Of(field.Field)}  {field.Was}  =>  {field.Now}");
        ShowRest(report, of, "fields", fields.Count);
    }

    private static void ShowLayer(Report report, string of, IReadOnlyList<LayerDifference> files)
    {
        foreach (LayerDifference file in files.Take(Most))
            report.Result(
                $"{of}  {(file.Path.Length == 0 ? "(all of it)" : Printable.Of(file.Path))}  {string.Join(", ", file.What)}  {Printable.Of(file.Was)}{(file.Was.Length > 0 && file.Now.Length > 0 ? "  =>  " : "")}{Printable.Of(file.Now)}  {Printable.Of(file.Owner)}".TrimEnd()
            );
        ShowRest(report, of, "paths", files.Count);
    }

    private static void ShowRest(Report report, string of, string what, int count)
    {
        if (count > Most)
            report.Result($"{of}  and {Count(count - Most)} more {what}");
    }

    private static string Count(int number) => number.ToString(CultureInfo.InvariantCulture);
}
