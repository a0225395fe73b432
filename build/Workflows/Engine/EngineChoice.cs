using System.Collections.Immutable;
using Slipway.Engine;
using Slipway.Oci;

namespace Slipway.Workflows;

/// <summary>
/// Which Engine is for which platform, as <c>--docker-host [PLATFORM=]ADDRESS</c> says; else the one that Docker's own tools would take.
/// Connects when it is asked for one, once for each. Disposing closes the connections.
/// </summary>
internal sealed class EngineChoice : IDisposable
{
    private readonly ImmutableArray<(Platform? Platform, EngineAddress Address)> _named;
    private readonly EngineAddresses _addresses;
    private readonly Action<string> _log;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, EngineClient> _clients = new(StringComparer.Ordinal);

    /// <exception cref="ContentException">A value is no address of an Engine, or a platform has two.</exception>
    public EngineChoice(IEnumerable<string> values, Func<string, string?> environment, Action<string> log, TimeProvider time)
    {
        _addresses = new EngineAddresses(environment);
        _log = log;
        _time = time;
        _named = [.. values.Select(Read)];
        if (_named.GroupBy(entry => entry.Platform?.Normalized).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new ContentException($"--docker-host: {twice.Key?.ToString() ?? "all platforms"} wanted one Engine, got {twice.Count()}");
    }

    /// <summary>The Engine for a platform; null for the one without.</summary>
    /// <exception cref="EngineException">There is none that can be used; names what was tried.</exception>
    public async Task<EngineClient> ConnectAsync(Platform? platform, CancellationToken cancellationToken)
    {
        var fitting = _named
            .Where(entry => entry.Platform?.Normalized == platform?.Normalized)
            .Concat(_named.Where(entry => entry.Platform is null))
            .Take(1)
            .ToArray();
        IReadOnlyList<EngineAddress> addresses = fitting is [var one] ? [one.Address] : _addresses.Find();
        string key = string.Join(' ', addresses);
        if (!_clients.TryGetValue(key, out EngineClient? client))
        {
            _clients.Add(key, client = await EngineClient.ConnectAsync(addresses, _time, _log, cancellationToken));
            int swept = await client.SweepAsync(cancellationToken);
            if (swept > 0)
                _log($"{client.Address}: removed {swept} containers and images that earlier runs left");
        }

        return client;
    }

    /// <summary>How a command line names the Engine of a platform; empty where docker finds it by itself.</summary>
    public string ArgumentFor(EngineClient client) => _named.IsEmpty ? "" : $"--host {client.Address} ";

    public void Dispose()
    {
        foreach (EngineClient client in _clients.Values)
            client.Dispose();
    }

    private (Platform? Platform, EngineAddress Address) Read(string value)
    {
        int equals = value.IndexOf('=', StringComparison.Ordinal),
            scheme = value.IndexOf("://", StringComparison.Ordinal);
        bool named = equals >= 0 && (scheme < 0 || equals < scheme);
        return (named ? Platform.Parse(value[..equals]) : null, _addresses.Named(named ? value[(equals + 1)..] : value, "--docker-host"));
    }
}
