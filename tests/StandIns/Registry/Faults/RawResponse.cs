using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Slipway.StandIns;

/// <summary>
/// A response written past the server, straight to the socket, so that it can end anywhere: HTTP/1.1, what the end-point has
/// set as status and header. The server itself must have sent nothing, and the connection is to be reset afterwards.
/// </summary>
internal sealed class RawResponse(HttpContext context)
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(2);

    private readonly Socket _socket = context.Features.Get<IConnectionSocketFeature>()!.Socket;

    public long? ContentLength => context.Response.ContentLength;

    public Task SendHeaderAsync() => SendAsync(Header());

    public Task SendHalfOfHeaderAsync()
    {
        byte[] header = Header();
        return SendAsync(header.AsMemory(0, header.Length / 2));
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
            bytes = bytes[await _socket.SendAsync(bytes, context.RequestAborted)..];
    }

    /// <summary>Says that nothing more comes, and waits until the client hung up: a reset would overtake what is on its way.</summary>
    public async Task EndAsync()
    {
        _socket.Shutdown(SocketShutdown.Send);
        await Task.Delay(TimeLimit, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private byte[] Header()
    {
        StringBuilder header = new();
        header.Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {context.Response.StatusCode} Rehearsal\r\n");
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in context.Response.Headers)
            header.Append(CultureInfo.InvariantCulture, $"{name}: {values}\r\n");
        if (ContentLength is null)
            header.Append("Connection: close\r\n");
        return Encoding.ASCII.GetBytes(header.Append("\r\n").ToString());
    }
}
