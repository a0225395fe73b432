using System.Globalization;
using System.Text;
using System.Text.Json;
using Slipway.Fetching;
using Slipway.Reporting;
using Slipway.Workflows;

namespace Slipway.Views;

/// <summary>The outcome of the target <c>Cache</c> for people and programs.</summary>
internal static class CacheView
{
    /// <summary>A table of kinds; before it a line for each file that was wrong, and one for what was pruned.</summary>
    public static void Show(Report report, CacheOutcome outcome)
    {
        if (outcome.Wrong is { } wrong)
        {
            foreach (CachedFile file in wrong)
                report.Result($"wrong, removed: {file.Digest} ({Megabytes(file.Bytes)})");
            report.Result(wrong.Count == 0 ? "every file is what its name says" : $"{wrong.Count} wrong");
        }

        if (outcome.Pruned is { } pruned)
        {
            string stayed = pruned.InUse == 0 ? "" : $"; {pruned.InUse} stayed, since another run may be at them";
            string records =
                outcome.Records == 0
                    ? ""
                    : $", and {outcome.Records} {(outcome.Records == 1 ? "record" : "records")} of layers that are gone";
            long bytes = pruned.Bytes + outcome.PrunedBases.Sum(kept => kept.Bytes);
            string bases =
                outcome.PrunedBases.Count == 0
                    ? ""
                    : $", {outcome.PrunedBases.Count} base {(outcome.PrunedBases.Count == 1 ? "image" : "images")}";
            report.Result(
                $"pruned {pruned.Removed.Count} {(pruned.Removed.Count == 1 ? "file" : "files")} and {pruned.Unfinished} "
                    + $"unfinished{bases}, {Megabytes(bytes)}{records}{stayed}"
            );
        }

        CacheSummary left = outcome.Left;
        report.Table(
            ["kind", "files", "size"],
            left.Kinds.Select(kind => (IReadOnlyList<string>)[kind.Kind, Number(kind.Files), Megabytes(kind.Bytes)])
                .Concat(
                    outcome.Bases.Count == 0
                        ? []
                        :
                        [
                            ["base images", Number(outcome.Bases.Count), Megabytes(BytesOf(outcome.Bases))],
                        ]
                )
                .Append(["all", Number(left.Files + outcome.Bases.Count), Megabytes(left.Bytes + BytesOf(outcome.Bases))])
        );
        report.Line(
            $"{outcome.Folder}: {(left.Oldest is { } oldest ? $"unused for longest since {oldest:yyyy-MM-dd HH:mm}Z" : "empty")}{(left.Unfinished == 0 ? "" : $"; {left.Unfinished} unfinished")}"
        );
    }

    public static byte[] Json(CacheOutcome outcome)
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter writer = new(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            writer.WriteStartObject();
            writer.WriteString("folder", outcome.Folder);
            writer.WriteNumber("files", outcome.Left.Files);
            writer.WriteNumber("bytes", outcome.Left.Bytes);
            if (outcome.Left.Oldest is { } oldest)
                writer.WriteString("oldest", oldest);
            else
                writer.WriteNull("oldest");
            writer.WriteNumber("unfinished", outcome.Left.Unfinished);
            WriteKinds(writer, outcome.Left.Kinds);
            writer.WriteStartObject("bases");
            writer.WriteNumber("images", outcome.Bases.Count);
            writer.WriteNumber("bytes", BytesOf(outcome.Bases));
            writer.WriteEndObject();
            if (outcome.Wrong is { } wrong)
                WriteFiles(writer, "wrong", wrong);
            if (outcome.Pruned is { } pruned)
            {
                writer.WriteStartObject("pruned");
                WriteFiles(writer, "files", pruned.Removed);
                writer.WriteNumber("unfinished", pruned.Unfinished);
                writer.WriteNumber("bytes", pruned.Bytes);
                writer.WriteNumber("records", outcome.Records);
                writer.WriteNumber("bases", outcome.PrunedBases.Count);
                writer.WriteNumber("inUse", pruned.InUse);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        buffer.Write(Encoding.UTF8.GetBytes("\n"));
        return buffer.ToArray();
    }

    private static void WriteKinds(Utf8JsonWriter writer, IReadOnlyList<CacheShare> kinds)
    {
        writer.WriteStartArray("kinds");
        foreach (CacheShare kind in kinds)
        {
            writer.WriteStartObject();
            writer.WriteString("kind", kind.Kind);
            writer.WriteNumber("files", kind.Files);
            writer.WriteNumber("bytes", kind.Bytes);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteFiles(Utf8JsonWriter writer, string name, IReadOnlyList<CachedFile> files)
    {
        writer.WriteStartArray(name);
        foreach (CachedFile file in files)
        {
            writer.WriteStartObject();
            writer.WriteString("digest", file.Digest.ToString());
            writer.WriteNumber("bytes", file.Bytes);
            writer.WriteString("lastUse", file.LastUse);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static long BytesOf(IReadOnlyList<KeptBase> bases) => bases.Sum(kept => kept.Bytes);

    private static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB");

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
