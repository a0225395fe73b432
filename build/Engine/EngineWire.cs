using System.Net;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using System.Security.Authentication;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Engine;

/// <summary>
/// Sends requests to one Engine, each once: what starts, builds or removes something must not happen twice. Every failure comes
/// out as an <see cref="EngineException"/> that names the Engine and the request. Safe for concurrent use.
/// </summary>
internal sealed class EngineWire : IDisposable
{
    private const int MaximumErrorSize = 16 * 1024;

    /// <summary>What an Engine may take its time for: it unpacks what it is sent while it reads it.</summary>
    private static readonly Patience Moving = new() { AnswerWithin = TimeSpan.FromMinutes(5), RateWindow = TimeSpan.FromMinutes(5), Exchange = TimeSpan.FromDays(1) };

    private readonly HttpMessageInvoker _invoker;
    private readonly EngineAddress _address;
    private readonly Uri _base;
    private readonly TimeProvider _time;

    public EngineWire(EngineAddress address, TimeProvider time)
    {
        _address = address;
        _time = time;
        _base = EngineConnection.BaseOf(address);
        _invoker = new HttpMessageInvoker(EngineConnection.NewHandler(address));
    }

    /// <summary>What stands before every path once a version was agreed on: <c>v1.41/</c>.</summary>
    public string Prefix { get; set; } = "";

    public TimeProvider Time => _time;

    /// <summary>The answer, once its headers are there and when its status is one of success; the caller disposes it.</summary>
    /// <exception cref="EngineException">There is no Engine, it went away, or it answers with an error.</exception>
    public async Task<HttpResponseMessage> SendAsync(EngineCall call, CancellationToken cancellationToken)
    {
        HttpResponseMessage answer = await TranslateAsync(call, () => SendOnceAsync(call, cancellationToken), cancellationToken);
        if (answer.IsSuccessStatusCode)
            return answer;
        using (answer)
            throw await RefusalAsync(call, answer, cancellationToken);
    }

    /// <summary>Sends, and reads a small answer, which has to end in the time that the call has for its beginning.</summary>
    public async Task<ReadOnlyMemory<byte>> AskAsync(EngineCall call, CancellationToken cancellationToken, int limit = 4 * 1024 * 1024)
    {
        using HttpResponseMessage answer = await SendAsync(call, cancellationToken);
        ReadOnlyMemory<byte> body = await TranslateAsync(
            call, () => InTimeAsync(call, "no end of its answer", stop => BoundedBody.ReadAsync(answer, limit, stop), cancellationToken), cancellationToken);
        return body.Length <= limit ? body : throw Broken(call, $"its answer is larger than {limit} bytes");
    }

    /// <summary>Hands an answer's body over while it comes; the answer stays the caller's.</summary>
    public Task ReadAsync(EngineCall call, HttpResponseMessage answer, Func<Stream, Task> read, CancellationToken cancellationToken) => TranslateAsync(
        call,
        async () =>
        {
            await using Stream body = await answer.Content.ReadAsStreamAsync(cancellationToken);
            await read(body);
            return true;
        },
        cancellationToken);

    /// <summary>Parses what an Engine answered.</summary>
    public T Understand<T>(EngineCall call, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (ContentException e)
        {
            throw Broken(call, e.Message, e);
        }
    }

    /// <summary>An error that an Engine told inside of an answer that began well.</summary>
    public EngineException Refused(EngineCall call, string message) =>
        new(RemoteFault.Protocol, $"{_address}: {call}: {Printable.EndsOf(message)}") { IsAnswer = true };

    public void Dispose() => _invoker.Dispose();

    private async Task<HttpResponseMessage> SendOnceAsync(EngineCall call, CancellationToken cancellationToken)
    {
        using HttpRequestMessage message = new(call.Method, new Uri(_base, call.Relative(Prefix))) { Content = call.Content };
        message.Headers.UserAgent.ParseAdd("slipway");
        if (message.Content is { } content)
            message.Content = new PacedContent(content, Moving, _time, new Exchange(Moving, _time));
        // An Engine that refuses a large upload may do so before all of it was sent.
        HttpResponseMessage answer = await InTimeAsync(call, "no answer", stop => _invoker.SendAsync(message, stop), cancellationToken);
        if (call.Moves)
            answer.Content = new PatientContent(answer.Content, Moving, _time, new Exchange(Moving, _time));
        return answer;
    }

    private async Task<T> InTimeAsync<T>(EngineCall call, string what, Func<CancellationToken, Task<T>> act, CancellationToken cancellationToken)
    {
        using CancellationTokenSource patience = new(call.Patience ?? Timeout.InfiniteTimeSpan, _time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            return await act(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new EngineException(RemoteFault.TryAgain, $"{_address}: {call}: {what} within {call.Patience!.Value.TotalSeconds:0} s");
        }
    }

    private async Task<T> TranslateAsync<T>(EngineCall call, Func<Task<T>> act, CancellationToken cancellationToken)
    {
        try
        {
            return await act();
        }
        catch (ContentException e) when (e.InnerException is not IOException)
        {
            throw Broken(call, e.Message, e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException or ObjectDisposedException && !cancellationToken.IsCancellationRequested)
        {
            throw Lost(call, e);
        }
    }

    private EngineException Lost(EngineCall call, Exception failure)
    {
        // What this machine has to send can be broken, too; that is no fault of the connection.
        for (Exception? cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is UploadException { InnerException: { } fault })
                ExceptionDispatchInfo.Throw(fault);
        }

        Exception root = failure;
        while (root.InnerException is not null)
            root = root.InnerException;
        bool never = failure is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError };
        RemoteFault kind = root is SocketException { SocketErrorCode: SocketError.AccessDenied } ? RemoteFault.Refused
            : failure is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } || WorthWaiting.FaultOf(failure) == RemoteFault.Untrusted ? RemoteFault.Untrusted
            : never && Prefix.Length == 0 ? RemoteFault.NotFound
            : RemoteFault.TryAgain;
        // Engines of an older Go say the same of a certificate that they do not get as of a wrong one.
        string why = WorthWaiting.FaultOf(failure) != RemoteFault.Untrusted ? root.Message
            : failure.InnerException is not AuthenticationException && _address.Tls is { Identity: null } ? "it wants a certificate of ours"
            : WorthWaiting.Reason(failure);
        string what = kind is RemoteFault.TryAgain ? $"{_address}: {call}: the Engine went away: {why}" : $"{_address} ({_address.Origin}): {why}";
        return new EngineException(kind, what, failure);
    }

    private async Task<EngineException> RefusalAsync(EngineCall call, HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> body = await TranslateAsync(
            call, () => InTimeAsync(call, "no end of its answer", stop => BoundedBody.ReadAsync(answer, MaximumErrorSize, stop), cancellationToken), cancellationToken);
        string said;
        try
        {
            said = OciJson.Read(body, "error", root => root.OptionalString("message") ?? "");
        }
        catch (ContentException)
        {
            said = "";
        }

        // 500 is what an Engine answers to most of what it cannot do, and will not be able to do next time either.
        RemoteFault fault = answer.StatusCode == HttpStatusCode.InternalServerError ? RemoteFault.Protocol : RemoteException.FaultOf(answer.StatusCode);
        return new EngineException(fault, $"{_address}: {call}: {(int)answer.StatusCode}{(said.Length > 0 ? " " + Printable.EndsOf(said.Trim()) : "")}") { IsAnswer = true };
    }

    private EngineException Broken(EngineCall call, string problem, Exception? cause = null) =>
        new(RemoteFault.Protocol, $"{_address}: {call}: {Printable.Of(problem)}", cause) { IsAnswer = true };
}
