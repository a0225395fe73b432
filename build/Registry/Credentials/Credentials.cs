using System.Collections.Immutable;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Registry;

/// <summary>
/// Finds the credential for a registry: the environment's pair for a <see cref="KnownRegistry"/>, then the file that
/// <c>REGISTRY_AUTH_FILE</c> names, then Docker's <c>config.json</c>. The first that has one wins.
/// </summary>
/// <remarks>
/// When a host is mapped elsewhere, files and helpers are asked for the address that is really spoken to, so that a
/// stored password never goes to a stand-in; the environment's pair follows the name, since whoever sets it and the map
/// for one run means just that (distribution specification, "Registry Proxying").
/// </remarks>
public sealed class Credentials
{
    private readonly Func<Place, CancellationToken, Task<Credential?>> _find;

    private Credentials(Func<Place, CancellationToken, Task<Credential?>> find)
    {
        _find = find;
    }

    /// <summary>No credential for any registry: anonymous reads.</summary>
    public static Credentials None { get; } = new((_, _) => Task.FromResult<Credential?>(null));

    /// <summary>Credentials in the order above.</summary>
    /// <param name="environment">Reads an environment variable; null when it is not set.</param>
    /// <param name="time">The clock that bounds how long a helper may take; null for the system's.</param>
    public static Credentials From(Func<string, string?> environment, TimeProvider? time = null) =>
        new((place, cancellationToken) => FindAsync(environment, time ?? TimeProvider.System, place, cancellationToken));

    /// <summary>Just these credentials, by the registry's name as references write it.</summary>
    public static Credentials Of(IEnumerable<KeyValuePair<string, Credential>> byHost)
    {
        ImmutableDictionary<string, Credential> known = byHost.ToImmutableDictionary(
            pair => RegistryMap.Canonical(pair.Key),
            pair => pair.Value,
            StringComparer.OrdinalIgnoreCase
        );
        return new Credentials((place, _) => Task.FromResult(known.GetValueOrDefault(place.Host)));
    }

    /// <summary>The credential for a repository of a host; null when there is none.</summary>
    /// <param name="repository">Null for the host itself.</param>
    /// <exception cref="RemoteException"><see cref="RemoteFault.Refused"/>: what should hold one is broken or half there.</exception>
    public Task<Credential?> ForAsync(string host, string? repository, RegistryMap map, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(map);
        string name = RegistryMap.Canonical(host);
        return _find(new Place(name, map.IsMapped(host) ? map.AddressOf(host).Authority : name, repository), cancellationToken);
    }

    public override string ToString() => nameof(Credentials);

    private static async Task<Credential?> FindAsync(
        Func<string, string?> environment,
        TimeProvider time,
        Place place,
        CancellationToken cancellationToken
    )
    {
        if (KnownRegistry.Of(place.Host) is { UserVariable: var user, SecretVariable: var secret })
        {
            string? name = NullIfEmpty(environment(user)),
                word = NullIfEmpty(environment(secret));
            if (name is not null && word is not null)
                return new Credential(name, word, $"{user} and {secret}");
            if (name is not null || word is not null)
                throw Broken($"{(name is null ? secret : user)} is set but {(name is null ? user : secret)} is not: set both or neither");
        }

        foreach (DockerConfig config in Configs(environment))
        {
            if (
                await config.FindAsync(
                    place.Key,
                    place.RepositoryName,
                    name => new CredentialProgram(name, environment, time),
                    cancellationToken
                ) is
                { } found
            )
                return found;
        }

        return null;
    }

    private static IEnumerable<DockerConfig> Configs(Func<string, string?> environment)
    {
        if (NullIfEmpty(environment("REGISTRY_AUTH_FILE")) is { } named)
            yield return DockerConfig.Read(named) ?? throw Broken($"REGISTRY_AUTH_FILE names {named}, which does not exist");
        string? folder = NullIfEmpty(environment("DOCKER_CONFIG"))
            ?? (NullIfEmpty(environment("HOME")) is { } home ? Path.Combine(home, ".docker") : null);
        if (folder is not null && DockerConfig.Read(Path.Combine(folder, "config.json")) is { } config)
            yield return config;
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static RemoteException Broken(string problem) => new(RemoteFault.Refused, $"credentials: {problem}");

    /// <param name="Host">As references name it.</param>
    /// <param name="Key">What files and helpers are asked for.</param>
    private sealed record Place(string Host, string Key, string? RepositoryName);
}
