using System.Collections.Concurrent;
using Slipway.Oci;

namespace Slipway.Registry;

/// <summary>
/// Who we are at one registry: the credential for each of its repositories, looked for once, since files may be many and helpers
/// slow, or ask the person at the screen. Safe for concurrent use.
/// </summary>
internal sealed class Identity
{
    private readonly string _registry;
    private readonly RegistryMap _map;
    private readonly Credentials _credentials;
    private readonly ConcurrentDictionary<string, Lazy<Task<Credential?>>> _found = new(StringComparer.Ordinal);

    public Identity(string registry, RegistryMap map, Credentials credentials)
    {
        _registry = registry;
        _map = map;
        _credentials = credentials;
    }

    /// <summary>The registry, as references name it.</summary>
    public string Registry => _registry;

    /// <summary>The credentials that were found so far.</summary>
    public IEnumerable<Credential> Known =>
        _found
            .Values.Select(found => found.IsValueCreated && found.Value.IsCompletedSuccessfully ? found.Value.Result : null)
            .OfType<Credential>();

    /// <param name="repository">Null for the registry itself.</param>
    /// <exception cref="Slipway.Http.RemoteException">What should hold one is broken; looked for anew the next time.</exception>
    public async Task<Credential?> FindAsync(string? repository, CancellationToken cancellationToken)
    {
        string name = repository ?? "";
        Lazy<Task<Credential?>> lookup = _found.GetOrAdd(name, _ => new Lazy<Task<Credential?>>(() =>
            Task.Run(() => _credentials.ForAsync(_registry, repository, _map, CancellationToken.None), CancellationToken.None)
        ));
        try
        {
            return await lookup.Value.WaitAsync(cancellationToken);
        }
        catch when (lookup.Value.IsFaulted)
        {
            _found.TryRemove(KeyValuePair.Create(name, lookup));
            throw;
        }
    }

    /// <summary>What to do about a refusal, naming the credential's source but nothing of it.</summary>
    public string AdviceFor(string? repository) =>
        _found.TryGetValue(repository ?? "", out Lazy<Task<Credential?>>? found)
        && found.Value is { IsCompletedSuccessfully: true, Result: { } credential }
            ? $"check the {credential} and their rights there"
            : $"no credentials were found: {KnownRegistry.Of(_registry)?.CredentialsAdvice ?? $"run docker login {_registry}"}";
}
