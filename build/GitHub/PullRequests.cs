using Octokit;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.GitHub;

/// <summary>
/// Pull requests from branches of the repository itself (GitHub, "REST API endpoints for pull requests"). Safe for concurrent use, but not
/// for two proposals of one branch at once.
/// </summary>
public sealed class PullRequests
{
    private readonly GitHubRepository _repository;
    private readonly RepositoryCalls _calls;
    private readonly GitObjects _objects;

    internal PullRequests(GitHubRepository repository, RepositoryCalls calls, GitObjects objects)
    {
        (_repository, _calls, _objects) = (repository, calls, objects);
    }

    /// <summary>The open pull request that brings a branch of this repository to another; null when there is none.</summary>
    /// <param name="target">Null for any.</param>
    public async Task<PullRequest?> FindOpenAsync(string branch, string? target, CancellationToken cancellationToken)
    {
        await foreach (PullRequest found in ListAsync(ItemStateFilter.Open, branch, target, cancellationToken))
            return found;
        return null;
    }

    /// <summary>
    /// The newest pull request that brought a branch of this repository to another and is open no more; null when there is none.
    /// </summary>
    public async Task<PullRequest?> FindClosedAsync(string branch, string target, CancellationToken cancellationToken)
    {
        // GitHub's order is the newest first, but for what it does not say it promises nothing.
        PullRequest? newest = null;
        await foreach (PullRequest found in ListAsync(ItemStateFilter.Closed, branch, target, cancellationToken))
            newest = newest is null || found.Number > newest.Number ? found : newest;
        return newest;
    }

    private async IAsyncEnumerable<PullRequest> ListAsync(
        ItemStateFilter state,
        string branch,
        string? target,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        PullRequestRequest wanted = new()
        {
            State = state,
            Head = $"{_calls.Owner}:{branch}",
            Base = target,
        };
        // GitHub leaves a filter out that it does not understand.
        await foreach (
            PullRequest found in new GitHubPages(_calls.Requests, null).ReadAsync(
                _calls.Call($"find pull request of {Printable.Of(branch)}"),
                api =>
                    new PullRequestsClient(api).GetAllForRepository(
                        _calls.Owner,
                        _calls.Repository,
                        wanted,
                        new ApiOptions { PageSize = GitHubPages.LargestPage }
                    ),
                PullRequest.Of,
                cancellationToken
            )
        )
        {
            if (
                found.Head == branch
                && (target is null || found.Target == target)
                && string.Equals(found.Source, $"{_calls.Owner}/{_calls.Repository}", StringComparison.OrdinalIgnoreCase)
            )
                yield return found;
        }
    }

    /// <summary>
    /// Makes sure that a pull request proposes some files as they are to be. The same proposal again writes nothing; a changed one changes
    /// the branch and the pull request that are there. What people closed without a merge stays closed until there is something else to
    /// propose. Killed anywhere, the next run goes on.
    /// </summary>
    /// <exception cref="FormatException">The branch is the default branch, the target, or no name of a branch.</exception>
    /// <exception cref="GitHubException">It is refused, or there is no answer.</exception>
    public async Task<Proposed> ProposeAsync(Proposal proposal, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(proposal);
        RepositoryFacts facts = await _repository.ReadAsync(cancellationToken);
        string target = proposal.Target ?? facts.DefaultBranch;
        WorkBranch branch = WorkBranch.Of(proposal.Branch, facts, target);
        GitId at = await _repository.Branches.FindAsync(target, cancellationToken)
            ?? throw new GitHubException(
                RemoteFault.NotFound,
                _calls.Call($"find branch {Printable.Of(target)}"),
                "the branch does not exist",
                "nothing was written"
            );
        GitCommit from = await _objects.CommitAsync(at, cancellationToken);
        PullRequest? open = await FindOpenAsync(branch.Name, target, cancellationToken);
        ProposedBranch work = new(_repository.Branches, _objects, proposal);
        if (await work.IsInAsync(from.Tree, cancellationToken))
            return new Proposed(ProposalOutcome.Nothing, open, at);
        if (open is null && await FindDeclinedAsync(work, branch, target, cancellationToken) is { } declined)
            return new Proposed(ProposalOutcome.Declined, declined, declined.Commit);
        (GitId commit, bool isNew) = await work.WriteAsync(branch, from, open is not null, cancellationToken);
        PullRequest request = open is null
            ? await CreateAsync(proposal, branch, target, cancellationToken)
            : await UpdateAsync(open, proposal, cancellationToken);
        ProposalOutcome outcome =
            open is null ? ProposalOutcome.Created
            : isNew || request != open ? ProposalOutcome.Updated
            : ProposalOutcome.Unchanged;
        return new Proposed(outcome, request with { Commit = commit }, commit)
        {
            LabelProblem = await LabelAsync(request, proposal, cancellationToken),
        };
    }

    /// <summary>The pull request by which people turned down just this; its commit is there also when its branch is gone.</summary>
    private async Task<PullRequest?> FindDeclinedAsync(
        ProposedBranch work,
        WorkBranch branch,
        string target,
        CancellationToken cancellationToken
    ) =>
        await FindClosedAsync(branch.Name, target, cancellationToken) is { IsMerged: false } closed
        && await work.IsInAsync((await _objects.CommitAsync(closed.Commit, cancellationToken)).Tree, cancellationToken)
            ? closed
            : null;

    private Task<PullRequest> CreateAsync(Proposal proposal, WorkBranch branch, string target, CancellationToken cancellationToken) =>
        _calls.CreateAsync(
            _calls.Call($"create pull request of {branch}"),
            api =>
                new PullRequestsClient(api).Create(
                    _calls.Owner,
                    _calls.Repository,
                    new NewPullRequest(proposal.Title, branch.Name, target) { Body = proposal.Text }
                ),
            PullRequest.Of,
            cancel => FindOpenAsync(branch.Name, target, cancel),
            cancellationToken
        );

    private Task<PullRequest> UpdateAsync(PullRequest open, Proposal proposal, CancellationToken cancellationToken) =>
        open.Title == Printable.Of(proposal.Title) && Lines(open.Text) == Lines(proposal.Text)
            ? Task.FromResult(open)
            : _calls.AskAsync(
                _calls.Call($"update {open}"),
                api =>
                    new PullRequestsClient(api).Update(
                        _calls.Owner,
                        _calls.Repository,
                        open.Number,
                        new PullRequestUpdate { Title = proposal.Title, Body = proposal.Text }
                    ),
                PullRequest.Of,
                cancellationToken
            );

    /// <summary>
    /// Adds labels, which GitHub makes where there are none of that name. Labels are a right of their own: without it the pull request
    /// stays.
    /// </summary>
    private async Task<string?> LabelAsync(PullRequest request, Proposal proposal, CancellationToken cancellationToken)
    {
        string[] missing = [.. proposal.Labels.Except(request.Labels, StringComparer.OrdinalIgnoreCase)];
        if (missing.Length == 0)
            return null;
        try
        {
            return await _calls.AskAsync(
                _calls.Call($"label {request}") with
                {
                    IsIdempotent = true,
                },
                // Octokit's own client sends a bare list, which GitHub's description does not know.
                api =>
                    api.Post<IReadOnlyList<Label>>(
                        ApiUrls.IssueLabels(_calls.Owner, _calls.Repository, request.Number),
                        new { labels = missing }
                    ),
                (_, _) => (string?)null,
                cancellationToken
            );
        }
        catch (GitHubException e)
        {
            return e.Message;
        }
    }

    /// <summary>GitHub's own pages write line ends of their own.</summary>
    private static string Lines(string text) => text.ReplaceLineEndings("\n").TrimEnd();
}
