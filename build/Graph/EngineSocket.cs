using System.Net.Sockets;
using System.Text.Json;

namespace Slipway.Graph;

/// <summary>The socket at which a Docker Engine is expected: <c>DOCKER_HOST</c> when it names one, else Docker's own.</summary>
internal sealed record EngineSocket(string Path)
{
    private const string Scheme = "unix://";

    private const int LongestAnswer = 64 * 1024;

    public static EngineSocket From(Func<string, string?> environment) =>
        new(environment("DOCKER_HOST") is { } host && host.StartsWith(Scheme, StringComparison.Ordinal) ? host[Scheme.Length..] : "/var/run/docker.sock");

    /// <summary>The engine's version (Engine API, <c>GET /version</c>); null when none answers within <paramref name="patience"/>.</summary>
    public async Task<string?> VersionAsync(TimeSpan patience, CancellationToken stop)
    {
        using SocketsHttpHandler handler = new() { ConnectCallback = ConnectAsync, UseProxy = false };
        using HttpClient client = new(handler) { Timeout = patience, MaxResponseContentBufferSize = LongestAnswer };
        try
        {
            using JsonDocument answer = JsonDocument.Parse(await client.GetByteArrayAsync(new Uri("http://docker/version"), stop));
            return answer.RootElement.GetProperty("Version").GetString();
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or KeyNotFoundException or InvalidOperationException
            || (e is TaskCanceledException && !stop.IsCancellationRequested))
        {
            return null;
        }
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken stop)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path), stop);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
