using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Oci;

namespace Slipway.Rehearsal;

/// <summary>
/// A registry inside this process that speaks the OCI distribution protocol, version 1.1, over a real socket on
/// 127.0.0.1: pull, push, discovery and deletion. It logs nothing.
/// </summary>
public sealed class RehearsalRegistry : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly RequestHandler _handler;
    private readonly ContentStore _store;
    private readonly UploadSessions _sessions;
    private readonly AuthMiddleware _gate;

    private RehearsalRegistry(
        WebApplication started,
        RequestHandler handler,
        ContentStore store,
        UploadSessions sessions,
        AuthMiddleware gate
    )
    {
        _application = started;
        _handler = handler;
        _store = store;
        _sessions = sessions;
        _gate = gate;
        ICollection<string> addresses = started.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        Address = new Uri(addresses.First());
        gate.Open(Address, new Uri(addresses.Last()));
    }

    /// <summary><c>http://127.0.0.1:PORT/</c>.</summary>
    public Uri Address { get; }

    /// <summary>Where tokens are issued; null when none are.</summary>
    public Uri? Realm => _gate.Realm;

    /// <summary>What was asked so far.</summary>
    public RequestLog Log => _handler.Log;

    /// <summary>How many uploads were begun and neither finished nor cancelled.</summary>
    public int OpenUploads => _sessions.Count;

    /// <summary>Starts one; it answers when this returns. Disposing stops it and keeps the storage.</summary>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<RehearsalRegistry> StartAsync(RehearsalOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Authentication != RehearsalAuthentication.None && options.User.Length == 0)
            throw new ArgumentException("a rehearsal registry with authentication needs a user", nameof(options));
        UploadSessions sessions = new(options.Time);
        AuthMiddleware gate = new(options.Access);
        ContentStore store = new(options.Storage);
        RequestHandler handler = new(options, store, sessions, gate);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Configure(kestrel, options));
        WebApplication application = builder.Build();
        application.Run(handler.HandleAsync);
        try
        {
            await application.StartAsync(cancellationToken);
        }
        catch
        {
            await application.DisposeAsync();
            throw;
        }

        return new RehearsalRegistry(application, handler, store, sessions, gate);
    }

    /// <summary>
    /// Deletes every manifest that no tag reaches, as registries do in the background. A tag reaches its manifest, what an
    /// index lists, and whatever has a kept manifest as its subject. Returns what went, in no order.
    /// </summary>
    public IReadOnlyList<Digest> CollectUntagged() => _store.CollectUntagged();

    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(2));
        await _application.StopAsync(limit.Token);
        await _application.DisposeAsync();
        _sessions.Dispose();
    }

    private static void Configure(KestrelServerOptions kestrel, RehearsalOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Listen(IPAddress.Loopback, options.Port);
        if (options.Authentication == RehearsalAuthentication.TokenElsewhere)
            kestrel.Listen(IPAddress.Loopback, 0);
    }
}
