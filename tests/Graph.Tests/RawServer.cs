using System.Globalization;
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

    /// <summary>To its end: a connection that closes before is reset, and what was answered may be lost.</summary>
    private async Task ReadBodyAsync(StreamReader reader, long length, bool isChunked)
    {
        char[] buffer = new char[1 << 16];
        string tail = "";
        for (long got = 0; isChunked ? !tail.EndsWith("0\r\n\r\n", StringComparison.Ordinal) : got < length; )
        {
            int read = await reader.ReadAsync(buffer, _stop.Token);
            if (read == 0)
                return;
            got += read;
            tail = (tail + new string(buffer, Math.Max(0, read - 8), Math.Min(read, 8)))[^Math.Min(8, tail.Length + Math.Min(read, 8))..];
        }
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
                long length = 0;
                bool isChunked = false;
                while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 } header)
                {
                    if (header.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
                        length = long.Parse(header.Split(':')[1], CultureInfo.InvariantCulture);
                    isChunked |= header.Equals("Transfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase);
                }

                if (request.Length < 2)
                    return;
                await ReadBodyAsync(reader, length, isChunked);
                Asked++;
                (int status, string[] headers, string body) = Answers(request[0], request[1]);
                byte[] content = Encoding.UTF8.GetBytes(body);
                string head =
                    $"HTTP/1.1 {status} X\r\nContent-Length: {content.Length}\r\nConnection: "
                    + $"close\r\n{string.Concat(headers.Select(header => header + "\r\n"))}\r\n";
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
