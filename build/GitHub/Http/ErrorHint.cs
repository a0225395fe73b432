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
                : $"check {token} and what it may do there",
            RemoteFault.NotFound => token is null
                ? "there is no such thing, or the repository is private and no token was found: check the name, or "
                    + $"set {GitHubTokens.VariableFor(host)}"
                : $"there is no such thing, or {token} may not see it: GitHub says the same of both",
            RemoteFault.Untrusted => "nothing was sent",
            _ => "GitHub does not take this request as it is; its own answer says why",
        };

    public string For(RateLimit limit) =>
        (limit.IsPrimary, token) switch
        {
            (true, null) =>
                $"no more requests without a token until {Until(limit)}: set {GitHubTokens.VariableFor(host)}, which may do many more",
            (true, _) => $"no more requests with {token} until {Until(limit)}; then run the same command again",
            _ => $"GitHub asks to be left alone until {Until(limit)}; then run the same command again",
        };

    private string Until(RateLimit limit) => (time.GetUtcNow() + limit.Wait).ToString("HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
