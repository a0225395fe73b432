using System.Collections.Concurrent;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Registry;

/// <summary>
/// Speaks the OCI distribution protocol, version 1.1, with any number of registries. Made once and shared; safe for
/// concurrent use. The transport belongs to whoever made it.
/// </summary>
public sealed class RegistryClient
{
    /// <summary>A registry that lives inside a rehearsal says so with this header, valued <c>true</c>, on every answer.</summary>
    public const string RehearsalHeader = "Slipway-Rehearsal";

    private readonly HttpTransport _transport;
    private readonly Credentials _credentials;
    private readonly RegistryMap _map;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, Endpoint> _endpoints = new(StringComparer.Ordinal);

    /// <param name="transport">Sends and tries again.</param>
    /// <param name="credentials">Where credentials come from.</param>
    /// <param name="map">Where requests go.</param>
    /// <param name="time">The clock that tokens expire by.</param>
    public RegistryClient(HttpTransport transport, Credentials credentials, RegistryMap map, TimeProvider time)
    {
        _transport = transport;
        _credentials = credentials;
        _map = map;
        _time = time;
    }

    /// <summary>Which token end-points may see credentials.</summary>
    public RealmPolicy Realms { get; init; } = RealmPolicy.Default;

    /// <summary>A client for the same places that is nobody there, and remembers nothing of this one's requests.</summary>
    public RegistryClient WithoutCredentials() => new(_transport, Credentials.None, _map, _time) { Realms = Realms };

    /// <summary>The repository of a reference; its tag and digest do not matter.</summary>
    public Repository Repository(Reference reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        return new Repository(reference, _endpoints.GetOrAdd(RegistryMap.Canonical(reference.Host), NewEndpoint), _time);
    }

    /// <summary>Who we are at a reference's registry; null for nobody. Asks no registry.</summary>
    /// <exception cref="RemoteException">
    /// <see cref="RemoteFault.Refused"/>: what should hold a credential is broken or half there.
    /// </exception>
    public Task<Credential?> CredentialAsync(Reference reference, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reference);
        return _credentials.ForAsync(reference.Host, reference.Repository, _map, cancellationToken);
    }

    /// <summary>Reads the header from the response to <c>GET /v2/</c> ("Determining Support"), which may well be a 401.</summary>
    internal static async Task<bool> AnnouncesRehearsalAsync(Endpoint endpoint, string host, CancellationToken cancellationToken)
    {
        RegistryOperation operation = new(host, null, "GET /v2/");
        using HttpResponseMessage response = await endpoint.SendOpenlyAsync(
            operation,
            new Uri(endpoint.Address, "/v2/"),
            cancellationToken
        );
        return response.Headers.NonValidated.TryGetValues(RehearsalHeader, out var values) && values.ToString() == "true";
    }

    private Endpoint NewEndpoint(string host)
    {
        Uri address = _map.AddressOf(host);
        Identity identity = new(host, _map, _credentials);
        return new Endpoint(
            address,
            _transport,
            new Authenticator(address, identity, Realms, _transport, _time),
            LoopbackScheme.For(address, _map.IsMapped(host))
        );
    }
}
