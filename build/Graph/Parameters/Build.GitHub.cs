using Nuke.Common;
using Slipway.Git;
using Slipway.GitHub;
using Slipway.Http;
using Slipway.Reporting;
using Slipway.Verification;

namespace Slipway.Graph;

/// <summary>How GitHub is reached: where it is, who we are.</summary>
internal sealed partial class Build
{
    [Parameter("Repository on GitHub as [HOST/]OWNER/NAME; default: GITHUB_REPOSITORY, else the git remote origin")]
    private readonly string? GitHubRepository;

    [Parameter("HOST=URL: where the API of a GitHub host is; default: https://api.github.com, https://HOST/api/v3")]
    private readonly string[] GitHubUrl = [];

    /// <summary>Says who we are by <c>GH_TOKEN</c>, <c>GITHUB_TOKEN</c> and their like.</summary>
    /// <param name="responses">Where responses that may still hold are kept; null asks for everything anew.</param>
    private GitHubClient ConnectGitHub(HttpTransport transport, IResponseStore? responses = null) =>
        ParseArgument(() =>
            new GitHubClient(
                transport,
                GitHubHosts.Parse(GitHubUrl, Environment.GetEnvironmentVariable),
                new GitHubTokens(Environment.GetEnvironmentVariable),
                TimeProvider.System
            )
            {
                Responses = responses,
            }
        );

    private async Task<GitHub.GitHubRepository> FindGitHubAsync(HttpTransport transport)
    {
        string? told = GitHubRepository
            ?? (Environment.GetEnvironmentVariable("GITHUB_REPOSITORY") is { Length: > 0 } actions ? ServerOfActions() + actions : null);
        string? remote = told ?? await new GitRepository(RootDirectory).OriginAsync(Stop);
        return RepositoryName.TryParse(remote, out RepositoryName? name)
            ? ParseArgument(() => ConnectGitHub(transport).Repository(name))
            : throw new ReleaseException(
                $"{(told is null ? "the git remote origin" : "--github-repository")}: wanted a repository on GitHub. Give "
                    + "--github-repository OWNER/NAME"
            );
    }

    private static string ServerOfActions() =>
        Uri.TryCreate(Environment.GetEnvironmentVariable("GITHUB_SERVER_URL"), UriKind.Absolute, out Uri? server)
            ? server.Authority + "/"
            : "";

    private HttpTransport NewGitHubTransport(Report report) =>
        new(HttpTransport.NewHandler(), ClientRetryPolicy, TimeProvider.System, report.Line);
}
