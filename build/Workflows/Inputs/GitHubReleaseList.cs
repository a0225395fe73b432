using Slipway.GitHub;
using Slipway.Updates;

namespace Slipway.Workflows;

/// <summary>The releases of upstream's repositories, as GitHub lists them.</summary>
internal sealed class GitHubReleaseList(GitHubClient client) : IReleaseList
{
    private const int PageSize = 100;

    // Upstream's lines are short: what lies further back is older than anything that is locked.
    private const int Most = 300;

    public async Task<IReadOnlyList<string>> TagsAsync(string repository, CancellationToken cancellationToken)
    {
        List<string> tags = [];
        await foreach (
            GitHubRelease release in client.Repository(RepositoryName.Parse(repository)).Releases.ListAsync(PageSize, cancellationToken)
        )
        {
            if (!release.IsDraft && !release.IsPrerelease)
                tags.Add(release.Tag);
            if (tags.Count == Most)
                break;
        }

        return tags;
    }
}
