using System.Collections.Immutable;
using System.Security.Cryptography;
using Slipway.Http;
using Slipway.Registry;
using Slipway.Rehearsal;

namespace Slipway.Workflows;

/// <summary>
/// Registries inside this process, one for each host that the images are meant for: real sockets on loopback, token
/// authentication, a password that nobody else knows. Disposing stops them.
/// </summary>
internal sealed class RehearsalRegistries : IAsyncDisposable
{
    private readonly ImmutableArray<RehearsalRegistry> _registries;
    private readonly RegistryMap _map;
    private readonly Credentials _credentials;
    private readonly HttpTransport _transport;
    private readonly TimeProvider _time;

    private RehearsalRegistries(
        ImmutableArray<RehearsalRegistry> registries,
        RegistryMap map,
        Credentials credentials,
        HttpTransport transport,
        TimeProvider time
    )
    {
        _registries = registries;
        _map = map;
        _credentials = credentials;
        _transport = transport;
        _time = time;
    }

    /// <param name="hosts">As references name them, <c>quay.io</c>; each once.</param>
    /// <param name="folder">Where they keep what is pushed; emptied first.</param>
    public static async Task<RehearsalRegistries> StartAsync(
        IReadOnlyList<string> hosts,
        string folder,
        Action<string> log,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        const string User = "rehearsal";
        string password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var registries = ImmutableArray.CreateBuilder<RehearsalRegistry>();
        List<string> map = [];
        foreach (string host in hosts)
        {
            RehearsalRegistry registry = await RehearsalRegistry.StartAsync(
                new RehearsalOptions
                {
                    Storage = Path.Combine(folder, host),
                    Authentication = RehearsalAuthentication.Token,
                    User = User,
                    Password = password,
                    AnnounceRehearsal = true,
                },
                cancellationToken
            );
            registries.Add(registry);
            map.Add($"{host}={registry.Address.GetLeftPart(UriPartial.Authority)}");
            log($"rehearsal: {host} is {registry.Address.GetLeftPart(UriPartial.Authority)} in this process");
        }

        return new RehearsalRegistries(
            registries.ToImmutable(),
            RegistryMap.Parse(map),
            Credentials.Of(hosts.Select(host => KeyValuePair.Create(host, new Credential(User, password, "the rehearsal")))),
            new HttpTransport(HttpTransport.NewHandler(), new RetryPolicy(), time, log),
            time
        );
    }

    /// <summary>A client with no memory of earlier requests.</summary>
    public RegistryClient Connect() => new(_transport, _credentials, _map, _time);

    public async ValueTask DisposeAsync()
    {
        _transport.Dispose();
        foreach (RehearsalRegistry registry in _registries)
            await registry.DisposeAsync();
    }
}
