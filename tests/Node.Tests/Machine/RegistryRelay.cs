using System.Net;
using System.Net.Sockets;

namespace Slipway.Node.Tests;

/// <summary>Lets a machine reach a server of this machine's loopback: through a socket that is a file, which both see.</summary>
internal sealed class RegistryRelay : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    /// <param name="file">The socket's path; made here.</param>
    /// <param name="server">As <c>127.0.0.1:5000</c>; it need not answer always.</param>
    public RegistryRelay(string file, string server)
    {
        _listener.Bind(new UnixDomainSocketEndPoint(file));
        _listener.Listen();
        _accepting = AcceptAsync(IPEndPoint.Parse(server));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync(IPEndPoint server)
    {
        List<Task> connections = [];
        try
        {
            while (true)
                connections.Add(RelayAsync(await _listener.AcceptAsync(_stop.Token), server));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task RelayAsync(Socket client, IPEndPoint server)
    {
        using Socket one = client,
            other = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await other.ConnectAsync(server, _stop.Token);
            await Task.WhenAll(CopyAsync(one, other), CopyAsync(other, one));
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // A server that is dead ends its connections; so does this.
        }
    }

    private async Task CopyAsync(Socket from, Socket to)
    {
        byte[] buffer = new byte[1 << 16];
        int read;
        while ((read = await from.ReceiveAsync(buffer, _stop.Token)) > 0)
        {
            for (int sent = 0; sent < read; )
                sent += await to.SendAsync(buffer.AsMemory(sent, read - sent), _stop.Token);
        }

        to.Shutdown(SocketShutdown.Send);
    }
}
