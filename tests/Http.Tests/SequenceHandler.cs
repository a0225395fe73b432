using System.Net;

namespace Slipway.Http.Tests;

/// <summary>A server that answers each request in turn, the last answer for ever.</summary>
internal sealed class SequenceHandler(params Func<CancellationToken, Task<HttpResponseMessage>>[] answers) : HttpMessageHandler
{
    public static readonly TimeSpan ResponseTimeLimit = TimeSpan.FromSeconds(77);

    public List<HttpRequestMessage> Requests { get; } = [];

    public List<string> Notices { get; } = [];

    public InstantTime Time { get; init; } = new(ResponseTimeLimit, TimeSpan.FromSeconds(5));

    public RetryPolicy RetryPolicy { get; init; } =
        new()
        {
            FirstWait = TimeSpan.FromSeconds(1),
            LongestWait = TimeSpan.FromSeconds(30),
            ResponseTimeLimit = ResponseTimeLimit,
        };

    public HttpTransport Transport(int attempts = 3) => new(this, RetryPolicy with { Attempts = attempts }, Time, Notices.Add);

    public static Func<CancellationToken, Task<HttpResponseMessage>> Says(int status, string body = "", string? retryAfter = null) =>
        _ =>
        {
            HttpResponseMessage answer = new((HttpStatusCode)status) { Content = new StringContent(body) };
            if (retryAfter is not null)
                answer.Headers.TryAddWithoutValidation("Retry-After", retryAfter);
            return Task.FromResult(answer);
        };

    public static Func<CancellationToken, Task<HttpResponseMessage>> Resets() =>
        _ =>
            Task.FromException<HttpResponseMessage>(
                new HttpRequestException("sending failed", new IOException("connection reset by peer"))
            );

    /// <summary>Answers nothing until the client loses patience, which this makes happen.</summary>
    public Func<CancellationToken, Task<HttpResponseMessage>> Hangs() =>
        async token =>
        {
            Time.Advance(ResponseTimeLimit);
            Time.FireHeld();
            await Task.Delay(Timeout.Infinite, token);
            throw new InvalidOperationException("unreachable");
        };

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        lock (Requests)
            Requests.Add(request);
        return answers[Math.Min(Requests.Count, answers.Length) - 1](cancellationToken);
    }
}
