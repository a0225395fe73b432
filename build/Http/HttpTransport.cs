using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Polly;
using Polly.Retry;

namespace Slipway.Http;

/// <summary>
/// Sends requests for every client of ours: one connection pool, the system's proxies, a user agent, and retries of
/// what can succeed by waiting (408, 429, 5xx, resets, time-outs), which all requests to a host share. It follows no redirect by
/// itself and keeps no cookie. Safe for concurrent use. Disposing closes the connections.
/// </summary>
public sealed class HttpTransport : IDisposable
{
    private const int MaximumErrorSize = 16 * 1024;

    private static readonly ResiliencePropertyKey<RequestAttempt> Current = new("sending");

    private readonly HttpMessageInvoker _invoker;
    private readonly RetryPolicy _retryPolicy;
    private readonly TimeProvider _time;
    private readonly Action<string> _log;
    private readonly ResiliencePipeline<HttpResponseMessage> _pipeline;
    private readonly ConcurrentDictionary<string, HostRetryBudget> _hosts = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="handler">The wire; disposed with this object. <see cref="NewHandler()"/> makes the usual one.</param>
    /// <param name="retryPolicy">How long to keep trying.</param>
    /// <param name="time">The clock that waits are measured by.</param>
    /// <param name="log">Is told of waits, in one line without secrets.</param>
    public HttpTransport(HttpMessageHandler handler, RetryPolicy retryPolicy, TimeProvider time, Action<string> log)
    {
        _invoker = new HttpMessageInvoker(handler);
        _retryPolicy = retryPolicy;
        _time = time;
        _log = log;
        ResiliencePipelineBuilder<HttpResponseMessage> pipeline = new() { TimeProvider = time };
        _pipeline = (retryPolicy.Attempts > 1 ? pipeline.AddRetry(Retrying()) : pipeline).Build();
    }

    /// <summary>
    /// A handler with bounded connections, the system's proxy (not for this machine), and no redirects, cookies or
    /// decompression of its own.
    /// </summary>
    public static SocketsHttpHandler NewHandler()
    {
        UserFolder.Require();
        return new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            Proxy = new SystemProxy(HttpClient.DefaultProxy),
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromSeconds(20),
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            MaxConnectionsPerServer = 16,
            MaxResponseHeadersLength = 64,
            // A connection of HTTP/2 carries many requests: that its peer is gone must not cost each of them a whole time-out.
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(20),
        };
    }

    /// <summary>
    /// Sends what <paramref name="request"/> makes, anew for each attempt, and returns the response once its headers are
    /// there. Any status but those worth waiting for is returned at once, for the caller to judge and dispose.
    /// </summary>
    /// <param name="exchange">What the request belongs to; null for an exchange of its own.</param>
    /// <exception cref="ExhaustedException">No usable answer after the last attempt; says how often and how long.</exception>
    public Task<HttpResponseMessage> SendAsync(
        Func<HttpRequestMessage> request,
        CancellationToken cancellationToken,
        Exchange? exchange = null
    ) => SendAsync(_ => Task.FromResult(request()), cancellationToken, exchange);

    /// <summary>An exchange that begins now, for a client that sends several requests for one thing.</summary>
    public Exchange Begin() => new(_retryPolicy, _time);

    /// <summary>
    /// As above, for a request that takes work of its own to make: a fresh token or a fresh upload session for each
    /// attempt. What <paramref name="request"/> throws is not tried again.
    /// </summary>
    /// <exception cref="ExhaustedException">No usable answer after the last attempt.</exception>
    public async Task<HttpResponseMessage> SendAsync(
        Func<CancellationToken, Task<HttpRequestMessage>> request,
        CancellationToken cancellationToken,
        Exchange? exchange = null
    )
    {
        using RequestAttempt sending = new(_time, exchange ?? Begin());
        using IDisposable running = sending.Exchange.Run();
        ResilienceContext context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(Current, sending);
        try
        {
            HttpResponseMessage response = await _pipeline.ExecuteAsync(
                async attempt =>
                {
                    sending.Wait?.Dispose();
                    using HttpRequestMessage message = await request(attempt.CancellationToken);
                    sending.Begin(message, HostOf(message.RequestUri!));
                    await sending.Host!.HoldBackAsync(sending.What, attempt.CancellationToken);
                    return await AttemptAsync(message, sending.Exchange, attempt.CancellationToken);
                },
                context
            );
            return TransientFault.For(response.StatusCode) ? throw await GiveUpAsync(sending, response, cancellationToken) : response;
        }
        catch (Exception e) when (e is HttpRequestException or TimeoutException)
        {
            throw new ExhaustedException(
                TransientFault.FaultOf(e),
                sending.What,
                $"{TransientFault.Reason(e)} {sending.Tried}{sending.Exchange.Ended}",
                e
            );
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    /// <summary>
    /// Sends a request once, as soon as its host does not ask to be left alone, for a client that judges by itself what may be sent again
    /// and waits by <see cref="PauseAsync"/>. Any status is returned.
    /// </summary>
    /// <exception cref="ExhaustedException">No response; what was sent may have arrived all the same.</exception>
    public async Task<HttpResponseMessage> SendOnceAsync(
        HttpRequestMessage message,
        CancellationToken cancellationToken,
        Exchange? exchange = null
    )
    {
        ArgumentNullException.ThrowIfNull(message);
        using RequestAttempt sending = new(_time, exchange ?? Begin());
        using IDisposable running = sending.Exchange.Run();
        sending.Begin(message, HostOf(message.RequestUri!));
        try
        {
            await sending.Host!.HoldBackAsync(sending.What, cancellationToken);
            return await AttemptAsync(message, sending.Exchange, cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or TimeoutException)
        {
            throw new ExhaustedException(TransientFault.FaultOf(e), sending.What, TransientFault.Reason(e) + sending.Exchange.Ended, e)
            {
                IsWorthWaiting = TransientFault.For(e),
            };
        }
    }

    /// <summary>
    /// Waits before something is asked for again, as before a request that is tried again: as long as its host asks for, and never less
    /// than a wait of our own. All requests to that host hold back meanwhile.
    /// </summary>
    /// <returns>False, at once, when no further try is left, or when the host asks for more than is left to wait for it.</returns>
    public async Task<bool> PauseAsync(FailedAttempt failed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(failed);
        HostRetryBudget host = HostOf(failed.Address);
        TimeSpan asked = failed.RetryAfter ?? TimeSpan.Zero,
            own = _retryPolicy.Backoff(failed.Tries),
            pause = asked > own ? asked : own;
        using IDisposable? running = failed.Exchange?.Run();
        if (failed.Tries >= _retryPolicy.Attempts || !host.Affords(asked) || failed.Exchange?.Affords(pause) == false)
            return false;
        if (asked > TimeSpan.Zero)
            host.LeaveAlone(asked);
        using (host.Begin(pause, $"{failed.Why}; going on"))
            await Task.Delay(pause, _time, cancellationToken);
        return true;
    }

    public void Dispose() => _invoker.Dispose();

    private HostRetryBudget HostOf(Uri address) =>
        _hosts.GetOrAdd(address.Authority, host => new HostRetryBudget(host, _retryPolicy, _time, _log));

    private async Task<HttpResponseMessage> AttemptAsync(HttpRequestMessage message, Exchange exchange, CancellationToken cancellationToken)
    {
        // HTTP/2 where TLS agrees on it, else HTTP/1.1.
        message.Version = HttpVersion.Version20;
        message.VersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
        if (message.Headers.UserAgent.Count == 0)
            message.Headers.UserAgent.ParseAdd("slipway");
        long size = message.Content?.Headers.ContentLength ?? 0;
        if (message.Content is { } body)
            message.Content = new PacedContent(body, _retryPolicy, _time, exchange);
        TimeSpan limit = _retryPolicy.For(size);
        using CancellationTokenSource timer = new(limit, _time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        try
        {
            HttpResponseMessage response = await _invoker.SendAsync(message, either.Token);
            response.Content = new TimeoutContent(response.Content, _retryPolicy, _time, exchange);
            return response;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"no response within {limit.TotalSeconds:0} s");
        }
        catch (SocketException e)
        {
            // A connection that dies between being made and being used comes out of the pool like this.
            throw new HttpRequestException(HttpRequestError.ConnectionError, e.Message, e);
        }
    }

    private async Task<ExhaustedException> GiveUpAsync(
        RequestAttempt sending,
        HttpResponseMessage response,
        CancellationToken cancellationToken
    )
    {
        using (response)
        {
            DateTimeOffset now = _time.GetUtcNow();
            string asked =
                RetryAfter.Of(response, now) is { } wait && wait >= sending.Exchange.Left
                    ? $"; {RetryAfter.Tell(wait, now)}; that is beyond {sending.Exchange.Limit}"
                    : sending.Exchange.Ended;
            string outcome = $"{(int)response.StatusCode} {sending.Tried}{asked}";
            ReadOnlyMemory<byte> body = await BodyAsync(response, cancellationToken);
            return new ExhaustedException(RemoteFault.TryAgain, sending.What, outcome) { Status = response.StatusCode, Body = body };
        }
    }

    /// <summary>What a response that gives up says, as far as it comes in a few seconds; never a reason to fail anew.</summary>
    private async Task<ReadOnlyMemory<byte>> BodyAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timer = new(TimeSpan.FromSeconds(5), _time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        try
        {
            return await BoundedBody.ReadAsync(response, MaximumErrorSize, either.Token);
        }
        catch (Exception e)
            when (e is IOException or HttpRequestException
                || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            )
        {
            return default;
        }
    }

    private RetryStrategyOptions<HttpResponseMessage> Retrying() =>
        new()
        {
            MaxRetryAttempts = _retryPolicy.Attempts - 1,
            ShouldHandle = arguments =>
                ValueTask.FromResult(
                    (
                        arguments.Outcome.Exception is { } failure
                            ? TransientFault.For(failure)
                            : TransientFault.For(arguments.Outcome.Result!.StatusCode)
                    ) && CanWait(SendingOf(arguments.Context), arguments.AttemptNumber + 1, arguments.Outcome.Result)
                ),
            DelayGenerator = arguments => ValueTask.FromResult<TimeSpan?>(SendingOf(arguments.Context).Next),
            OnRetry = arguments =>
            {
                RequestAttempt sending = SendingOf(arguments.Context);
                HttpResponseMessage? response = arguments.Outcome.Result;
                string why = response is not null
                    ? ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture)
                    : TransientFault.Reason(arguments.Outcome.Exception!);
                if (RetryAfter.Of(response, _time.GetUtcNow()) is { } asked)
                    sending.Host!.LeaveAlone(asked);
                sending.Wait = sending.Host!.Begin(arguments.RetryDelay, $"{sending.What}: {why}; trying again");
                response?.Dispose();
                return ValueTask.CompletedTask;
            },
        };

    /// <summary>What the server asks for, and never less than our own wait, if there is time for it.</summary>
    private bool CanWait(RequestAttempt sending, int tries, HttpResponseMessage? response)
    {
        TimeSpan own = _retryPolicy.Backoff(tries);
        sending.Next = RetryAfter.Of(response, _time.GetUtcNow()) is { } asked && asked > own ? asked : own;
        return sending.Host is { Spent.Length: 0 } && (tries >= _retryPolicy.Attempts || sending.Exchange.Affords(sending.Next));
    }

    private static RequestAttempt SendingOf(ResilienceContext context) => context.Properties.GetValue(Current, null!);
}
