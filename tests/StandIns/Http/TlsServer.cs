using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Slipway.StandIns;

/// <summary>A server on loopback that answers every request with its protocol, and counts.</summary>
public sealed class TlsServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private TlsServer(WebApplication application, ConcurrentDictionary<string, int> connections, ConcurrentQueue<string> shown)
    {
        _application = application;
        Connections = connections;
        ClientCertificates = shown;
    }

    public Uri Address { get; private set; } = null!;

    /// <summary>How many requests each connection brought.</summary>
    public ConcurrentDictionary<string, int> Connections { get; }

    /// <summary>The subjects of the certificates that clients showed, a request each; empty for none.</summary>
    public ConcurrentQueue<string> ClientCertificates { get; }

    /// <param name="certificate">Null for plain http.</param>
    public static async Task<TlsServer> StartAsync(
        X509Certificate2? certificate,
        bool asksForCertificate = false,
        HttpProtocols protocols = HttpProtocols.Http1AndHttp2
    )
    {
        ConcurrentDictionary<string, int> connections = new();
        ConcurrentQueue<string> shown = new();
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder
            .WebHost.UseKestrelCore()
            .UseKestrelHttpsConfiguration()
            .ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
                {
                    listen.Protocols = certificate is null ? HttpProtocols.Http1 : protocols;
                    if (certificate is not null)
                    {
                        listen.UseHttps(certificate, https =>
                        {
                            https.ClientCertificateMode = asksForCertificate
                                ? ClientCertificateMode.RequireCertificate
                                : ClientCertificateMode.AllowCertificate;
                            https.ClientCertificateValidation = (_, _, _) => true;
                        });
                    }
                }));
        WebApplication application = builder.Build();
        application.Run(async context =>
        {
            connections.AddOrUpdate(context.Connection.Id, 1, (_, count) => count + 1);
            shown.Enqueue(context.Connection.ClientCertificate?.Subject ?? "");
            await context.Response.WriteAsync(context.Request.Protocol);
        });
        await application.StartAsync(TestContext.Current.CancellationToken);
        Uri bound = new(application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        return new TlsServer(application, connections, shown) { Address = new Uri($"{bound.Scheme}://localhost:{bound.Port}/") };
    }

    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(2));
        await _application.StopAsync(patience.Token);
        await _application.DisposeAsync();
    }
}
