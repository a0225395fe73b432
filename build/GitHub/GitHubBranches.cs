using System.Text.Json;
using Octokit;
using Slipway.Http;
using Slipway.Oci;
using Reference = Octokit.Reference;

namespace Slipway.GitHub;

/// <summary>The branches of a repository (GitHub, "REST API endpoints for Git references"). Safe for concurrent use.</summary>
public sealed class GitHubBranches
{
    private readonly RepositoryCalls _calls;

    internal GitHubBranches(RepositoryCalls calls)
    {
        _calls = calls;
    }

    /// <summary>The commit that a branch is at; null when there is no such branch, or no such repository.</summary>
    /// <param name="name">Without <c>refs/heads/</c>.</param>
    public Task<GitId?> FindAsync(string name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _calls.FindAsync(
            _calls.Call($"find branch {Printable.Of(name)}"),
            api => api.Get<Reference>(RepositoryPaths.Reference(_calls, "heads/" + name)),
            Read,
            cancellationToken
        );
    }

    /// <summary>How a commit stands to another (GitHub, "Compare two commits"). The second page holds all but the files.</summary>
    internal Task<Comparison> CompareAsync(GitId from, GitId to, CancellationToken cancellationToken) =>
        _calls.AskAsync(
            _calls.Call($"compare {from.Hex[..7]} and {to.Hex[..7]}"),
            api =>
                new RepositoryCommitsClient(api).Compare(
                    _calls.Owner,
                    _calls.Repository,
                    from.Hex,
                    to.Hex,
                    new ApiOptions { PageSize = 1, StartPage = 2 }
                ),
            (model, raw) => new Comparison(raw.RequiredInt("ahead_by"), GitId.Parse(model.MergeBaseCommit.Sha.Required("sha"))),
            cancellationToken
        );

    /// <summary>Makes a branch that is not there; one that is there at this commit is done.</summary>
    internal async Task CreateAsync(WorkBranch branch, GitId commit, CancellationToken cancellationToken)
    {
        GitHubCall call = _calls.Call($"create branch {branch}");
        Require(
            call,
            commit,
            await _calls.CreateAsync(
                call,
                api =>
                    new ReferencesClient(api).Create(
                        _calls.Owner,
                        _calls.Repository,
                        new NewReference("refs/heads/" + branch.Name, commit.Hex)
                    ),
                Read,
                cancel => FindAsync(branch.Name, cancel),
                cancellationToken
            )
        );
    }

    /// <summary>Moves a branch.</summary>
    /// <param name="force">Whether commits of it may be lost by that.</param>
    internal async Task MoveAsync(WorkBranch branch, GitId commit, bool force, CancellationToken cancellationToken)
    {
        GitHubCall call = _calls.Call($"move branch {branch}");
        Require(
            call,
            commit,
            await _calls.AskAsync(
                call,
                api =>
                    new ReferencesClient(api).Update(
                        _calls.Owner,
                        _calls.Repository,
                        RepositoryPaths.Escaped("heads/" + branch.Name),
                        new ReferenceUpdate(commit.Hex, force)
                    ),
                Read,
                cancellationToken
            )
        );
    }

    private static void Require(GitHubCall call, GitId wanted, GitId got)
    {
        if (got != wanted)
            throw new GitHubException(
                RemoteFault.TryAgain,
                call,
                $"wanted it at {wanted}, got {got}: another process changed it meanwhile",
                "run the same command again"
            );
    }

    private static GitId Read(Reference model, JsonElement raw) => GitId.Parse(model.Object.Sha.Required("sha"));
}

/// <summary>How a commit stands to another.</summary>
/// <param name="Ahead">How many commits it has that the other has not.</param>
/// <param name="Common">The newest commit that both have.</param>
internal sealed record Comparison(int Ahead, GitId Common);
