using System.Globalization;
using System.Text;
using Slipway.Definitions;
using Slipway.Inspection;
using Slipway.Oci;
using Slipway.Scanning;
using Slipway.Updates;

namespace Slipway.Workflows;

/// <summary>
/// An <see cref="UpdateReport"/> as GitHub's Markdown: what is fixed comes first. At most <see cref="Longest"/> characters; what is left
/// out for that is counted. The same report gives the same text.
/// </summary>
public static class UpdateMarkdown
{
    /// <summary>Below what GitHub takes as the text of a pull request, 65536 characters.</summary>
    public const int Longest = 60_000;

    private const int MostRows = 300;

    public static string Of(UpdateReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        StringBuilder text = new();
        Fixes(text, report);
        Findings(text, report);
        Versions(text, report);
        Packages(text, report);
        Content(text, report);
        text.Append(
                CultureInfo.InvariantCulture,
                $"## What next\n\nThe contract holds "
                    + $"on {string.Join(" and ", report.Inspected.Select(platform => $"{platform.Platform} ({platform.Files} files, {platform.Links} links)"))}. "
            )
            .Append(
                CultureInfo.InvariantCulture,
                $"Once this is on the main branch, release it as git tag {MarkdownText.Code(report.NextTag)}; no published tag moves.\n"
            );
        return text.Length <= Longest
            ? text.ToString()
            : text.ToString(0, Longest) + $"\n\n(The rest is left out here; `{new NextCommand("Update")}` shows it all.)\n";
    }

    private static void Fixes(StringBuilder text, UpdateReport report)
    {
        PackageUpdate[] security = [.. report.Packages.Where(package => package.IsSecurity || !package.Fixes.IsEmpty)];
        if (security.Length == 0)
            return;
        text.Append("## Security fixes\n\n");
        Table(
            text,
            ["package", "from", "to", "suite", "fixes"],
            security.Select(package =>
                (string[])
                    [
                        MarkdownText.Code(package.Name),
                        MarkdownText.Code(package.From?.ToString() ?? ""),
                        MarkdownText.Code(package.To?.ToString() ?? ""),
                        MarkdownText.Code(package.Suite),
                        package.Fixes.IsEmpty
                            ? report.HasAdvisories
                                ? "none known"
                                : ""
                            : string.Join(", ", package.Fixes.Take(20).Select(MarkdownText.Code))
                                + (package.Fixes.Length > 20 ? $" and {package.Fixes.Length - 20} more" : ""),
                    ]
            )
        );
        if (!report.HasAdvisories)
            text.Append("No advisories were read: `--advisories FILE` names what is fixed.\n\n");
    }

    private static void Findings(StringBuilder text, UpdateReport report)
    {
        if (report.Findings is not { } changes)
            return;
        text.Append("## Known vulnerabilities\n\n")
            .Append(
                CultureInfo.InvariantCulture,
                $"Of what the advisories know of the image, {changes.Gone.Length} vanish, {changes.New.Length} are new, {changes.Left} stay.\n\n"
            );
        (string Change, Finding Finding)[] rows =
        [
            .. changes.New.Select(finding => ("new", finding)),
            .. changes.Gone.Select(finding => ("vanishes", finding)),
        ];
        if (rows.Length > 0)
            Table(
                text,
                ["change", "severity", "id", "package", "version", "fixed in"],
                rows.Select(row =>
                    (string[])
                        [
                            row.Change,
                            row.Finding.Severity.Level.ToString().ToLowerInvariant(),
                            MarkdownText.Code(row.Finding.Id),
                            MarkdownText.Code(row.Finding.Package),
                            MarkdownText.Code(row.Finding.Version ?? ""),
                            MarkdownText.Code(row.Finding.FixedVersion ?? ""),
                        ]
                )
            );
    }

    private static void Versions(StringBuilder text, UpdateReport report)
    {
        if (report.Versions.IsEmpty)
            return;
        text.Append("## Versions\n\n");
        Table(
            text,
            ["upstream", "from", "to"],
            report.Versions.Select(change =>
                (string[])
                    [MarkdownText.Code(change.File ?? report.Image), MarkdownText.Code(change.From.Text), MarkdownText.Code(change.To.Text)]
            )
        );
        text.Append("The checksums are those that upstream publishes beside its files. A person should review them.\n\n");
        foreach (LockedUpstream file in report.Upstream)
            text.Append(
                CultureInfo.InvariantCulture,
                $"- {MarkdownText.Code(file.Name)}: {(file.Confirmed ? "read from its host" : "read from a mirror, not from its host")}; "
                    + $"signature {(file.Signature is { } signature ? MarkdownText.Code(signature.ToString()) : "not checked: the definition names no signer")}\n"
            );
        text.Append('\n');
    }

    private static void Packages(StringBuilder text, UpdateReport report)
    {
        if (report.Packages.IsEmpty)
            return;
        text.Append("## Packages\n\n");
        Table(
            text,
            ["package", "change", "from", "to", "suite"],
            report.Packages.Select(package =>
                (string[])
                    [
                        MarkdownText.Code(package.Name),
                        package.Change.ToString().ToLowerInvariant(),
                        MarkdownText.Code(package.From?.ToString() ?? ""),
                        MarkdownText.Code(package.To?.ToString() ?? ""),
                        MarkdownText.Code(package.Suite),
                    ]
            )
        );
    }

    private static void Content(StringBuilder text, UpdateReport report)
    {
        text.Append("## Image\n\n");
        Table(
            text,
            ["platform", "size before", "size now"],
            report.Sizes.Select(size => (string[])[size.Platform.ToString(), size.Before is { } before ? Size(before) : "", Size(size.Now)])
        );
        if (report.Differences is not { } differences)
        {
            text.Append(CultureInfo.InvariantCulture, $"Not compared with the present image: {MarkdownText.Code(report.NotCompared)}\n\n");
            return;
        }

        ImageDifference[] files = [.. differences.Where(difference => difference.Kind != "package")];
        if (files.Length == 0)
        {
            text.Append("No file differs.\n\n");
            return;
        }

        string[] counts =
        [
            .. files
                .GroupBy(file => file.Change)
                .OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => $"{group.Count()} {group.Key}"),
        ];
        text.Append(CultureInfo.InvariantCulture, $"<details><summary>Files: {string.Join(", ", counts)}</summary>\n\n");
        Table(
            text,
            ["platform", "change", "path", "was", "is"],
            files.Select(file =>
                (string[])
                    [
                        file.Platform.ToString(),
                        file.Change,
                        MarkdownText.Code(file.Name),
                        MarkdownText.Code(file.Was),
                        MarkdownText.Code(file.Now),
                    ]
            )
        );
        text.Append("</details>\n\n");
    }

    private static void Table(StringBuilder text, string[] columns, IEnumerable<string[]> rows)
    {
        text.Append(CultureInfo.InvariantCulture, $"| {string.Join(" | ", columns)} |\n|{string.Concat(columns.Select(_ => "---|"))}\n");
        int left = 0,
            shown = 0;
        foreach (string[] row in rows)
        {
            // Each table is bounded, so that what stands behind it is still said.
            if (shown == MostRows || text.Length > Longest / 2)
            {
                left++;
                continue;
            }

            shown++;
            text.Append(CultureInfo.InvariantCulture, $"| {string.Join(" | ", row)} |\n");
        }

        text.Append(left > 0 ? string.Create(CultureInfo.InvariantCulture, $"\nand {left} more\n\n") : "\n");
    }

    private static string Size(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB");
}
