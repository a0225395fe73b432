using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Slipway.Rehearsal;

/// <summary>
/// A registry inside this process that speaks the OCI distribution protocol, version 1.1, over a real socket on
/// 127.0.0.1: pull, push, listing of tags and deletion. It stores to a folder, never in memory, and logs nothing.
/// </summary>
public sealed class RehearsalRegistry : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly UploadSessions _sessions;

    private RehearsalRegistry(WebApplication application, UploadSessions sessions, RequestLog log, Uri address)
    {
        _application = application;
        _sessions = sessions;
        Log = log;
        Address = address;
    }

    /// <summary><c>http://127.0.0.1:PORT/</c>.</summary>
    public Uri Address { get; }

    /// <summary>What was asked so far.</summary>
    public RequestLog Log { get; }

    /// <summary>How many uploads were begun and neither finished nor cancelled.</summary>
    public int OpenUploads => _sessions.Count;

    /// <summary>Starts one; it answers when this returns. Disposing stops it and keeps the storage.</summary>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<RehearsalRegistry> StartAsync(RehearsalOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Authentication != RehearsalAuthentication.None && options.User.Length == 0)
            throw new ArgumentException("a rehearsal registry with authentication needs a user", nameof(options));
        RequestLog log = new();
        UploadSessions sessions = new();
        Gate gate = new(options);
        RequestHandler handler = new(options, new ContentStore(options.Storage), sessions, gate, log);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Configure(kestrel, options.Port));
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

        string address = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        gate.Address = new Uri(address);
        return new RehearsalRegistry(application, sessions, log, gate.Address);
    }

    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(2));
        await _application.StopAsync(patience.Token);
        await _application.DisposeAsync();
        _sessions.Dispose();
    }

    private static void Configure(KestrelServerOptions kestrel, int port)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Listen(IPAddress.Loopback, port);
    }
}
