using System.Collections.Concurrent;
using Slipway.Http;

namespace Slipway.GitHub;

/// <summary>
/// Speaks GitHub's REST API, version 2022-11-28, with github.com and Enterprise hosts. Made once and shared; safe for concurrent use. The
/// transport belongs to whoever made it.
/// </summary>
/// <param name="transport">Sends and tries again.</param>
/// <param name="hosts">Where requests go.</param>
/// <param name="tokens">Who we are.</param>
/// <param name="time">The clock by which limits are told.</param>
public sealed class GitHubClient(HttpTransport transport, GitHubHosts hosts, GitHubTokens tokens, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, GitHubRequests> _requests = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Where answers that may still hold are kept; null asks for everything anew.</summary>
    public IResponseStore? Responses { get; init; }

    /// <summary>A repository; asks nothing.</summary>
    /// <exception cref="FormatException">The variable of this host's token holds none.</exception>
    public GitHubRepository Repository(RepositoryName name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return new GitHubRepository(name, _requests.GetOrAdd(name.Host, NewRequests), Responses);
    }

    private GitHubRequests NewRequests(string host)
    {
        GitHubHost found = hosts.Of(host);
        return new GitHubRequests(transport, found, tokens.For(found), time);
    }
}
