using System.Collections.Immutable;

namespace Slipway.GitHub;

/// <summary>Changes to propose by a pull request: one commit on a branch of its own.</summary>
/// <param name="Branch">The branch to write, without <c>refs/heads/</c>; never the one that is to take it.</param>
/// <param name="Title">In one line.</param>
/// <param name="Text">In Markdown.</param>
/// <param name="Files">What is to be in them; other files stay as they are.</param>
public sealed record Proposal(string Branch, string Title, string Text, ImmutableArray<ProposedFile> Files)
{
    /// <summary>The branch that is to take it; null for the repository's default branch.</summary>
    public string? Target { get; init; }

    /// <summary>The commit's message.</summary>
    public required string Message { get; init; }

    public required CommitAuthor Author { get; init; }

    /// <summary>Labels that the pull request gets beside those that it has.</summary>
    public ImmutableArray<string> Labels { get; init; } = [];
}

/// <summary>A file and its bytes.</summary>
/// <param name="Path">From the repository's root, with slashes.</param>
public sealed record ProposedFile(string Path, ReadOnlyMemory<byte> Content);

/// <summary>Who a commit is by; commits by this address on the branch may be replaced.</summary>
/// <param name="When">The commit's time, to the second.</param>
public sealed record CommitAuthor(string Name, string Email, DateTimeOffset When);

/// <summary>What became of a proposal.</summary>
public enum ProposalOutcome
{
    /// <summary>The target has all of it already; nothing was written.</summary>
    Nothing,

    /// <summary>There is a pull request that says so already; nothing was written.</summary>
    Unchanged,

    /// <summary>People closed, without a merge, a pull request that said so; nothing was written.</summary>
    Declined,

    /// <summary>The pull request that was there brings it now.</summary>
    Updated,

    /// <summary>There is a new pull request.</summary>
    Created,
}

/// <summary>A proposal that was made.</summary>
/// <param name="PullRequest">
/// The open one of its branch, or the one that was closed; null where there is nothing to propose and there was none.
/// </param>
/// <param name="Commit">What its branch is at; of nothing to propose, what the target is at.</param>
public sealed record Proposed(ProposalOutcome Outcome, PullRequest? PullRequest, GitId Commit)
{
    /// <summary>Why it has not all labels, in one line; null when it has.</summary>
    public string? LabelProblem { get; init; }
}
