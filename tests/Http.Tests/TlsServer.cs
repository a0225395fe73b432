using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;

namespace Slipway.Http.Tests;

/// <summary>A server on loopback that answers every request with its protocol, and counts.</summary>
internal sealed class TlsServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private TlsServer(WebApplication application, ConcurrentDictionary<string, int> connections, ConcurrentQueue<string> shown)
    {
        _application = application;
        Connections = connections;
        Shown = shown;
    }

    public Uri Address { get; private set; } = null!;

    /// <summary>How many requests each connection brought.</summary>
    public ConcurrentDictionary<string, int> Connections { get; }

    /// <summary>The subjects of the certificates that clients showed, a request each; empty for none.</summary>
    public ConcurrentQueue<string> Shown { get; }

    /// <param name="certificate">Null for plain http.</param>
    public static async Task<TlsServer> StartAsync(
        X509Certificate2? certificate, bool asksForCertificate = false, HttpProtocols protocols = HttpProtocols.Http1AndHttp2)
    {
        ConcurrentDictionary<string, int> connections = new();
        ConcurrentQueue<string> shown = new();
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = certificate is null ? HttpProtocols.Http1 : protocols;
            if (certificate is not null)
            {
                listen.UseHttps(certificate, https =>
                {
                    https.ClientCertificateMode = asksForCertificate ? ClientCertificateMode.RequireCertificate : ClientCertificateMode.AllowCertificate;
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

/// <summary>A certificate authority that a test makes.</summary>
internal sealed class TestAuthority : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public TestAuthority(string name = "test authority")
    {
        CertificateRequest request = new($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        Certificate = request.CreateSelfSigned(Now.AddDays(-30), Now.AddDays(30));
    }

    public X509Certificate2 Certificate { get; }

    private static DateTimeOffset Now => DateTimeOffset.UtcNow;

    public X509Certificate2 Issue(string name = "localhost", int fromDays = -1, int toDays = 1, bool forClients = false)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(forClients ? "1.3.6.1.5.5.7.3.2" : "1.3.6.1.5.5.7.3.1")], false));
        using X509Certificate2 issued = request.Create(Certificate, Now.AddDays(fromDays), Now.AddDays(toDays), RandomNumberGenerator.GetBytes(8));
        using X509Certificate2 keyed = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(keyed.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }

    public void Dispose()
    {
        _key.Dispose();
        Certificate.Dispose();
    }
}
