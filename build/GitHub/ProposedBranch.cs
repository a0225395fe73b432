using System.Collections.Immutable;

namespace Slipway.GitHub;

/// <summary>
/// Brings a proposal's files onto its branch by one commit. The same content again makes no new one. A commit of ours alone is made anew
/// where the target moved under it; on top of what somebody else put there, ours is added, and nothing of theirs is lost.
/// </summary>
internal sealed class ProposedBranch(GitHubBranches branches, GitObjects objects, Proposal proposal)
{
    private readonly ImmutableArray<(ProposedFile File, GitId Id)> _files =
    [
        .. proposal.Files.Select(file => (file, GitId.OfBlob(file.Content.Span))),
    ];

    /// <summary>Whether a tree has all of it.</summary>
    public async Task<bool> IsInAsync(GitId tree, CancellationToken cancellationToken)
    {
        foreach ((ProposedFile file, GitId id) in _files)
        {
            if ((await objects.FindAsync(tree, file.Path, cancellationToken))?.Id != id)
                return false;
        }

        return true;
    }

    /// <summary>What the branch is at in the end, and whether that is new.</summary>
    /// <param name="target">What the branch that is to take it is at.</param>
    /// <param name="hasPullRequest">Whether one is open for the branch.</param>
    public async Task<(GitId Commit, bool IsNew)> WriteAsync(
        WorkBranch branch,
        GitCommit target,
        bool hasPullRequest,
        CancellationToken cancellationToken
    )
    {
        if (await branches.FindAsync(branch.Name, cancellationToken) is not { } at)
        {
            GitId first = await CommitAsync(target, cancellationToken);
            await branches.CreateAsync(branch, first, cancellationToken);
            return (first, true);
        }

        GitCommit head = await objects.CommitAsync(at, cancellationToken);
        Comparison comparison = await branches.CompareAsync(target.Id, at, cancellationToken);
        bool isOurs = comparison.Ahead == 1 && head.Parents.Length == 1 && head.AuthorEmail == proposal.Author.Email;
        bool isThere = comparison.Ahead > 0 && await IsInAsync(head.Tree, cancellationToken);
        bool fits =
            !isOurs
            || comparison.Common == target.Id
            || (hasPullRequest && await IsUntouchedAsync(comparison.Common, target, cancellationToken));
        if (isThere && fits)
            return (at, false);
        GitId made = await CommitAsync(comparison.Ahead == 0 || isOurs ? target : head, cancellationToken);
        if (made == at)
            return (at, false);
        await branches.MoveAsync(branch, made, force: isOurs, cancellationToken);
        return (made, true);
    }

    /// <summary>Whether the target left the files alone since the branch left it.</summary>
    private async Task<bool> IsUntouchedAsync(GitId common, GitCommit target, CancellationToken cancellationToken)
    {
        GitCommit then = await objects.CommitAsync(common, cancellationToken);
        foreach ((ProposedFile file, _) in _files)
        {
            if (
                await objects.FindAsync(then.Tree, file.Path, cancellationToken)
                != await objects.FindAsync(target.Tree, file.Path, cancellationToken)
            )
                return false;
        }

        return true;
    }

    private async Task<GitId> CommitAsync(GitCommit parent, CancellationToken cancellationToken)
    {
        List<(string Path, string Mode, GitId Id)> entries = [];
        foreach ((ProposedFile file, GitId id) in _files)
        {
            GitEntry? there = await objects.FindAsync(parent.Tree, file.Path, cancellationToken);
            if (there?.Id == id)
                continue;
            await objects.WriteBlobAsync(id, file.Content, cancellationToken);
            entries.Add((file.Path, there?.Mode ?? "100644", id));
        }

        GitId tree = await objects.WriteTreeAsync(parent.Tree, entries, cancellationToken);
        return await objects.WriteCommitAsync(tree, parent.Id, proposal.Message, proposal.Author, cancellationToken);
    }
}
