using System.Text;
using System.Text.Json;
using Slipway.Advisories;
using Slipway.Oci;
using Slipway.Vex;

namespace Slipway.Scanning;

/// <summary>
/// Findings as a SARIF log (OASIS, "Static Analysis Results Interchange Format Version 2.1.0"): a run for each image, a rule for each
/// weakness, a result for each finding. Of it GitHub's code scanning makes alerts.
/// </summary>
public static class SarifLog
{
    private const string Schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

    /// <summary>GitHub takes no more results of a run.</summary>
    private const int MostResults = 25_000;

    /// <summary>The same findings always give the same bytes.</summary>
    /// <exception cref="ContentException">There are too many.</exception>
    public static byte[] ToBytes(IReadOnlyList<ImageFindings> images) =>
        OciJson.WriteIndented(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("$schema", Schema);
            writer.WriteString("version", "2.1.0");
            writer.WriteStartArray("runs");
            foreach (ImageFindings image in images)
                WriteRun(writer, image);
            writer.WriteEndArray();
            writer.WriteEndObject();
        });

    private static void WriteRun(Utf8JsonWriter writer, ImageFindings image)
    {
        if (image.Findings.Length > MostResults)
            throw new ContentException(
                $"{image.Inventory.Image}: wanted at most {MostResults} findings in a SARIF run, got {image.Findings.Length}"
            );
        Finding[] rules = [.. image.Findings.DistinctBy(finding => finding.Id).OrderBy(finding => finding.Id, StringComparer.Ordinal)];
        Dictionary<string, int> index = rules.Select((rule, at) => (rule.Id, at)).ToDictionary(StringComparer.Ordinal);
        writer.WriteStartObject();
        writer.WriteStartObject("tool");
        writer.WriteStartObject("driver");
        writer.WriteString("name", "Slipway");
        writer.WriteStartArray("rules");
        foreach (Finding rule in rules)
            WriteRule(writer, rule, image.Findings.Where(finding => finding.Id == rule.Id).Max(finding => finding.Severity.Level));
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndObject();
        // What is behind the last slash tells runs of one category apart (3.17.3).
        writer.WriteStartObject("automationDetails");
        writer.WriteString("id", $"slipway-scan/{image.Inventory.Image}/");
        writer.WriteEndObject();
        writer.WriteStartArray("results");
        foreach (Finding finding in image.Findings)
            WriteResult(writer, image.Inventory, finding, index[finding.Id]);
        writer.WriteEndArray();
        writer.WriteString("columnKind", "utf16CodeUnits");
        writer.WriteEndObject();
    }

    private static void WriteRule(Utf8JsonWriter writer, Finding rule, SeverityLevel severity)
    {
        writer.WriteStartObject();
        writer.WriteString("id", rule.Id);
        WriteText(writer, "shortDescription", rule.Summary.Length == 0 ? rule.Id : $"{rule.Id}: {rule.Summary}");
        if (AddressOf(rule) is { } address)
            writer.WriteString("helpUri", address);
        writer.WriteStartObject("properties");
        writer.WriteStartArray("tags");
        writer.WriteStringValue("security");
        writer.WriteEndArray();
        // GitHub sorts by a number as text; it has none for what nobody rated.
        if (ScoreOf(severity) is { } score)
            writer.WriteString("security-severity", score);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteResult(Utf8JsonWriter writer, SoftwareInventory inventory, Finding finding, int rule)
    {
        writer.WriteStartObject();
        writer.WriteString("ruleId", finding.Id);
        writer.WriteNumber("ruleIndex", rule);
        writer.WriteString("level", LevelOf(finding));
        WriteText(writer, "message", $"{inventory.Image}: {Describe(finding)}");
        writer.WriteStartArray("locations");
        writer.WriteStartObject();
        writer.WriteStartObject("physicalLocation");
        writer.WriteStartObject("artifactLocation");
        writer.WriteString("uri", inventory.File ?? Escaped(inventory.Image));
        writer.WriteEndObject();
        // There must be one for GitHub; which line it is says nothing.
        writer.WriteStartObject("region");
        writer.WriteNumber("startLine", 1);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteStartArray("logicalLocations");
        foreach (FindingPlace place in finding.Places)
        {
            writer.WriteStartObject();
            writer.WriteString("fullyQualifiedName", $"{place.Platform}:{place.Program ?? place.Purl ?? finding.Package}");
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteStartObject("partialFingerprints");
        // The version is no part of it: an update that does not mend it leaves the alert what it is.
        writer.WriteString(
            "slipwayFinding/v1",
            Digest.Of(Encoding.UTF8.GetBytes($"{inventory.Image}\n{finding.Id}\n{finding.Ecosystem}\n{finding.Package}")).Hex
        );
        writer.WriteEndObject();
        WriteJudgement(writer, finding);
        writer.WriteEndObject();
    }

    /// <summary>A result without suppressions counts (3.27.23); what is judged not to matter was taken out by somebody (3.35.2).</summary>
    private static void WriteJudgement(Utf8JsonWriter writer, Finding finding)
    {
        if (finding.Judgement is not { Status: VexStatus.NotAffected or VexStatus.Fixed } judgement)
            return;
        writer.WriteStartArray("suppressions");
        writer.WriteStartObject();
        writer.WriteString("kind", "external");
        writer.WriteString("status", "accepted");
        writer.WriteString("justification", Printable.Line(judgement.Told));
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    /// <summary>A message's brackets would be a link (3.11.6).</summary>
    private static void WriteText(Utf8JsonWriter writer, string name, string text)
    {
        writer.WriteStartObject(name);
        writer.WriteString(
            "text",
            Printable
                .Line(text)
                .Replace("\\", "\\\\", StringComparison.Ordinal)
                .Replace("[", "\\[", StringComparison.Ordinal)
                .Replace("]", "\\]", StringComparison.Ordinal)
        );
        writer.WriteEndObject();
    }

    private static string Describe(Finding finding)
    {
        string version = finding.Version ?? "of an unknown version";
        string fix = finding.FixedVersion is null ? "nothing fixes it" : $"fixed in {finding.FixedVersion}";
        string status = finding.Status == AdvisoryStatus.Affected ? "" : $", {StatusNames.Of(finding.Status)}";
        string judged = finding.Judgement is null ? "" : $"; judged {finding.Judgement.Told}";
        string programs = string.Join(", ", finding.Places.Select(place => place.Program).OfType<string>().Distinct());
        return $"{finding.Package} {version}{(programs.Length == 0 ? "" : $" in {programs}")}{status}; {fix}{judged}";
    }

    /// <summary>How a result counts (3.27.10).</summary>
    private static string LevelOf(Finding finding) =>
        !finding.IsOpen ? "note"
        : finding.Severity.Level >= SeverityLevel.High ? "error"
        : finding.Severity.Level is SeverityLevel.Medium or SeverityLevel.Unknown ? "warning"
        : "note";

    private static string? ScoreOf(SeverityLevel level) =>
        level switch
        {
            SeverityLevel.Critical => "9.5",
            SeverityLevel.High => "8.0",
            SeverityLevel.Medium => "5.5",
            SeverityLevel.Low => "2.0",
            SeverityLevel.Negligible => "0.0",
            _ => null,
        };

    private static string? AddressOf(Finding finding)
    {
        string id = Uri.EscapeDataString(finding.Id);
        return finding.Ecosystem == PackageEcosystem.Debian ? $"https://security-tracker.debian.org/tracker/{id}"
            : finding.Id.StartsWith("GO-", StringComparison.Ordinal) ? $"https://pkg.go.dev/vuln/{id}"
            : $"https://osv.dev/vulnerability/{id}";
    }

    /// <summary>A relative address (RFC 3986, 4.2).</summary>
    private static string Escaped(string name) => string.Join('/', name.Split('/').Select(Uri.EscapeDataString));
}
