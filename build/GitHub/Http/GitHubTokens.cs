using System.Collections.Immutable;

namespace Slipway.GitHub;

/// <summary>
/// Where tokens come from, in the order of GitHub's own program (gh, "environment"): <c>GH_TOKEN</c>, then <c>GITHUB_TOKEN</c>, for
/// github.com and ghe.com; <c>GH_ENTERPRISE_TOKEN</c>, then <c>GITHUB_ENTERPRISE_TOKEN</c>, for every other host. One thing differs:
/// where <c>GITHUB_SERVER_URL</c> names a host, as in GitHub Actions, <c>GITHUB_TOKEN</c> is that host's, and goes to no other.
/// </summary>
public sealed class GitHubTokens
{
    private readonly Func<string, string?> _environment;

    /// <param name="environment">Reads an environment variable; null when it is not set.</param>
    public GitHubTokens(Func<string, string?> environment)
    {
        _environment = environment;
    }

    /// <summary>No token for any host.</summary>
    public static GitHubTokens None { get; } = new(_ => null);

    /// <summary>The token for a host; null when there is none, and only what everybody may see can be read.</summary>
    /// <exception cref="FormatException">A variable holds what no token does; names it, and holds nothing of it.</exception>
    public GitHubToken? For(GitHubHost host)
    {
        foreach (string name in Variables(host))
        {
            if (_environment(name)?.Trim() is { Length: > 0 } secret)
            {
                return secret.All(c => c is > ' ' and < '\x7F')
                    ? new GitHubToken(secret, name)
                    : throw new FormatException($"{name} is not a token: wanted printable ASCII without blanks");
            }
        }

        return null;
    }

    /// <summary>What to set for a host that has no token.</summary>
    internal static string VariableFor(GitHubHost host) => host.IsGitHubs ? "GH_TOKEN" : "GH_ENTERPRISE_TOKEN";

    public override string ToString() => nameof(GitHubTokens);

    private ImmutableArray<string> Variables(GitHubHost host)
    {
        string? server = Uri.TryCreate(_environment("GITHUB_SERVER_URL"), UriKind.Absolute, out Uri? address) ? address.Authority : null;
        bool isServers = server is null ? host.IsGitHubs : string.Equals(server, host.Name, StringComparison.OrdinalIgnoreCase);
        ImmutableArray<string> names = host.IsGitHubs ? ["GH_TOKEN"] : ["GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"];
        return isServers ? names.Add("GITHUB_TOKEN") : names;
    }
}
