using System.Globalization;
using System.Net.Sockets;
using Slipway.Http;

namespace Slipway.Engine;

/// <summary>Opens connections to an address, for a handler of HTTP requests.</summary>
internal static class EngineConnection
{
    /// <summary>
    /// Disposing closes the connections, and ends the programs that they lead through. Nothing of it goes through a proxy.
    /// </summary>
    public static SocketsHttpHandler NewHandler(EngineAddress address)
    {
        SocketsHttpHandler handler = HttpTransport.NewHandler();
        handler.UseProxy = false;
        handler.Proxy = null;
        // A connection that an Engine closed long ago is not to be found out by a request that must not be sent twice.
        handler.PooledConnectionIdleTimeout = TimeSpan.FromSeconds(5);
        if (address.Tls is { } tls)
            handler.SslOptions = tls.Options();
        if (address.Scheme != EngineScheme.Tcp)
            handler.ConnectCallback = (_, cancellationToken) =>
                address.Scheme == EngineScheme.Unix ? SocketAsync(address.Path, cancellationToken) : Ssh(address);
        return handler;
    }

    /// <summary>What requests are addressed to; a socket has no host, but HTTP wants one.</summary>
    public static Uri BaseOf(EngineAddress address) =>
        new(
            address.Scheme != EngineScheme.Tcp
                ? "http://docker/"
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"{(address.Tls is null ? "http" : "https")}://{Bracketed(address.Host)}:{address.Port}/"
                )
        );

    private static string Bracketed(string host) => host.Contains(':', StringComparison.Ordinal) && host[0] != '[' ? $"[{host}]" : host;

    private static async ValueTask<Stream> SocketAsync(string path, CancellationToken cancellationToken)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The docker program there connects its own streams with its Engine.</summary>
    private static ValueTask<Stream> Ssh(EngineAddress address)
    {
        string[] user = address.User is { } name ? ["-l", name] : [];
        string[] port = address.Port is { } number ? ["-p", number.ToString(CultureInfo.InvariantCulture)] : [];
        string[] socket = address.Path.Length > 0 ? ["--host", "unix://" + address.Path] : [];
        return ValueTask.FromResult<Stream>(
            ProgramStream.Start(
                "ssh",
                [
                    "-T",
                    "-o",
                    "BatchMode=yes",
                    "-o",
                    "ConnectTimeout=20",
                    .. user,
                    .. port,
                    "--",
                    address.Host,
                    "docker",
                    .. socket,
                    "system",
                    "dial-stdio",
                ]
            )
        );
    }
}
