using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Http.Tests;

/// <summary>HTTP/1.1 and HTTP/2, and how few connections they need.</summary>
public class ProtocolTests
{
    private const int Requests = 2000;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true, HttpProtocols.Http1AndHttp2, "HTTP/2")]
    [InlineData(true, HttpProtocols.Http2, "HTTP/2")]
    [InlineData(true, HttpProtocols.Http1, "HTTP/1.1")]
    [InlineData(false, HttpProtocols.Http1, "HTTP/1.1")]
    public async Task Thousands_of_requests_take_few_connections_of_the_best_protocol_both_speak(
        bool tls,
        HttpProtocols protocols,
        string wanted
    )
    {
        using TestAuthority authority = new();
        using X509Certificate2 certificate = authority.Issue();
        await using TlsServer server = await TlsServer.StartAsync(tls ? certificate : null, protocols: protocols);
        using HostTrustHandler handler = new(new HostTrust { Authorities = [authority.Certificate] }, []);
        using HttpTransport transport = new(handler, new RetryPolicy(), TimeProvider.System, _ => { });
        await Parallel.ForAsync(
            0,
            Requests,
            new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = Stop },
            async (_, stop) =>
            {
                using HttpResponseMessage answer = await transport.SendAsync(
                    () => new HttpRequestMessage(HttpMethod.Get, server.Address),
                    stop
                );
                Assert.Equal(wanted, await answer.Content.ReadAsStringAsync(stop));
            }
        );
        Assert.Equal(Requests, server.Connections.Values.Sum());
        Assert.InRange(server.Connections.Count, 1, wanted == "HTTP/2" ? 2 : 16);
    }
}
