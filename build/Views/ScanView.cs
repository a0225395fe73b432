using System.Globalization;
using System.Text.Json;
using Slipway.Advisories;
using Slipway.Oci;
using Slipway.Reporting;
using Slipway.Scanning;
using Slipway.Verification;
using Slipway.Vex;
using Slipway.Workflows;

namespace Slipway.Views;

/// <summary>What the target <c>Scan</c> found, for people and programs.</summary>
/// <param name="maximumAge">Advisories that are older are a warning.</param>
internal sealed class ScanView(ScanResult found, TimeSpan maximumAge)
{
    private readonly IReadOnlyList<ImageFindings> _images = found.Images;
    private readonly IReadOnlyList<AdvisorySource> _sources = found.Sources;
    private readonly DateTimeOffset _now = found.Time;

    /// <summary>A line for each finding, and on the log what was looked at, what is not known, and how old the advisories are.</summary>
    public void Show(Report report)
    {
        (ImageFindings Image, Finding Finding)[] rows =
        [
            .. _images.SelectMany(image => image.Findings, (image, finding) => (image, finding)),
        ];
        if (rows.Length == 0)
            report.Result("nothing is known to be vulnerable");
        else
            report.Table(
                ["image", "severity", "id", "package", "version", "fixed in", "fixable now", "status", "judged", "where"],
                rows.Select(row => Row(row.Image, row.Finding))
            );
        Tell(report);
    }

    /// <summary>What belongs to the result whichever form that has, on the log.</summary>
    public void Tell(Report report)
    {
        foreach (ImageFindings image in _images)
        {
            SoftwareInventory inventory = image.Inventory;
            report.Line(
                $"{inventory.Image}: {image.Findings.Length} findings, {image.Findings.Count(finding => finding.IsOpen && finding.IsFixable)} fixable now, "
                    + $"{image.Findings.Count(IsUnrated)} of unknown severity; {inventory.Packages.Length} packages and modules, from "
                    + inventory.Origin
            );
            foreach (string gap in inventory.Gaps)
                report.Note($"{inventory.Image}: {gap}");
            foreach (string stale in image.Stale)
                report.Note(stale);
        }

        if (_images.Any(image => image.Findings.Any(finding => finding.Ecosystem == PackageEcosystem.Go)))
            report.Note("of Go modules: the module is in the program; whether its vulnerable code is reached is not known");
        foreach (AdvisorySource source in _sources)
        {
            report.Line($"{source.Path}: {source.Records} records; {Age(source)}");
            if (IsOld(source))
                report.Note(
                    $"{source.Path}: older than {(int)maximumAge.TotalDays} days: what was found since is missing. Fetch it again, or "
                        + "say with --max-age how old it may be"
                );
        }
    }

    public byte[] Json() =>
        OciJson.WriteIndented(writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("schema", 1);
            writer.WriteStartArray("advisories");
            foreach (AdvisorySource source in _sources)
            {
                writer.WriteStartObject();
                writer.WriteString("path", source.Path);
                writer.WriteNumber("records", source.Records);
                writer.WriteString("newest", source.Newest.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
                writer.WriteBoolean("isFileTime", source.IsFileTime);
                writer.WriteBoolean("old", IsOld(source));
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteStartArray("images");
            foreach (ImageFindings image in _images)
                Write(writer, image);
            writer.WriteEndArray();
            writer.WriteEndObject();
        });

    /// <exception cref="WorkflowException">65: there is what <paramref name="failOn"/> names.</exception>
    public void Require(FailOn? failOn)
    {
        if (failOn is not { } wanted)
            return;
        (string Image, int Count)[] failing =
        [
            .. _images
                .Select(image => (image.Inventory.Image, Count: image.Findings.Count(finding => Fails(finding, wanted))))
                .Where(image => image.Count > 0),
        ];
        if (failing.Length > 0)
            throw new WorkflowException(
                $"--fail-on {wanted.ToString().ToLowerInvariant()}: "
                    + string.Join(
                        ", ",
                        failing.Select(image => $"{image.Image}: {image.Count} {(image.Count == 1 ? "finding" : "findings")}")
                    )
                    + ". Each has a line above",
                FailureKind.WrongData
            );
    }

    private static bool Fails(Finding finding, FailOn failOn) =>
        finding.IsOpen
        && failOn switch
        {
            FailOn.Fixable => finding.IsFixable,
            FailOn.Critical => finding.Severity.Level >= SeverityLevel.Critical,
            FailOn.High => finding.Severity.Level >= SeverityLevel.High,
            FailOn.Medium => finding.Severity.Level >= SeverityLevel.Medium,
            _ => finding.Severity.Level >= SeverityLevel.Low || IsUnrated(finding),
        };

    private static bool IsUnrated(Finding finding) => finding.IsOpen && finding.Severity.Level == SeverityLevel.Unknown;

    private static IReadOnlyList<string> Row(ImageFindings image, Finding finding) =>
        [
            image.Inventory.Image,
            NameOf(finding.Severity.Level),
            finding.Id,
            finding.Package,
            finding.Version ?? "unknown",
            finding.FixedVersion ?? "-",
            finding.IsFixable ? "yes" : "no",
            StatusNames.Of(finding.Status),
            finding.Judgement?.Told ?? "-",
            Where(image.Inventory, finding),
        ];

    /// <summary>Programs; platforms only where it is not all of the image's.</summary>
    private static string Where(SoftwareInventory inventory, Finding finding)
    {
        Platform[] platforms = [.. finding.Places.Select(place => place.Platform).Distinct()];
        IEnumerable<string> programs = finding.Places.Select(place => place.Program).OfType<string>().Distinct(StringComparer.Ordinal);
        bool everywhere = inventory.Packages.Select(package => package.Platform).Distinct().Count() == platforms.Length;
        string where = string.Join('\n', programs.Concat(everywhere ? [] : platforms.Select(platform => platform.ToString())));
        return where.Length == 0 ? "all platforms" : where;
    }

    private static string NameOf(SeverityLevel level) => JsonNamingPolicy.CamelCase.ConvertName(level.ToString());

    private bool IsOld(AdvisorySource source) => _now - source.Newest > maximumAge;

    private string Age(AdvisorySource source) =>
        $"{(source.IsFileTime ? "the file is" : "the newest record is")} of {source.Newest.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}, "
        + $"{Math.Max(0, (int)(_now - source.Newest).TotalDays)} days ago";

    private static void Write(Utf8JsonWriter writer, ImageFindings image)
    {
        SoftwareInventory inventory = image.Inventory;
        writer.WriteStartObject();
        writer.WriteString("image", inventory.Image);
        writer.WriteString("origin", inventory.Origin);
        writer.WriteString("release", inventory.Codename);
        writer.WriteNumber("packages", inventory.Packages.Length);
        WriteAll(writer, "gaps", inventory.Gaps);
        WriteAll(writer, "staleJudgements", image.Stale);
        writer.WriteStartArray("findings");
        foreach (Finding finding in image.Findings)
            Write(writer, finding);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, Finding finding)
    {
        writer.WriteStartObject();
        writer.WriteString("id", finding.Id);
        WriteAll(writer, "aliases", finding.Aliases);
        writer.WriteString("ecosystem", finding.Ecosystem.ToString());
        writer.WriteString("package", finding.Package);
        writer.WriteString("version", finding.Version);
        writer.WriteString("source", finding.Source?.Name);
        writer.WriteString("sourceVersion", finding.Source?.Version.ToString());
        writer.WriteString("severity", NameOf(finding.Severity.Level));
        writer.WriteString("severitySource", finding.Severity.Source);
        writer.WriteString("status", StatusNames.Of(finding.Status));
        writer.WriteString("reason", finding.Reason);
        writer.WriteString("fixedVersion", finding.FixedVersion);
        writer.WriteBoolean("fixable", finding.IsFixable);
        writer.WriteString("summary", finding.Summary);
        if (finding.Judgement is { } judgement)
            Write(writer, judgement);
        writer.WriteStartArray("places");
        foreach (FindingPlace place in finding.Places)
        {
            writer.WriteStartObject();
            writer.WriteString("platform", place.Platform.ToString());
            writer.WriteString("purl", place.Purl);
            writer.WriteString("program", place.Program);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("imports");
        foreach (GoImport import in finding.Imports)
        {
            writer.WriteStartObject();
            writer.WriteString("path", import.Path);
            WriteAll(writer, "symbols", import.Symbols);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, VexVerdict judgement)
    {
        writer.WriteStartObject("judgement");
        writer.WriteString("status", VexWord.Of(judgement.Status));
        writer.WriteString("justification", judgement.Justification is { } justification ? VexWord.Of(justification) : null);
        writer.WriteString("reason", judgement.Reason);
        writer.WriteString("action", judgement.Action);
        writer.WriteEndObject();
    }

    private static void WriteAll(Utf8JsonWriter writer, string name, IEnumerable<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (string text in texts)
            writer.WriteStringValue(text);
        writer.WriteEndArray();
    }
}
