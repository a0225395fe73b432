using System.Text.Json;
using Slipway.Inspection;
using Slipway.Oci;
using Slipway.Reporting;
using Slipway.Scanning;
using Slipway.Updates;
using Slipway.Workflows;

namespace Slipway.Views;

/// <summary>One image that the target <c>Update</c> looked at.</summary>
/// <param name="Update">Null when nothing was newer.</param>
/// <param name="PullRequest">The address of its pull request; null when none was asked for.</param>
internal sealed record UpdatedImage(string Image, UpdateReport? Update, string? PullRequest);

/// <summary>What the target <c>Update</c> did, for people and programs.</summary>
internal static class UpdateView
{
    /// <summary>A line for each version and package, or each pull request's address; on the log what else is to be known.</summary>
    public static void Show(Report report, IReadOnlyList<UpdatedImage> images)
    {
        foreach (UpdatedImage image in images)
            Tell(report, image);
        string[] addresses = [.. images.Select(image => image.PullRequest).OfType<string>()];
        IReadOnlyList<string>[] rows = [.. images.Select(image => image.Update).OfType<UpdateReport>().SelectMany(Rows)];
        if (addresses.Length > 0)
        {
            foreach (string address in addresses)
                report.Result(address);
        }
        else if (rows.Length > 0)
        {
            report.Table(["image", "what", "from", "to", "where", "fixes"], rows);
        }
        else if (images.Count > 0)
        {
            report.Result("nothing is newer");
        }
    }

    public static byte[] Json(IReadOnlyList<UpdatedImage> images) =>
        OciJson.WriteIndented(writer =>
        {
            writer.WriteStartArray();
            foreach (UpdatedImage image in images)
            {
                writer.WriteStartObject();
                writer.WriteString("image", image.Image);
                writer.WriteBoolean("updated", image.Update is not null);
                if (image.Update is { } update)
                    Write(writer, update);
                writer.WriteString("pullRequest", image.PullRequest);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });

    private static void Tell(Report report, UpdatedImage image)
    {
        if (image.Update is not { } update)
        {
            report.Line($"{image.Image}: nothing is newer");
            return;
        }

        report.Line($"{image.Image}: {update.Title}");
        if (update.Differences is { } differences)
            report.Line(
                $"{image.Image}: {differences.Count(one => one.Kind == ImageDifference.File && one.Change == "added")} files "
                    + $"added, {differences.Count(one => one.Kind == ImageDifference.File && one.Change == "removed")} "
                    + $"removed, {differences.Count(one => one.Kind == ImageDifference.File && one.Change == "changed")} changed"
            );
        if (update.Findings is { } findings)
            report.Line(
                $"{image.Image}: known vulnerabilities: {findings.Gone.Length} vanish, {findings.New.Length} are new, {findings.Left} stay"
            );
        foreach (PlatformSize size in update.Sizes)
            report.Line($"{image.Image} {size.Platform}: {(size.Before is { } before ? $"{before} => " : "")}{size.Now} bytes in layers");
        report.Line($"{image.Image}: to release it, once it is on the main branch: git tag {update.NextTag}");
    }

    private static IEnumerable<IReadOnlyList<string>> Rows(UpdateReport update)
    {
        foreach (VersionChange change in update.Versions)
            yield return [update.Image, change.File ?? update.Image, change.From.Text, change.To.Text, "upstream", ""];
        foreach (PackageUpdate package in update.Packages)
            yield return
            [
                update.Image,
                package.Name,
                package.From?.ToString() ?? "-",
                package.To?.ToString() ?? "-",
                OutdatedView.Place(package),
                string.Join('\n', package.Fixes),
            ];
    }

    private static void Write(Utf8JsonWriter writer, UpdateReport update)
    {
        writer.WriteString("title", update.Title);
        writer.WriteString("version", update.Version);
        writer.WriteBoolean("security", update.HasSecurityFixes);
        writer.WriteStartArray("versions");
        foreach (VersionChange change in update.Versions)
        {
            writer.WriteStartObject();
            writer.WriteString("name", change.File ?? update.Image);
            writer.WriteString("from", change.From.Text);
            writer.WriteString("to", change.To.Text);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("packages");
        foreach (PackageUpdate package in update.Packages)
            OutdatedView.Write(writer, package);
        writer.WriteEndArray();
        writer.WriteStartArray("sizes");
        foreach (PlatformSize size in update.Sizes)
        {
            writer.WriteStartObject();
            writer.WriteString("platform", size.Platform.ToString());
            if (size.Before is { } before)
                writer.WriteNumber("before", before);
            writer.WriteNumber("now", size.Now);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        if (update.Differences is { } differences)
        {
            writer.WritePropertyName("differences");
            writer.WriteRawValue(InspectionView.Json(differences));
        }
        else
        {
            writer.WriteString("notCompared", update.NotCompared);
        }

        if (update.Findings is { } findings)
        {
            writer.WriteStartObject("findings");
            Write(writer, "gone", findings.Gone);
            Write(writer, "new", findings.New);
            writer.WriteNumber("left", findings.Left);
            writer.WriteEndObject();
        }

        writer.WriteString("nextTag", update.NextTag);
    }

    private static void Write(Utf8JsonWriter writer, string name, IEnumerable<Finding> findings)
    {
        writer.WriteStartArray(name);
        foreach (Finding finding in findings)
        {
            writer.WriteStartObject();
            writer.WriteString("id", finding.Id);
            writer.WriteString("package", finding.Package);
            writer.WriteString("version", finding.Version);
            writer.WriteString("severity", finding.Severity.Level.ToString().ToLowerInvariant());
            writer.WriteString("fixedVersion", finding.FixedVersion);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
