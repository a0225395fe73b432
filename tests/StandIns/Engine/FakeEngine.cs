using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Slipway.Engine;
using Slipway.Testing;
using Xunit;

namespace Slipway.StandIns;

/// <summary>
/// The far side of an Engine's socket, byte for byte as a test wants it: it takes requests and answers what it is told to, or cuts
/// the connection. Says that it is Docker 20.10 unless told otherwise.
/// </summary>
public sealed class FakeEngine : IAsyncDisposable
{
    public const string Version = """{"Version":"20.10.24","ApiVersion":"1.41","MinAPIVersion":"1.12","Os":"linux","Arch":"amd64"}""";

    private readonly ScratchFolder _folder = new();
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<FakeRequest, Task> _answer;
    private readonly Task _accepting;
    private readonly ConcurrentBag<Task> _connections = [];

    public FakeEngine(Func<FakeRequest, Task> answer)
    {
        _answer = answer;
        _listener.Bind(new UnixDomainSocketEndPoint(_folder.At("docker.sock")));
        _listener.Listen(16);
        _accepting = AcceptAsync();
    }

    public string Socket => _folder.At("docker.sock");

    public EngineAddress Address => EngineAddress.Parse("unix://" + Socket, "test");

    /// <summary>Every request so far, <c>POST /v1.41/containers/create</c>, without query.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    public List<string> Notices { get; } = [];

    public Task<EngineClient> ConnectAsync(TimeProvider? time = null) =>
        EngineClient.ConnectAsync([Address], time ?? TimeProvider.System, Notices.Add, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections);
        _stop.Dispose();
        _folder.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _connections.Add(ServeAsync(await _listener.AcceptAsync(_stop.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        await using NetworkStream stream = new(socket, ownsSocket: true);
        try
        {
            while (await FakeRequest.ReadAsync(stream, _stop.Token) is { } request)
            {
                Requests.Enqueue($"{request.Method} {request.Path.Split('?')[0]}");
                if (request.Path == "/version" && !request.IsAnswered)
                    await AnswerVersionAsync(request);
                else
                    await _answer(request);
                if (!request.IsAnswered)
                    await request.JsonAsync(404, """{"message":"page not found"}""");
                if (request.IsClosed)
                    return;
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SocketException)
        {
            // The other side is gone, or the test is over.
        }
    }

    private async Task AnswerVersionAsync(FakeRequest request)
    {
        await _answer(request);
        if (!request.IsAnswered)
            await request.JsonAsync(200, Version);
    }
}

/// <summary>One request as it came in; its body is still to be read.</summary>
public sealed class FakeRequest
{
    private readonly Stream _stream;
    private readonly Dictionary<string, string> _headers;

    private (long Length, byte[] Bytes)? _body;

    private FakeRequest(Stream stream, string[] head, CancellationToken cancellationToken)
    {
        _stream = stream;
        Stop = cancellationToken;
        string[] first = head[0].Split(' ');
        (Method, Path) = (first[0], first[1]);
        _headers = head[1..]
            .Select(line => line.Split(": ", 2))
            .ToDictionary(parts => parts[0], parts => parts[1], StringComparer.OrdinalIgnoreCase);
    }

    public string Method { get; }

    /// <summary>With version and query.</summary>
    public string Path { get; }

    public bool IsAnswered { get; private set; }

    public bool IsClosed { get; private set; }

    public CancellationToken Stop { get; }

    public bool Is(string method, string end) => Method == method && Path.Split('?')[0].EndsWith(end, StringComparison.Ordinal);

    public static async Task<FakeRequest?> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        StringBuilder head = new();
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await ByteAsync(stream, cancellationToken) is not { } one)
                return null;
            head.Append((char)one);
        }

        return new FakeRequest(stream, head.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries), cancellationToken);
    }

    /// <summary>Empty when there is none.</summary>
    public string Header(string name) => _headers.GetValueOrDefault(name, "");

    /// <summary>Reads the body to its end.</summary>
    /// <param name="keep">Whether it is returned, or only counted.</param>
    public async Task<(long Length, byte[] Bytes)> BodyAsync(bool keep = true) => _body ??= await ReadBodyAsync(keep);

    private async Task<(long Length, byte[] Bytes)> ReadBodyAsync(bool keep)
    {
        using MemoryStream kept = new();
        byte[] buffer = new byte[128 * 1024];
        long total = 0;
        if (!_headers.ContainsKey("Transfer-Encoding"))
        {
            long length = long.Parse(_headers.GetValueOrDefault("Content-Length", "0"), CultureInfo.InvariantCulture);
            total = await PartAsync(length, buffer, keep ? kept : null);
            return (total, kept.ToArray());
        }

        while (true)
        {
            StringBuilder line = new();
            while (await ByteAsync(_stream, Stop) is { } one && one != '\n')
                line.Append((char)one);
            long length = long.Parse(line.ToString().Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            total += await PartAsync(length, buffer, keep ? kept : null);
            await PartAsync(2, buffer, null);
            if (length == 0)
                return (total, kept.ToArray());
        }
    }

    public Task JsonAsync(int status, string json) =>
        RawAsync(
            $"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(json)}\r\n\r\n{json}"
        );

    /// <summary>Headers of an answer that goes on until the connection is closed.</summary>
    public Task BeginAsync()
    {
        IsClosed = true;
        return RawAsync("HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n");
    }

    public Task RawAsync(string text) => RawAsync(Encoding.UTF8.GetBytes(text));

    public async Task RawAsync(ReadOnlyMemory<byte> bytes)
    {
        IsAnswered = true;
        await _stream.WriteAsync(bytes, Stop);
        await _stream.FlushAsync(Stop);
    }

    /// <summary>Closes the connection, with or without an answer before.</summary>
    public void Cut()
    {
        IsAnswered = IsClosed = true;
    }

    private async Task<long> PartAsync(long length, byte[] buffer, Stream? kept)
    {
        long left = length;
        while (left > 0)
        {
            int count = await _stream.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), Stop);
            if (count == 0)
                throw new IOException("the body broke off");
            kept?.Write(buffer, 0, count);
            left -= count;
        }

        return length;
    }

    private static async Task<byte?> ByteAsync(Stream stream, CancellationToken cancellationToken)
    {
        byte[] one = new byte[1];
        return await stream.ReadAsync(one, cancellationToken) == 1 ? one[0] : null;
    }
}
