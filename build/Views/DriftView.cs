using Slipway.Oci;
using Slipway.Release;
using Slipway.Reporting;
using Slipway.Trust;
using Slipway.Verification;
using Slipway.Workflows;

namespace Slipway.Views;

/// <summary>What the target <c>Drift</c> found, for people and programs.</summary>
internal static class DriftView
{
    private const string NotJudged =
        "signatures, statements and the claims of tags were not verified: no public key or identity was given. Give --public-key FILE, or "
        + "--identity and --issuer";

    /// <summary>A line for each finding, and on the log what was looked at.</summary>
    public static void Show(Report report, IReadOnlyList<DriftReport> reports)
    {
        DriftFinding[] findings = [.. reports.SelectMany(one => one.Findings)];
        if (findings.Length == 0)
            report.Result(reports.All(one => one.IsJudged) ? "nothing differs" : $"nothing differs; {NotJudged}");
        else
            report.Table(
                ["finding", "repository", "tag", "digest", "what was found"],
                findings.Select(finding =>
                    (IReadOnlyList<string>)
                        [finding.Kind.Name(), finding.Repository, finding.Tag ?? "-", finding.Digest?.Abbreviated ?? "-", finding.Text]
                )
            );
        if (findings.Length > 0 && reports.Any(one => !one.IsJudged))
            report.Note(NotJudged);
        foreach (DriftReport one in reports.Where(one => one.Omitted > 0))
            report.Result($"{one.Image}: and {one.Omitted} findings more, which are not listed");
        foreach (DriftReport one in reports)
            report.Line(
                $"{one.Image}: {one.Tags} tags, {one.Content} manifests and "
                    + $"blobs, {one.Findings.Length} {(one.Findings.Length == 1 ? "finding" : "findings")}"
            );
    }

    public static byte[] Json(IReadOnlyList<DriftReport> reports) =>
        OciJson.WriteIndented(writer =>
        {
            writer.WriteStartArray();
            foreach (DriftReport one in reports)
            {
                writer.WriteStartObject();
                writer.WriteString("image", one.Image);
                writer.WriteNumber("tags", one.Tags);
                writer.WriteNumber("content", one.Content);
                writer.WriteBoolean("judged", one.IsJudged);
                writer.WriteStartArray("repositories");
                foreach (Reference destination in one.Destinations)
                    writer.WriteStringValue(destination.Name);
                writer.WriteEndArray();
                writer.WriteStartArray("findings");
                foreach (DriftFinding finding in one.Findings)
                {
                    writer.WriteStartObject();
                    writer.WriteString("kind", finding.Kind.Name());
                    writer.WriteString("reason", finding.Reason?.Name());
                    writer.WriteString("repository", finding.Repository);
                    writer.WriteString("tag", finding.Tag);
                    writer.WriteString("digest", finding.Digest?.ToString());
                    writer.WriteString("text", finding.Text);
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
                if (one.Omitted > 0)
                    writer.WriteNumber("omitted", one.Omitted);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });

    /// <exception cref="WorkflowException">
    /// 65: something differs; 75: nothing does, as far as the registries could be asked.
    /// </exception>
    public static void RequireNone(IReadOnlyList<DriftReport> reports)
    {
        DriftFinding[] findings = [.. reports.SelectMany(one => one.Findings)];
        if (findings.Length == 0)
            return;
        DriftFinding[] wrong = [.. findings.Where(finding => finding.Kind != DriftKind.RegistryUnreachable)];
        if (wrong.Length == 0)
            throw new WorkflowException(
                $"{string.Join(" and ", findings.Select(finding => finding.Repository).Distinct())} could not be asked, so nothing "
                    + "is known of what is there. Run the same command again",
                FailureKind.TryAgain
            );
        string kinds = string.Join(
            ", ",
            findings.GroupBy(finding => finding.Kind).OrderBy(group => group.Key).Select(group => $"{group.Count()} {group.Key.Name()}")
        );
        if (reports.Sum(one => one.Omitted) is > 0 and int more)
            kinds += $", and {more} more";
        throw new WorkflowException(
            $"the registries differ from what was published: {kinds}. docs/operate.md says what to do about each",
            FailureKind.WrongData
        );
    }
}
