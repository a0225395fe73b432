using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Octokit;
using Slipway.Oci;

namespace Slipway.GitHub;

/// <summary>
/// Issues that a program keeps: one for each thing that is wrong, for as long as it is (GitHub, "REST API endpoints for issues"). Only
/// those with a label and a key of ours are looked at; whoever may not label issues cannot make one of them.
/// </summary>
public sealed class GitHubIssues
{
    /// <summary>More at once would help nobody.</summary>
    public const int MostOpened = 25;

    private readonly RepositoryCalls _calls;

    internal GitHubIssues(RepositoryCalls calls) => _calls = calls;

    /// <summary>
    /// Opens an issue for what has none, refreshes those that say something else, and closes those of what is wanted no more; of two about
    /// one thing the younger is closed. The same again writes nothing. Killed anywhere, the next run goes on.
    /// </summary>
    /// <param name="label">Which issues are kept; GitHub makes it where there is none.</param>
    /// <param name="wanted">At most one of a key; beyond <see cref="MostOpened"/> new ones nothing is opened.</param>
    /// <param name="mayClose">
    /// Whether an issue of this key, which is not wanted, is known to be well: what could not be looked at is not.
    /// </param>
    /// <returns>In the order of <paramref name="wanted"/>, then the closed ones.</returns>
    /// <exception cref="GitHubException">It is refused, or there is no answer.</exception>
    public async Task<ImmutableArray<KeptIssue>> KeepAsync(
        string label,
        IReadOnlyList<WantedIssue> wanted,
        Func<string, bool> mayClose,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(wanted);
        ArgumentNullException.ThrowIfNull(mayClose);
        List<GitHubIssue> open = [];
        await foreach (GitHubIssue issue in OpenAsync(label, cancellationToken))
            open.Add(issue);
        open = [.. open.OrderBy(issue => issue.Number)];
        ImmutableArray<KeptIssue>.Builder kept = ImmutableArray.CreateBuilder<KeptIssue>();
        foreach (WantedIssue issue in wanted)
        {
            if (open.Find(each => each.Key == issue.Key) is { } there)
                kept.Add(await RefreshAsync(there, issue, cancellationToken));
            else if (kept.Count(each => each.Outcome == IssueOutcome.Opened) < MostOpened)
                kept.Add(new KeptIssue(IssueOutcome.Opened, await CreateAsync(label, issue, cancellationToken)));
        }

        foreach (GitHubIssue issue in open)
        {
            bool isWanted = wanted.Any(each => each.Key == issue.Key);
            bool isSecond = open.Find(each => each.Key == issue.Key) != issue;
            if (isSecond || (!isWanted && mayClose(issue.Key!)))
                kept.Add(new KeptIssue(IssueOutcome.Closed, await CloseAsync(issue, cancellationToken)));
        }

        return kept.ToImmutable();
    }

    /// <summary>The open issues with a label and a key of ours.</summary>
    private async IAsyncEnumerable<GitHubIssue> OpenAsync(string label, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Uri address = new(
            ApiUrls.Issues(_calls.Owner, _calls.Repository)
                + $"?state=open&labels={Uri.EscapeDataString(label)}&per_page={GitHubPages.LargestPage}",
            UriKind.Relative
        );
        await foreach (
            GitHubIssue issue in new GitHubPages(_calls.Requests, null).ReadAsync(
                _calls.Call($"list issues labelled {Printable.Of(label)}"),
                async api => (IReadOnlyList<Issue>)(await api.Connection.Get<List<Issue>>(address, null)).Body,
                GitHubIssue.Of,
                cancellationToken
            )
        )
        {
            if (!issue.IsPullRequest && issue.Key is not null)
                yield return issue;
        }
    }

    private Task<GitHubIssue> CreateAsync(string label, WantedIssue wanted, CancellationToken cancellationToken) =>
        _calls.CreateAsync(
            _calls.Call($"open an issue about {Printable.Of(wanted.Key)}"),
            api =>
                api.Post<Issue>(
                    ApiUrls.Issues(_calls.Owner, _calls.Repository),
                    new
                    {
                        title = wanted.Title,
                        body = wanted.MarkedText,
                        labels = new[] { label },
                    }
                ),
            GitHubIssue.Of,
            async cancel =>
            {
                await foreach (GitHubIssue issue in OpenAsync(label, cancel))
                {
                    if (issue.Key == wanted.Key)
                        return issue;
                }

                return null;
            },
            cancellationToken
        );

    private async Task<KeptIssue> RefreshAsync(GitHubIssue issue, WantedIssue wanted, CancellationToken cancellationToken) =>
        issue.Title == Printable.Of(wanted.Title) && Lines(issue.Text) == Lines(wanted.MarkedText)
            ? new KeptIssue(IssueOutcome.Unchanged, issue)
            : new KeptIssue(
                IssueOutcome.Updated,
                await ChangeAsync(issue, "update", new { title = wanted.Title, body = wanted.MarkedText }, cancellationToken)
            );

    private Task<GitHubIssue> CloseAsync(GitHubIssue issue, CancellationToken cancellationToken) =>
        ChangeAsync(issue, "close", new { state = "closed", state_reason = "completed" }, cancellationToken);

    private Task<GitHubIssue> ChangeAsync(GitHubIssue issue, string verb, object change, CancellationToken cancellationToken) =>
        _calls.AskAsync(
            _calls.Call($"{verb} {issue}"),
            api => api.Patch<Issue>(ApiUrls.Issue(_calls.Owner, _calls.Repository, issue.Number), change),
            GitHubIssue.Of,
            cancellationToken
        );

    /// <summary>GitHub's own pages write line ends of their own.</summary>
    private static string Lines(string text) => text.ReplaceLineEndings("\n").TrimEnd();
}
