using Slipway.Http;
using Slipway.StandIns;

namespace Slipway.GitHub.Tests;

/// <summary>GitHub as a function, for answers that no sound server gives, and a client of it.</summary>
public sealed class GitHubHandler(Func<HttpRequestMessage, HttpResponseMessage> answer) : FakeHttpHandler(answer)
{
    public const string Token = "ghp_secretOfTheTests";

    public List<string> Notices { get; } = [];

    public SkippingTime Time { get; } = new();

    public RetryPolicy RetryPolicy { get; init; } =
        new()
        {
            Attempts = 4,
            FirstWait = TimeSpan.FromSeconds(1),
            Jitter = () => 0.5,
            ResponseTimeLimit = SkippingTime.ResponseTimeLimit,
        };

    /// <summary>Variables, by default the token alone.</summary>
    public Func<string, string?> Environment { get; init; } = name => name == "GH_TOKEN" ? Token : null;

    public GitHubRepository Repository(string name = "poseidon/kubelet", IResponseStore? answers = null, params string[] urls) =>
        new GitHubClient(
            new HttpTransport(this, RetryPolicy, Time, Notices.Add),
            GitHubHosts.Parse(urls, Environment),
            new GitHubTokens(Environment),
            Time
        )
        {
            Responses = answers,
        }.Repository(RepositoryName.Parse(name));

    public static HttpResponseMessage Answer(int status, string body = "", params (string Name, string Value)[] headers) =>
        Answer(status, new StringContent(body), headers);

    /// <summary>A release as short as the client reads it.</summary>
    public static string Release(
        string tag = "v1",
        bool isDraft = false,
        string upload = "https://uploads.github.com/repos/poseidon/kubelet/releases/1/assets{?name,label}"
    ) =>
        $$"""
            {"id":1,"tag_name":"{{tag}}","name":"n","body":"b","draft":{{(
                isDraft ? "true" : "false"
            )}},"prerelease":false,"published_at":"2026-01-01T00:00:00Z","target_commitish":"main",
            "html_url":"https://github.com/poseidon/kubelet/releases/tag/v1","upload_url":"{{upload}}"}
            """;
}
