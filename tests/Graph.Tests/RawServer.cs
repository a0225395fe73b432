using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Slipway.Graph.Tests;

/// <summary>A server on loopback that says what no sound library would let it say: bytes of any kind in headers and bodies.</summary>
internal sealed class RawServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    public RawServer()
    {
        _listener.Start();
        _serving = ServeAsync();
    }

    public string Address => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>From method and path to status, header lines and body.</summary>
    public Func<string, string, (int Status, string[] Headers, string Body)> Answers { get; set; } = (_, _) => (404, [], "");

    public int Asked { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _serving;
        _stop.Dispose();
        _listener.Dispose();
    }

    private async Task ServeAsync()
    {
        List<Task> connections = [];
        try
        {
            while (true)
                connections.Add(TalkAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task TalkAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                await using NetworkStream stream = client.GetStream();
                using StreamReader reader = new(stream, Encoding.Latin1, leaveOpen: true);
                string[] request = (await reader.ReadLineAsync(_stop.Token) ?? "").Split(' ');
                while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 })
                {
                }

                if (request.Length < 2)
                    return;
                Asked++;
                (int status, string[] headers, string body) = Answers(request[0], request[1]);
                byte[] content = Encoding.UTF8.GetBytes(body);
                string head = $"HTTP/1.1 {status} X\r\nContent-Length: {content.Length}\r\nConnection: close\r\n{string.Concat(headers.Select(header => header + "\r\n"))}\r\n";
                await stream.WriteAsync(Encoding.UTF8.GetBytes(head), _stop.Token);
                if (request[0] != "HEAD")
                    await stream.WriteAsync(content, _stop.Token);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // The client went away, or the test is over.
            }
        }
    }
}
