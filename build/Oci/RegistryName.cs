using System.Globalization;

namespace Slipway.Oci;

/// <summary>
/// The names that one registry goes by, as the one that stands for all: in lower case, without the port that https has anyway, and
/// <c>docker.io</c> for Docker Hub's three. Names that are only like these are other registries.
/// </summary>
public static class RegistryName
{
    private const int Https = 443;

    /// <param name="host"><c>HOST[:PORT]</c>, in any spelling.</param>
    public static string Canonical(string host)
    {
        ArgumentNullException.ThrowIfNull(host);
        string lower = host.ToLowerInvariant();
        int colon = lower.LastIndexOf(':');
        bool isHttps =
            colon > 0
            && int.TryParse(lower.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port)
            && port == Https;
        // On this machine registries may speak plain http, where the port says which one is meant.
        string name =
            isHttps && lower[..colon] is not ("localhost" or "[::1]") && !lower.StartsWith("127.", StringComparison.Ordinal)
                ? lower[..colon]
                : lower;
        return KnownRegistry.All.FirstOrDefault(known => known.Aliases.Contains(name))?.Host ?? name;
    }

    /// <summary>A repository as its registry knows it: <c>library/debian</c> for <c>debian</c> on Docker Hub.</summary>
    /// <param name="host">In any spelling.</param>
    public static string RepositoryAt(string host, string repository)
    {
        ArgumentNullException.ThrowIfNull(repository);
        return KnownRegistry.Of(Canonical(host))?.DefaultNamespace is { } owner && !repository.Contains('/', StringComparison.Ordinal)
            ? $"{owner}/{repository}"
            : repository;
    }
}
