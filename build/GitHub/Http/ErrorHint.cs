using System.Globalization;
using Slipway.Http;

namespace Slipway.GitHub;

/// <summary>What to do about a failure at one host, with the token that we have there or would need; nothing of the token itself.</summary>
internal sealed class ErrorHint(GitHubHost host, GitHubToken? token, TimeProvider time)
{
    public string For(RemoteFault fault) =>
        fault switch
        {
            RemoteFault.TryAgain => "wait a while, then run the same command again",
            RemoteFault.Refused => token is null
                ? $"no token was found: set {GitHubTokens.VariableFor(host)}"
                : $"check {token} and its rights there",
            RemoteFault.NotFound => token is null
                ? "it does not exist, or the repository is private and no token was found: check the name, or "
                    + $"set {GitHubTokens.VariableFor(host)}"
                : $"it does not exist, or {token} may not see it: GitHub's response is the same for both",
            RemoteFault.Untrusted => "nothing was sent",
            _ => "GitHub refuses this request; its own response names the reason",
        };

    public string For(RateLimit limit) =>
        (limit.IsPrimary, token) switch
        {
            (true, null) =>
                $"no more requests without a token until {Until(limit)}: set {GitHubTokens.VariableFor(host)}, which allows many more",
            (true, _) => $"no more requests with {token} until {Until(limit)}; then run the same command again",
            _ => $"GitHub refuses further requests until {Until(limit)}; then run the same command again",
        };

    private string Until(RateLimit limit) => (time.GetUtcNow() + limit.Wait).ToString("HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
