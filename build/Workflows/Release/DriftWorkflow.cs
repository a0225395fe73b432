using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Slipway.Definitions;
using Slipway.GitHub;
using Slipway.Oci;
using Slipway.Registry;
using Slipway.Release;
using Slipway.Verification;

namespace Slipway.Workflows;

/// <summary>Compares the registries of an image with each other and with what is on record.</summary>
/// <param name="policy">What a release must be; null where nobody says whose signatures are believed.</param>
internal sealed class DriftWorkflow(
    ReleaseRecords records,
    RegistryClient client,
    Func<ImageDefinition, ReleasePolicy>? policy,
    Action<string> log
)
{
    /// <summary>Which tags are compared.</summary>
    public required Func<string, bool> Wanted { get; init; }

    public async Task<DriftReport> RunAsync(ImageDefinition definition, CancellationToken cancellationToken)
    {
        DriftRequest request = new()
        {
            Image = definition.Name,
            Destinations = [.. definition.Repositories],
            Records = await records.OfAsync(definition.Name, cancellationToken),
            Withdrawals = (await records.WithdrawnAsync(definition.Name, cancellationToken)).Entries,
            Wanted = Wanted,
        };
        string places = string.Join(" and ", request.Destinations.Select(destination => destination.Name));
        log($"{definition.Name}: asking {places}; {request.Records.Length} {(request.Records.Length == 1 ? "record" : "records")}");
        return await new Drift(client, policy?.Invoke(definition)).CompareAsync(request, cancellationToken);
    }
}

/// <summary>Keeps an issue on GitHub for each thing that a comparison of registries found, as long as it is found.</summary>
internal sealed class DriftIssues(GitHubIssues issues, Action<string> log)
{
    /// <summary>Tells these issues from all others.</summary>
    public const string Label = "drift";

    /// <summary>A registry that could not be asked is no finding here: what is known of it stays as it is.</summary>
    /// <exception cref="GitHubException">It is refused, or there is no answer.</exception>
    public async Task KeepAsync(IReadOnlyList<DriftReport> reports, CancellationToken cancellationToken)
    {
        DriftFinding[] findings = [.. reports.SelectMany(report => report.Findings)];
        WantedIssue[] wanted =
        [
            .. findings.Where(finding => finding.Kind != DriftKind.RegistryUnreachable).Select(Of).DistinctBy(issue => issue.Key),
        ];
        ImmutableArray<KeptIssue> kept = await issues.KeepAsync(Label, wanted, key => IsKnown(key, reports), cancellationToken);
        foreach (KeptIssue each in kept.Where(each => each.Outcome != IssueOutcome.Unchanged))
            log($"{each.Outcome.ToString().ToLowerInvariant()} {each.Issue}: {each.Issue.Title}");
        int left = wanted.Length - kept.Count(each => each.Outcome != IssueOutcome.Closed);
        if (left > 0)
            log($"{left} findings have no issue yet: at most {GitHubIssues.MostOpened} are opened at once");
    }

    /// <summary>
    /// Whether a finding that is not there any more would be there if it were so: its repository was looked at, and wholly.
    /// </summary>
    private static bool IsKnown(string key, IReadOnlyList<DriftReport> reports) =>
        reports.Any(report =>
            report.Omitted == 0
            && report.Destinations.Any(place =>
                key.StartsWith(PrefixOf(place.Name), StringComparison.Ordinal) && WasAsked(report, place.Name)
            )
        );

    private static bool WasAsked(DriftReport report, string repository) =>
        !report.Findings.Any(finding =>
            finding.Repository == repository
            && finding.Kind is DriftKind.RegistryUnreachable or DriftKind.TagsBeyondLimit or DriftKind.ContentBeyondLimit
        );

    private static WantedIssue Of(DriftFinding finding)
    {
        string kind = finding.Kind.Name();
        string place = finding.Tag is null ? finding.Repository : $"{finding.Repository}:{finding.Tag}";
        byte[] about = SHA256.HashData(Encoding.UTF8.GetBytes($"{kind}\n{finding.Repository}\n{finding.Tag}\n{finding.Digest}"));
        return new WantedIssue(
            $"{PrefixOf(finding.Repository)}{kind}/{Convert.ToHexStringLower(about)[..16]}",
            Printable.Of($"{finding.Image}: {kind} at {place}"),
            // Indented it is code, which calls nobody and links nowhere.
            $"""
            `Drift` found this:

                {Printable.Line(finding.Text)}

            | | |
            |---|---|
            | finding | `{kind}` |
            | image | `{Code(finding.Image)}` |
            | repository | `{Code(finding.Repository)}` |
            | tag | `{Code(finding.Tag ?? "-")}` |
            | digest | `{Code(finding.Digest?.ToString() ?? "-")}` |

            docs/operate.md says what to do about it. This issue is closed when it is found no more.
            """
        );
    }

    private static string PrefixOf(string repository) => $"drift/{repository}/";

    private static string Code(string text) => Printable.Of(text).Replace('`', '\'').Replace('|', '/');
}
