using System.Net;
using System.Net.Sockets;
using Polly;
using Polly.Retry;

namespace Slipway.Http;

/// <summary>
/// Sends requests for every client of ours: one connection pool, the system's proxies, a user agent, and patience with
/// what can succeed by waiting (408, 429, 5xx, resets, time-outs). It follows no redirect by itself and keeps no cookie.
/// Safe for concurrent use. Disposing closes the connections.
/// </summary>
public sealed class HttpTransport : IDisposable
{
    private const int MaximumErrorSize = 16 * 1024;

    /// <summary>Method and redacted address of the latest attempt.</summary>
    private static readonly ResiliencePropertyKey<string> What = new("what");

    private readonly HttpMessageInvoker _invoker;
    private readonly Patience _patience;
    private readonly TimeProvider _time;
    private readonly Action<string> _notice;
    private readonly ResiliencePipeline<HttpResponseMessage> _pipeline;

    /// <param name="handler">The wire; disposed with this object. <see cref="NewHandler"/> makes the usual one.</param>
    /// <param name="patience">How long to keep trying.</param>
    /// <param name="time">The clock that waits are measured by.</param>
    /// <param name="notice">Is told of every wait, in one line without secrets.</param>
    public HttpTransport(HttpMessageHandler handler, Patience patience, TimeProvider time, Action<string> notice)
    {
        _invoker = new HttpMessageInvoker(handler);
        _patience = patience;
        _time = time;
        _notice = notice;
        ResiliencePipelineBuilder<HttpResponseMessage> pipeline = new() { TimeProvider = time };
        _pipeline = (patience.Attempts > 1 ? pipeline.AddRetry(Retrying()) : pipeline).Build();
    }

    /// <summary>
    /// A handler with bounded connections, the system's proxy (not for this machine), and no redirects, cookies or
    /// decompression of its own.
    /// </summary>
    public static SocketsHttpHandler NewHandler() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        Proxy = new SystemProxy(HttpClient.DefaultProxy),
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = TimeSpan.FromSeconds(20),
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        MaxConnectionsPerServer = 16,
        MaxResponseHeadersLength = 64,
    };

    /// <summary>
    /// Sends what <paramref name="request"/> makes, anew for each attempt, and returns the answer once its headers are
    /// there. Any status but those worth waiting for is returned at once, for the caller to judge and dispose.
    /// </summary>
    /// <exception cref="ExhaustedException">
    /// <see cref="RemoteFault.TryAgain"/>: no usable answer after the last attempt; says how often and how long.
    /// </exception>
    public Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> request, CancellationToken cancellationToken) =>
        SendAsync(_ => Task.FromResult(request()), cancellationToken);

    /// <summary>
    /// As above, for a request that takes work of its own to make: a fresh token or a fresh upload session for each
    /// attempt. What <paramref name="request"/> throws is not tried again.
    /// </summary>
    /// <exception cref="ExhaustedException">No usable answer after the last attempt.</exception>
    public async Task<HttpResponseMessage> SendAsync(
        Func<CancellationToken, Task<HttpRequestMessage>> request, CancellationToken cancellationToken)
    {
        long begin = _time.GetTimestamp();
        int attempts = 0;
        ResilienceContext context = ResilienceContextPool.Shared.Get(cancellationToken);
        try
        {
            HttpResponseMessage answer = await _pipeline.ExecuteAsync(
                async attempt =>
                {
                    attempts++;
                    using HttpRequestMessage message = await request(attempt.CancellationToken);
                    attempt.Properties.Set(What, $"{message.Method} {Redaction.Of(message.RequestUri!)}");
                    return await SendOnceAsync(message, attempt.CancellationToken);
                },
                context);
            if (!WorthWaiting(answer.StatusCode))
                return answer;
            using (answer)
            {
                string outcome = $"{(int)answer.StatusCode} {Tried(attempts, begin)}";
                ReadOnlyMemory<byte> body = await BodyAsync(answer, cancellationToken);
                throw new ExhaustedException(WhatOf(context), outcome) { Status = answer.StatusCode, Body = body };
            }
        }
        catch (HttpRequestException e)
        {
            throw new ExhaustedException(WhatOf(context), $"{Reason(e)} {Tried(attempts, begin)}", e);
        }
        catch (TimeoutException e)
        {
            throw new ExhaustedException(WhatOf(context), $"{e.Message} {Tried(attempts, begin)}", e);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    public void Dispose() => _invoker.Dispose();

    private static bool WorthWaiting(HttpStatusCode status) => RemoteException.FaultOf(status) == RemoteFault.TryAgain
        && status is not (HttpStatusCode.NotImplemented or HttpStatusCode.HttpVersionNotSupported);

    private static string WhatOf(ResilienceContext context) => context.Properties.GetValue(What, "");

    /// <summary>
    /// What no waiting changes: the resolver's definite "no such host" (a resolver that fails is worth a wait), and a
    /// certificate that is not trusted.
    /// </summary>
    private static bool IsFinal(Exception e) =>
        e is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError }
        || e.InnerException is SocketException { SocketErrorCode: SocketError.HostNotFound };

    private static string Reason(Exception e) => e.InnerException is { } inner ? inner.Message : e.Message;

    private async Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage message, CancellationToken cancellationToken)
    {
        if (message.Headers.UserAgent.Count == 0)
            message.Headers.UserAgent.ParseAdd("slipway");
        TimeSpan limit = _patience.For(message.Content?.Headers.ContentLength ?? 0);
        using CancellationTokenSource patience = new(limit, _time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            return await _invoker.SendAsync(message, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"no answer within {limit.TotalSeconds:0} s");
        }
    }

    /// <summary>What an answer that gives up says, as far as it comes in a few seconds; never a reason to fail anew.</summary>
    private async Task<ReadOnlyMemory<byte>> BodyAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(5), _time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            return await BoundedBody.ReadAsync(answer, MaximumErrorSize, either.Token);
        }
        catch (Exception e) when (e is IOException or HttpRequestException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return default;
        }
    }

    private RetryStrategyOptions<HttpResponseMessage> Retrying() => new()
    {
        MaxRetryAttempts = _patience.Attempts - 1,
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        Delay = _patience.FirstWait,
        MaxDelay = _patience.LongestWait,
        ShouldHandle = arguments => ValueTask.FromResult(
            (arguments.Outcome.Exception is HttpRequestException or TimeoutException && !IsFinal(arguments.Outcome.Exception))
            || (arguments.Outcome.Result is { } answer && WorthWaiting(answer.StatusCode))),
        DelayGenerator = arguments => ValueTask.FromResult(AskedFor(arguments.Outcome.Result)),
        OnRetry = arguments =>
        {
            HttpResponseMessage? answer = arguments.Outcome.Result;
            string why = answer is not null ? ((int)answer.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture)
                : Reason(arguments.Outcome.Exception!);
            _notice($"{WhatOf(arguments.Context)}: {why}; trying again in {arguments.RetryDelay.TotalSeconds:0.0} s");
            answer?.Dispose();
            return ValueTask.CompletedTask;
        },
    };

    /// <summary>The wait a server asks for (RFC 9110, 10.2.3), bounded; null when it asks for none.</summary>
    private TimeSpan? AskedFor(HttpResponseMessage? answer)
    {
        TimeSpan? asked = answer?.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - _time.GetUtcNow(),
            _ => null,
        };
        return asked is not { } wait ? null
            : wait < TimeSpan.Zero ? TimeSpan.Zero
            : wait < _patience.LongestWait ? wait
            : _patience.LongestWait;
    }

    private string Tried(int attempts, long begin) =>
        $"after {attempts} {(attempts == 1 ? "try" : "tries")} over {_time.GetElapsedTime(begin).TotalSeconds:0} s";
}
