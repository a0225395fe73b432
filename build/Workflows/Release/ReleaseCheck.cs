using System.Collections.Immutable;
using Slipway.Git;
using Slipway.GitHub;
using Slipway.Verification;

namespace Slipway.Workflows;

/// <summary>What can be known before anything is built: whether the commit's tags may become releases on GitHub.</summary>
internal sealed class ReleaseCheck(GitRepository git, GitHubRepository gitHub)
{
    /// <summary>The images that the commit is tagged for.</summary>
    /// <param name="images">Those to look at, in their order.</param>
    /// <param name="required">Whether each of them must be.</param>
    /// <exception cref="ReleaseException">
    /// There is none, the work tree is dirty, or GitHub has no such tag, or another commit's.
    /// </exception>
    /// <exception cref="WorkflowException">
    /// There is no token, without which nothing can be written, or the repository takes nothing any more.
    /// </exception>
    public async Task<ImmutableArray<string>> TaggedAsync(IReadOnlyList<string> images, bool required, CancellationToken cancellationToken)
    {
        var tagged = ImmutableArray.CreateBuilder<string>();
        foreach (string image in images)
        {
            GitState state = await git.ReadAsync(image, cancellationToken);
            if (state is { Tag: not null, Distance: 0 })
                tagged.Add(await RequireAsync(image, state, cancellationToken));
            else if (required)
                throw new ReleaseException(
                    $"{image}: commit {state.ShortCommit} is not tagged {image}/vX.Y.Z, so it is no "
                        + $"release{(state.Tag is null ? "" : $" ({state.Tag} is {state.Distance} commits before it)")}. Run "
                        + $"git {(state.Tag is null ? state.HasRemote ? "fetch --tags" : $"tag {image}/vX.Y.Z with the definition's version" : $"checkout {state.Tag}, or git tag {image}/vX.Y.Z with the definition's version")}"
                );
        }

        return tagged.Count > 0
            ? tagged.ToImmutable()
            : throw new ReleaseException(
                $"the commit is tagged for none of {string.Join(", ", images)}. Run git tag {images[0]}/vX.Y.Z with the "
                    + "definition's version, or git fetch --tags and git checkout the one to release"
            );
    }

    private async Task<string> RequireAsync(string image, GitState state, CancellationToken cancellationToken)
    {
        if (state.IsDirty)
            throw new ReleaseException(
                $"{image}: there are uncommitted changes, so what is built is "
                    + $"not {state.Tag}: {GitChange.Names(state.Changes)}. {GitChange.Repair(state.Changes)}"
            );
        if (!gitHub.HasToken)
            throw new WorkflowException(
                $"{gitHub.Name}: no token was given, and writing needs one. Set GITHUB_TOKEN (in GitHub Actions: "
                    + "permissions: contents: write)",
                FailureKind.Refused
            );
        if ((await gitHub.ReadAsync(cancellationToken)).IsArchived)
            throw new WorkflowException(
                $"{gitHub.Name} is archived, so nothing can be released there. Unarchive it in its settings, or give "
                    + "--github-repository OWNER/NAME",
                FailureKind.Refused
            );
        string? there = (await gitHub.Tags.FindCommitAsync(state.Tag!, cancellationToken))?.Hex;
        // GitHub would make the tag itself, of whatever it takes for the right commit.
        return there == state.Commit ? image
            : there is null ? throw new ReleaseException($"{gitHub.Name}: it has no tag {state.Tag} yet. Run git push origin {state.Tag}")
            : throw new ReleaseException(
                $"{gitHub.Name}: its tag {state.Tag} is at commit {there}, but here it is at {state.Commit}: one of them was moved. "
                    + "Run git fetch --tags --force, and find out which"
            );
    }
}
