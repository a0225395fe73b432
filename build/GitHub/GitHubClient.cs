using System.Collections.Concurrent;
using Slipway.Http;

namespace Slipway.GitHub;

/// <summary>
/// Speaks GitHub's REST API, version 2022-11-28, with github.com and Enterprise hosts. Made once and shared; safe for concurrent use. The
/// transport belongs to whoever made it.
/// </summary>
/// <param name="transport">The wire, and the patience with it.</param>
/// <param name="hosts">Where requests go.</param>
/// <param name="tokens">Who we are.</param>
/// <param name="time">The clock by which limits are told.</param>
public sealed class GitHubClient(HttpTransport transport, GitHubHosts hosts, GitHubTokens tokens, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, GitHubWire> _wires = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Where answers that may still hold are kept; null asks for everything anew.</summary>
    public IAnswerStore? Answers { get; init; }

    /// <summary>A repository; asks nothing.</summary>
    /// <exception cref="FormatException">The variable of this host's token holds none.</exception>
    public GitHubRepository Repository(RepositoryName name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return new GitHubRepository(name, _wires.GetOrAdd(name.Host, NewWire), Answers);
    }

    private GitHubWire NewWire(string host)
    {
        GitHubHost found = hosts.Of(host);
        return new GitHubWire(transport, found, tokens.For(found), time);
    }
}
