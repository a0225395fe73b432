using System.Collections.Immutable;
using Slipway.Definitions;
using Slipway.Git;
using Slipway.GitHub;
using Slipway.Verification;

namespace Slipway.Workflows;

/// <summary>
/// Proposes updates by pull requests: one branch and one pull request for each image, refreshed when the update changes. The checkout stays
/// as it is; the branch that is to take them is never written.
/// </summary>
/// <param name="repository">Where to propose.</param>
/// <param name="root">The checkout.</param>
internal sealed class PullRequestWorkflow(GitHub.GitHubRepository repository, string root, Action<string> log)
{
    // Who commits of this program are by: it replaces no others on a branch. No mailbox has it (RFC 2606, 2).
    private const string Name = "Slipway",
        Address = "slipway@noreply.invalid";

    /// <summary>
    /// Makes sure that the image's folder is what the default branch has: an update made from anything else would take that back or bring
    /// it along unsaid.
    /// </summary>
    /// <exception cref="ReleaseException">It is not; says the command that mends it.</exception>
    /// <exception cref="WorkflowException">There is no token.</exception>
    public async Task RequireCurrentAsync(ImageDefinition definition, CancellationToken cancellationToken)
    {
        if (!repository.HasToken)
            throw new WorkflowException(
                $"{repository.Name}: --pull-request needs a token that may write contents and pull requests. Set GH_TOKEN or GITHUB_TOKEN",
                FailureKind.Refused
            );
        string branch = (await repository.ReadAsync(cancellationToken)).DefaultBranch;
        GitId head = await repository.Branches.FindAsync(branch, cancellationToken)
            ?? throw new ReleaseException($"{repository.Name}: its default branch {branch} has no commit. Push one");
        string folder = $"images/{definition.Name}";
        if (await new GitRepository(root).ChangedAsync(folder, cancellationToken) is { Length: > 0 } changed)
            throw new ReleaseException(
                $"{definition.Name}: {folder} has changes that are not committed: {changed}. Commit them to {branch}, or run git "
                    + $"stash push --include-untracked -- {folder}"
            );
        foreach (string file in Directory.EnumerateFiles(definition.Folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            string path = Path.GetRelativePath(root, file).Replace(Path.DirectorySeparatorChar, '/');
            ReadOnlyMemory<byte>? there = await repository.Files.ReadAsync(head, path, cancellationToken);
            byte[] here = await File.ReadAllBytesAsync(file, cancellationToken);
            if (there is null || !there.Value.Span.SequenceEqual(here))
                throw new ReleaseException(
                    $"{definition.Name}: {path} is not what {branch} of {repository.Name} has. Run git fetch origin {branch} && git "
                        + "checkout --detach FETCH_HEAD"
                );
        }
    }

    /// <summary>
    /// The address of the pull request that brings an update; null when the default branch has all of it by now, or people closed just
    /// this.
    /// </summary>
    public async Task<string?> ProposeAsync(StagedUpdate update, CancellationToken cancellationToken)
    {
        UpdateReport made = update.Report;
        Proposed done = await repository.PullRequests.ProposeAsync(
            new Proposal($"slipway/update-{made.Image}", made.Title, UpdateMarkdown.Of(made), FilesOf(update))
            {
                Message = made.Title,
                // The lock's own time: the same update is the same commit, whoever makes it and when.
                Author = new CommitAuthor(Name, Address, ImageLockFile.Parse(update.Lock.After, ImageLock.FileName).Timestamp),
                Labels = made.HasSecurityFixes ? ["dependencies", made.Image, "security"] : ["dependencies", made.Image],
            },
            cancellationToken
        );
        if (done.LabelProblem is { } problem)
            log($"{made.Image}: without all of its labels: {problem}");
        log(
            done is { Outcome: ProposalOutcome.Declined, PullRequest: { } declined }
                ? $"{made.Image}: pull request {declined.Number} of {repository.Name} proposed the same and was closed; it stays "
                    + "closed until something newer exists or it is opened again"
            : done.PullRequest is { } request
                ? $"{made.Image}: pull request {request.Number} of {repository.Name} "
                    + $"is {done.Outcome.ToString().ToLowerInvariant()}: {request.Title}"
            : $"{made.Image}: {repository.Name} already has all of it"
        );
        return done.Outcome is ProposalOutcome.Nothing or ProposalOutcome.Declined ? null : done.PullRequest?.Page.AbsoluteUri;
    }

    private ImmutableArray<ProposedFile> FilesOf(StagedUpdate update)
    {
        (string File, (byte[] Before, byte[] After) Content)[] files =
        [
            (ImageDefinition.FileName, update.Yaml),
            (ImageLock.FileName, update.Lock),
        ];
        return
        [
            .. files
                .Where(file => !file.Content.Before.AsSpan().SequenceEqual(file.Content.After))
                .Select(file => new ProposedFile(
                    Path.GetRelativePath(root, Path.Combine(update.Definition.Folder, file.File)).Replace(Path.DirectorySeparatorChar, '/'),
                    file.Content.After
                )),
        ];
    }
}
