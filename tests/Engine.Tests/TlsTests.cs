using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Slipway.Http;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Engine.Tests;

/// <summary>
/// Who may be an Engine over TCP. Docker.DotNet's own TLS takes a certificate of the right authority for any host's, so that each of its
/// other machines could be this one; the requests go through our handler instead, whoever makes them.
/// </summary>
public sealed class TlsTests : IDisposable
{
    private readonly TestAuthority _authority = new(),
        _stranger = new("somebody else");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _authority.Dispose();
        _stranger.Dispose();
    }

    [Fact]
    public async Task The_right_certificate_is_taken_and_its_engine_asked() =>
        Assert.Equal("20.10.24", (await ConnectAsync(_authority.Issue())).Version.Version);

    [Fact]
    public async Task A_certificate_for_another_host_is_refused_before_anything_is_asked() =>
        await RefusedAsync(_authority.Issue("other.example"), "its certificate is for another name");

    [Fact]
    public async Task A_certificate_for_clients_is_none_for_an_engine() =>
        await RefusedAsync(_authority.Issue(forClients: true), "no TLS with it");

    [Fact]
    public async Task A_certificate_that_is_over_is_refused() =>
        await RefusedAsync(_authority.Issue(fromDays: -3, toDays: -2), "its certificate is over or not valid yet");

    [Fact]
    public async Task A_certificate_of_another_authority_is_refused() =>
        await RefusedAsync(_stranger.Issue(), "its certificate comes from an authority that is not trusted here");

    private async Task RefusedAsync(X509Certificate2 server, string why)
    {
        EngineException e = await Assert.ThrowsAsync<EngineException>(() => ConnectAsync(server));
        Assert.Equal((RemoteFault.Untrusted, false), (e.Fault, e.IsResponse));
        Assert.Contains(why, e.Message, StringComparison.Ordinal);
    }

    private async Task<EngineClient> ConnectAsync(X509Certificate2 certificate)
    {
        using (certificate)
        {
            using TcpListener listener = new(IPAddress.Loopback, 0);
            listener.Start();
            Task<string> serving = ServeAsync(listener, certificate);
            HostTrust trust = new() { Authorities = [_authority.Certificate], IsExclusive = true };
            EngineAddress address = EngineAddress.Parse($"tcp://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}", "test", () =>
                trust
            );
            try
            {
                using EngineClient client = await EngineClient.ConnectAsync([address], TimeProvider.System, _ => { }, Stop);
                Assert.StartsWith("GET /version HTTP/1.1", await serving, StringComparison.Ordinal);
                return client;
            }
            catch (EngineException)
            {
                Assert.Equal("", await serving);
                throw;
            }
        }
    }

    /// <summary>Answers one request.</summary>
    /// <returns>The request's head; empty when the other side went before it asked.</returns>
    private static async Task<string> ServeAsync(TcpListener listener, X509Certificate2 certificate)
    {
        using TcpClient client = await listener.AcceptTcpClientAsync(Stop);
        await using SslStream stream = new(client.GetStream());
        try
        {
            await stream.AuthenticateAsServerAsync(certificate, clientCertificateRequired: false, checkCertificateRevocation: false);
            byte[] head = new byte[4096];
            int count = await stream.ReadAsync(head, Stop);
            if (count > 0)
                await stream.WriteAsync(
                    Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {FakeEngine.Version.Length}\r\n\r\n{FakeEngine.Version}"),
                    Stop
                );
            return Encoding.ASCII.GetString(head, 0, count);
        }
        catch (Exception e) when (e is IOException or AuthenticationException)
        {
            return "";
        }
    }
}
