using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Slipway.StandIns;

/// <summary>A server by TLS in front of one that speaks plain text, both on loopback: passes bytes on, either way.</summary>
public sealed class TlsFront : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _running;

    private TlsFront(Uri behind, X509Certificate2 certificate)
    {
        _listener.Start();
        Address = new Uri($"https://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _running = RunAsync(behind, certificate);
    }

    public Uri Address { get; }

    /// <param name="certificate">With its key; of 127.0.0.1.</param>
    public static TlsFront Start(Uri behind, X509Certificate2 certificate) => new(behind, certificate);

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        _listener.Dispose();
        await _running;
        _ended.Dispose();
    }

    private async Task RunAsync(Uri behind, X509Certificate2 certificate)
    {
        List<Task> connections = [];
        try
        {
            while (true)
                connections.Add(PassOnAsync(await _listener.AcceptTcpClientAsync(_ended.Token), behind, certificate));
        }
        catch (OperationCanceledException) { }

        await Task.WhenAll(connections);
    }

    private async Task PassOnAsync(TcpClient accepted, Uri behind, X509Certificate2 certificate)
    {
        using TcpClient client = accepted,
            server = new();
        try
        {
            await using SslStream secure = new(client.GetStream());
            await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, _ended.Token);
            await server.ConnectAsync(behind.Host, behind.Port, _ended.Token);
            await Task.WhenAny(secure.CopyToAsync(server.GetStream(), _ended.Token), server.GetStream().CopyToAsync(secure, _ended.Token));
        }
        // The other side hung up, or does not like the certificate.
        catch (Exception e)
            when (e
                    is IOException
                        or SocketException
                        or System.Security.Authentication.AuthenticationException
                        or OperationCanceledException
            ) { }
    }
}
