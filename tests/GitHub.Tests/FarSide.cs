using System.Net;
using Slipway.Http;

namespace Slipway.GitHub.Tests;

/// <summary>The far side of the wire as a function, for answers that no sound server gives; keeps what it was asked.</summary>
public sealed class FarSide(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
{
    public const string Token = "ghp_secretOfTheTests";

    private readonly List<(string Method, Uri Address, string? Authorization)> _asked = [];

    public IReadOnlyList<(string Method, Uri Address, string? Authorization)> Asked => _asked;

    public List<string> Notices { get; } = [];

    public HurriedTime Time { get; } = new();

    public RetryPolicy RetryPolicy { get; init; } =
        new()
        {
            Attempts = 4,
            FirstWait = TimeSpan.FromSeconds(1),
            Jitter = () => 0.5,
            ResponseTimeLimit = HurriedTime.ResponseTimeLimit,
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

    public static HttpResponseMessage Answer(int status, string body = "", params (string Name, string Value)[] headers)
    {
        HttpResponseMessage answer = new((HttpStatusCode)status) { Content = new StringContent(body) };
        foreach ((string name, string value) in headers)
        {
            if (!answer.Headers.TryAddWithoutValidation(name, value))
                answer.Content.Headers.TryAddWithoutValidation(name, value);
        }

        return answer;
    }

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

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        lock (_asked)
            _asked.Add((request.Method.Method, request.RequestUri!, request.Headers.Authorization?.ToString()));
        if (request.Content is not null)
            await request.Content.CopyToAsync(Stream.Null, cancellationToken);
        HttpResponseMessage given = answer(request);
        given.RequestMessage = request;
        return given;
    }
}
