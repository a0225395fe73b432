using System.Net;
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
        _pipeline = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = time }.AddRetry(Retrying()).Build();
    }

    /// <summary>A handler with bounded connections and no redirects, cookies or decompression of its own.</summary>
    public static SocketsHttpHandler NewHandler() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
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
    /// <exception cref="RemoteException">
    /// <see cref="RemoteFault.TryAgain"/>: no usable answer after the last attempt; says how often and how long.
    /// </exception>
    public async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> request, CancellationToken cancellationToken)
    {
        long begin = _time.GetTimestamp();
        string what = "";
        int attempts = 0;
        try
        {
            HttpResponseMessage answer = await _pipeline.ExecuteAsync(
                async token =>
                {
                    attempts++;
                    using HttpRequestMessage message = request();
                    what = $"{message.Method} {Redaction.Of(message.RequestUri!)}";
                    return await SendOnceAsync(message, token);
                },
                cancellationToken);
            if (!WorthWaiting(answer.StatusCode))
                return answer;
            using (answer)
                throw new RemoteException(RemoteFault.TryAgain, $"{what}: {(int)answer.StatusCode} {Tried(attempts, begin)}");
        }
        catch (HttpRequestException e)
        {
            throw new RemoteException(RemoteFault.TryAgain, $"{what}: {Reason(e)} {Tried(attempts, begin)}", e);
        }
        catch (TimeoutException e)
        {
            throw new RemoteException(RemoteFault.TryAgain, $"{what}: {e.Message} {Tried(attempts, begin)}", e);
        }
    }

    public void Dispose() => _invoker.Dispose();

    private static bool WorthWaiting(HttpStatusCode status) => RemoteException.FaultOf(status) == RemoteFault.TryAgain
        && status is not (HttpStatusCode.NotImplemented or HttpStatusCode.HttpVersionNotSupported);

    private static string Reason(Exception e) => e.InnerException is { } inner ? inner.Message : e.Message;

    private async Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage message, CancellationToken cancellationToken)
    {
        if (message.Headers.UserAgent.Count == 0)
            message.Headers.UserAgent.ParseAdd("slipway");
        using CancellationTokenSource patience = new(_patience.AnswerWithin, _time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        // A body may take its time: only the wait for the answer to a request without one is bounded here.
        CancellationToken token = message.Content is null ? either.Token : cancellationToken;
        try
        {
            return await _invoker.SendAsync(message, token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"no answer within {_patience.AnswerWithin.TotalSeconds:0} s");
        }
    }

    private RetryStrategyOptions<HttpResponseMessage> Retrying() => new()
    {
        MaxRetryAttempts = Math.Max(1, _patience.Attempts - 1),
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        Delay = _patience.FirstWait,
        MaxDelay = _patience.LongestWait,
        ShouldHandle = arguments => ValueTask.FromResult(
            arguments.Outcome.Exception is HttpRequestException or TimeoutException
            || (arguments.Outcome.Result is { } answer && WorthWaiting(answer.StatusCode))),
        DelayGenerator = arguments => ValueTask.FromResult(AskedFor(arguments.Outcome.Result)),
        OnRetry = arguments =>
        {
            HttpResponseMessage? answer = arguments.Outcome.Result;
            string why = answer is not null ? ((int)answer.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture)
                : Reason(arguments.Outcome.Exception!);
            string where = answer?.RequestMessage?.RequestUri is { } address ? $"{Redaction.Of(address)}: " : "";
            _notice($"{where}{why}; trying again in {arguments.RetryDelay.TotalSeconds:0.0} s");
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
