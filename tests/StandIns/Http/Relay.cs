using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Slipway.StandIns;

/// <summary>
/// A port of loopback that hands all bytes on to another, both ways, and can do something right before it hands on what a
/// client has sent. Where nobody listens behind it, it hangs up.
/// </summary>
public sealed class Relay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly IPEndPoint _behind;
    private readonly Task _accepting;

    /// <param name="behind"><c>127.0.0.1:PORT</c>.</param>
    public Relay(string behind)
    {
        _behind = IPEndPoint.Parse(behind);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary><c>127.0.0.1:PORT</c>.</summary>
    public string Host => _listener.LocalEndpoint.ToString()!;

    /// <summary>With its key: clients speak TLS to this, and plain text goes on. Null hands on what comes.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Told what a client sends, as Latin-1, before it is handed on: a request's header comes in one piece.</summary>
    public Func<string, Task> Before { get; set; } = _ => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _accepting;
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> connections = [];
        try
        {
            while (true)
                connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_end.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using TcpClient server = new();
        using (client)
        {
            try
            {
                await using Stream front = await FrontAsync(client);
                await server.ConnectAsync(_behind, _end.Token);
                await using Stream behind = server.GetStream();
                Task up = CopyAsync(front, behind, Before),
                    down = CopyAsync(behind, front, _ => Task.CompletedTask);
                await (await Task.WhenAny(up, down));
            }
            catch (Exception e) when (e is IOException or SocketException or AuthenticationException or OperationCanceledException)
            {
                // One side has gone; hanging up tells the other.
                client.Client.LingerState = new LingerOption(true, 0);
            }
        }
    }

    private async Task<Stream> FrontAsync(TcpClient client)
    {
        if (Certificate is null)
            return client.GetStream();
        SslStream secure = new(client.GetStream());
        await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = Certificate }, _end.Token);
        return secure;
    }

    private async Task CopyAsync(Stream from, Stream to, Func<string, Task> before)
    {
        byte[] buffer = new byte[64 * 1024];
        int count;
        while ((count = await from.ReadAsync(buffer, _end.Token)) > 0)
        {
            await before(Encoding.Latin1.GetString(buffer, 0, count));
            await to.WriteAsync(buffer.AsMemory(0, count), _end.Token);
        }
    }
}
