using System.Collections.Immutable;
using Slipway.Http;

namespace Slipway.GitHub;

/// <summary>
/// Where the API of each host is. <c>github.com</c> is <c>https://api.github.com</c>, <c>NAME.ghe.com</c> <c>https://api.NAME.ghe.com</c>,
/// every other host <c>https://HOST/api/v3</c>; unless an entry <c>HOST=URL</c> sends it elsewhere, or <c>GITHUB_API_URL</c>, which holds
/// for the host that <c>GITHUB_SERVER_URL</c> names, as GitHub Actions set both. Immutable.
/// </summary>
public sealed class GitHubHosts
{
    private readonly ImmutableDictionary<string, GitHubHost> _entries;

    private GitHubHosts(ImmutableDictionary<string, GitHubHost> entries)
    {
        _entries = entries;
    }

    /// <summary>Nothing is sent elsewhere.</summary>
    public static GitHubHosts Default { get; } = new(ImmutableDictionary.Create<string, GitHubHost>(StringComparer.OrdinalIgnoreCase));

    /// <summary>
    /// Reads entries <c>HOST=URL</c>, as <c>--github-url</c> takes them, and the environment for hosts that no entry names.
    /// </summary>
    /// <param name="environment">Reads an environment variable; null when it is not set.</param>
    /// <exception cref="FormatException">
    /// An entry or variable is malformed, asks for plain http beyond loopback, or names a host twice.
    /// </exception>
    public static GitHubHosts Parse(IEnumerable<string> entries, Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(entries);
        ArgumentNullException.ThrowIfNull(environment);
        ImmutableDictionary<string, GitHubHost>.Builder map = Default._entries.ToBuilder();
        foreach (string entry in entries)
        {
            int equals = entry.IndexOf('=', StringComparison.Ordinal);
            string host = equals < 0 ? "" : entry[..equals].Trim().ToLowerInvariant();
            if (host.Length == 0 || host.AsSpan().ContainsAny('/', ' ', '@'))
                throw new FormatException(
                    $"--github-url '{entry}': wanted HOST=URL, as in github.example.org=https://github.example.org/api/v3"
                );
            if (!map.TryAdd(host, GitHubHost.At(host, Address("--github-url", entry[(equals + 1)..].Trim()))))
                throw new FormatException($"--github-url '{entry}': {host} is listed twice");
        }

        if (environment("GITHUB_API_URL") is { Length: > 0 } api)
        {
            GitHubHost named = OfActions(Address("GITHUB_API_URL", api), environment("GITHUB_SERVER_URL"));
            map.TryAdd(named.Name, named);
        }

        return new GitHubHosts(map.ToImmutable());
    }

    public GitHubHost Of(string host)
    {
        ArgumentNullException.ThrowIfNull(host);
        string name = host.ToLowerInvariant();
        return _entries.GetValueOrDefault(name) ?? GitHubHost.Usual(name);
    }

    /// <summary>What Actions say: the usual place of a host keeps its host for uploads.</summary>
    private static GitHubHost OfActions(Uri api, string? server)
    {
        string host = string.IsNullOrEmpty(server) ? Guess(api) : Address("GITHUB_SERVER_URL", server).Authority.ToLowerInvariant();
        GitHubHost usual = GitHubHost.Usual(host),
            told = GitHubHost.At(host, api);
        return usual.Api == told.Api ? usual : told;
    }

    private static string Guess(Uri api) =>
        api.Authority.StartsWith("api.", StringComparison.Ordinal) && GitHubHost.Usual(api.Authority[4..]) is { IsGitHubs: true } tenant
            ? tenant.Name
        : api.AbsolutePath.TrimEnd('/') == "/api/v3" ? api.Authority
        : throw new FormatException(
            $"GITHUB_API_URL is {Redaction.Of(api)}: set GITHUB_SERVER_URL, too, to name its host, or use --github-url HOST=URL"
        );

    private static Uri Address(string what, string text) =>
        !Uri.TryCreate(text, UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https")
            ? throw new FormatException($"{what}: wanted an http or https URL")
        : address.UserInfo.Length > 0 || address.Query.Length > 0 || address.Fragment.Length > 0
            ? throw new FormatException($"{what}: a URL holds user information, a query or a fragment; a token comes from the environment")
        : address.Scheme == "https" || Loopback.Is(address) ? address
        : throw new FormatException($"{what}: plain http is allowed for this machine only, not for {address.Host}; use https");
}
