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
        await foreach (PullRequest found in ListAsync("open", branch, target, cancellationToken))
            return found;
        return null;
    }

    /// <summary>The newest pull request that brought a branch of this repository to another and is open no more; null when there is none.</summary>
    public async Task<PullRequest?> FindClosedAsync(string branch, string target, CancellationToken cancellationToken)
    {
        // GitHub's order is the newest first, but for what it does not say it promises nothing.
        PullRequest? newest = null;
        await foreach (PullRequest found in ListAsync("closed", branch, target, cancellationToken))
            newest = newest is null || found.Number > newest.Number ? found : newest;
        return newest;
    }

    private async IAsyncEnumerable<PullRequest> ListAsync(
        string state, string branch, string? target, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string head = Uri.EscapeDataString($"{_calls.Name.Owner}:{branch}"), taken = target is null ? "" : $"&base={Uri.EscapeDataString(target)}";
        GitHubCall call = _calls.Get($"/pulls?state={state}&head={head}{taken}&per_page=100", $"find pull request of {Printable.Of(branch)}");
        // GitHub leaves a filter out that it does not understand.
        await foreach (PullRequest found in new GitHubPages(_calls.Wire, null).ReadAsync(call, PullRequest.Read, cancellationToken))
        {
            if (found.Head == branch && (target is null || found.Target == target)
                && string.Equals(found.Source, $"{_calls.Name.Owner}/{_calls.Name.Name}", StringComparison.OrdinalIgnoreCase))
                yield return found;
        }
    }

    /// <summary>
    /// Makes sure that a pull request proposes some files as they are to be. The same proposal again writes nothing; a changed one changes
    /// the branch and the pull request that are there. What people closed without a merge stays closed until there is something else to propose. Killed anywhere, the next run goes on.
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
            ?? throw new GitHubException(RemoteFault.NotFound, _calls.Get("", $"find branch {Printable.Of(target)}"), "there is no such branch", "nothing was written");
        GitCommit from = await _objects.CommitAsync(at, cancellationToken);
        PullRequest? open = await FindOpenAsync(branch.Name, target, cancellationToken);
        ProposedBranch work = new(_repository.Branches, _objects, proposal);
        if (await work.IsInAsync(from.Tree, cancellationToken))
            return new Proposed(ProposalOutcome.Nothing, open, at);
        if (open is null && await FindDeclinedAsync(work, branch, target, cancellationToken) is { } declined)
            return new Proposed(ProposalOutcome.Declined, declined, declined.Commit);
        (GitId commit, bool isNew) = await work.WriteAsync(branch, from, open is not null, cancellationToken);
        PullRequest request = open is null ? await CreateAsync(proposal, branch, target, cancellationToken) : await UpdateAsync(open, proposal, cancellationToken);
        ProposalOutcome outcome = open is null ? ProposalOutcome.Created : isNew || request != open ? ProposalOutcome.Updated : ProposalOutcome.Unchanged;
        return new Proposed(outcome, request with { Commit = commit }, commit) { LabelProblem = await LabelAsync(request, proposal, cancellationToken) };
    }

    /// <summary>The pull request by which people turned down just this; its commit is there also when its branch is gone.</summary>
    private async Task<PullRequest?> FindDeclinedAsync(ProposedBranch work, WorkBranch branch, string target, CancellationToken cancellationToken) =>
        await FindClosedAsync(branch.Name, target, cancellationToken) is { IsMerged: false } closed
        && await work.IsInAsync((await _objects.CommitAsync(closed.Commit, cancellationToken)).Tree, cancellationToken)
            ? closed
            : null;

    private Task<PullRequest> CreateAsync(Proposal proposal, WorkBranch branch, string target, CancellationToken cancellationToken) => _calls.Wire.CreateAsync(
        _calls.Post("/pulls", $"create pull request of {branch}", writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("title", proposal.Title);
            writer.WriteString("head", branch.Name);
            writer.WriteString("base", target);
            writer.WriteString("body", proposal.Text);
            writer.WriteEndObject();
        }),
        PullRequest.Read,
        cancel => FindOpenAsync(branch.Name, target, cancel),
        cancellationToken);

    private Task<PullRequest> UpdateAsync(PullRequest open, Proposal proposal, CancellationToken cancellationToken) =>
        open.Title == Printable.Of(proposal.Title) && Lines(open.Text) == Lines(proposal.Text) ? Task.FromResult(open) : _calls.Wire.ReadAsync(
            _calls.Patch($"/pulls/{open.Number}", $"update {open}", writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("title", proposal.Title);
                writer.WriteString("body", proposal.Text);
                writer.WriteEndObject();
            }),
            PullRequest.Read,
            cancellationToken);

    /// <summary>Adds labels, which GitHub makes where there are none of that name. Labels are a right of their own: without it the pull request stays.</summary>
    private async Task<string?> LabelAsync(PullRequest request, Proposal proposal, CancellationToken cancellationToken)
    {
        string[] missing = [.. proposal.Labels.Except(request.Labels, StringComparer.OrdinalIgnoreCase)];
        if (missing.Length == 0)
            return null;
        GitHubCall call = _calls.Post($"/issues/{request.Number}/labels", $"label {request}", writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("labels");
            foreach (string label in missing)
                writer.WriteStringValue(label);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }) with { IsIdempotent = true };
        try
        {
            return await _calls.Wire.ReadAsync<string?>(call, _ => null, cancellationToken);
        }
        catch (GitHubException e)
        {
            return e.Message;
        }
    }

    /// <summary>GitHub's own pages write line ends of their own.</summary>
    private static string Lines(string text) => text.ReplaceLineEndings("\n").TrimEnd();
}
