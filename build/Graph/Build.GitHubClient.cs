using Nuke.Common;
using Slipway.GitHub;
using Slipway.Http;

namespace Slipway.Graph;

/// <summary>How GitHub is reached: where it is, who we are.</summary>
internal sealed partial class Build
{
    [Parameter("HOST=URL: where the API of a GitHub host is; default: https://api.github.com, https://HOST/api/v3")]
    private readonly string[] GitHubUrl = [];

    [Parameter("Repository on GitHub as [HOST/]OWNER/NAME; default: GITHUB_REPOSITORY, else the git remote origin")]
    private readonly string? GitHubRepository;

    /// <summary>Says who we are by <c>GH_TOKEN</c>, <c>GITHUB_TOKEN</c> and their like.</summary>
    /// <param name="answers">Where answers that may still hold are kept; null asks for everything anew.</param>
    private GitHubClient ConnectGitHub(HttpTransport transport, IAnswerStore? answers = null) => Given(() =>
        new GitHubClient(transport, GitHubHosts.Parse(GitHubUrl, Environment.GetEnvironmentVariable), new GitHubTokens(Environment.GetEnvironmentVariable), TimeProvider.System)
        {
            Answers = answers,
        });
}
