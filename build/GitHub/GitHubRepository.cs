using Octokit;
using Slipway.Oci;

namespace Slipway.GitHub;

/// <summary>One repository: its releases and their assets, its files, its pull requests, its issues. Safe for concurrent use.</summary>
public sealed class GitHubRepository
{
    private readonly RepositoryCalls _calls;

    internal GitHubRepository(RepositoryName name, GitHubRequests requests, IResponseStore? responses)
    {
        _calls = new RepositoryCalls(name, requests);
        Name = name;
        Releases = new GitHubReleases(_calls, responses);
        Assets = new ReleaseAssets(_calls);
        Tags = new GitHubTags(_calls);
        Branches = new GitHubBranches(_calls);
        GitObjects objects = new(_calls);
        Files = new GitHubFiles(objects);
        PullRequests = new PullRequests(this, _calls, objects);
        Issues = new GitHubIssues(_calls);
    }

    public RepositoryName Name { get; }

    /// <summary>Whether requests carry a token; without one only what everybody may see can be read, and nothing written.</summary>
    public bool HasToken => _calls.Requests.HasToken;

    public GitHubReleases Releases { get; }

    public ReleaseAssets Assets { get; }

    public GitHubTags Tags { get; }

    public GitHubBranches Branches { get; }

    public GitHubFiles Files { get; }

    public PullRequests PullRequests { get; }

    public GitHubIssues Issues { get; }

    /// <summary>What GitHub says of it.</summary>
    /// <exception cref="GitHubException">No such repository, or no answer.</exception>
    public Task<RepositoryFacts> ReadAsync(CancellationToken cancellationToken) =>
        _calls.AskAsync(
            _calls.Call("read the repository"),
            api => new RepositoriesClient(api).Get(_calls.Owner, _calls.Repository),
            (model, raw) =>
                new RepositoryFacts(
                    model.DefaultBranch.Plain("default_branch"),
                    raw.OptionalFlag("private") ?? false,
                    raw.OptionalFlag("archived") ?? false
                ),
            cancellationToken
        );
}

/// <summary>What GitHub says of a repository.</summary>
/// <param name="DefaultBranch">Without <c>refs/heads/</c>.</param>
public sealed record RepositoryFacts(string DefaultBranch, bool IsPrivate, bool IsArchived);
