using static Slipway.Http.Tests.SequenceHandler;

namespace Slipway.Http.Tests;

/// <summary>Requests that a client repeats by its own judgement.</summary>
public class SendOnceTests
{
    private static readonly Uri Place = new("https://example.org/");

    private static readonly RetryPolicy Steady = new()
    {
        FirstWait = TimeSpan.FromSeconds(1),
        LongestWait = TimeSpan.FromSeconds(30),
        ResponseTimeLimit = ResponseTimeLimit,
        Jitter = () => 0.5,
        PerHost = TimeSpan.FromMinutes(2),
    };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(429)]
    [InlineData(502)]
    [InlineData(200)]
    public async Task Whatever_is_answered_it_is_sent_once(int status)
    {
        using SequenceHandler far = new(Says(status)) { RetryPolicy = Steady };
        using HttpTransport transport = far.Transport();
        using HttpRequestMessage message = new(HttpMethod.Post, Place);
        using HttpResponseMessage answer = await transport.SendOnceAsync(message, Stop);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Single(far.Requests);
        Assert.Empty(far.Time.Waits);
    }

    [Fact]
    public async Task A_broken_connection_is_told_and_not_mended()
    {
        using SequenceHandler far = new(Resets()) { RetryPolicy = Steady };
        using HttpTransport transport = far.Transport();
        using HttpRequestMessage message = new(HttpMethod.Post, Place);
        ExhaustedException e = await Assert.ThrowsAsync<ExhaustedException>(() => transport.SendOnceAsync(message, Stop));
        Assert.True(e.IsWorthWaiting);
        Assert.Contains("connection reset by peer", e.Outcome, StringComparison.Ordinal);
        Assert.Single(far.Requests);
    }

    [Fact]
    public async Task A_host_that_is_not_there_is_not_worth_waiting_for()
    {
        using SequenceHandler far = new(_ =>
            Task.FromException<HttpResponseMessage>(
                new HttpRequestException(
                    "no such host",
                    new System.Net.Sockets.SocketException((int)System.Net.Sockets.SocketError.HostNotFound)
                )
            )
        )
        {
            RetryPolicy = Steady,
        };
        using HttpTransport transport = far.Transport();
        using HttpRequestMessage message = new(HttpMethod.Post, Place);
        Assert.False((await Assert.ThrowsAsync<ExhaustedException>(() => transport.SendOnceAsync(message, Stop))).IsWorthWaiting);
    }

    [Fact]
    public async Task What_a_host_asks_for_is_waited_for_in_full_and_others_hold_back()
    {
        TimeSpan asked = TimeSpan.FromSeconds(70);
        using SequenceHandler far = new(Says(200)) { Time = new InstantTime(ResponseTimeLimit, asked), RetryPolicy = Steady };
        using HttpTransport transport = far.Transport();
        Task<bool> pause = transport.PauseAsync(new FailedAttempt(Place, "it asked", 1) { RetryAfter = asked }, Stop);
        using HttpRequestMessage message = new(HttpMethod.Get, Place);
        (await transport.SendOnceAsync(message, Stop)).Dispose();
        Assert.Equal([TimeSpan.FromSeconds(70.5)], far.Time.Waits);
        far.Time.FireHeld();
        Assert.True(await pause);
    }

    [Fact]
    public async Task What_is_more_than_there_is_patience_for_is_not_begun()
    {
        using SequenceHandler far = new(Says(200)) { RetryPolicy = Steady };
        using HttpTransport transport = far.Transport();
        Assert.False(await transport.PauseAsync(new FailedAttempt(Place, "it asked", 1) { RetryAfter = TimeSpan.FromSeconds(121) }, Stop));
        Assert.Empty(far.Time.Waits);
        Assert.True(await transport.PauseAsync(new FailedAttempt(Place, "it asked", 1) { RetryAfter = TimeSpan.FromSeconds(100) }, Stop));
        Assert.False(await transport.PauseAsync(new FailedAttempt(Place, "it asked", 1) { RetryAfter = TimeSpan.FromSeconds(21) }, Stop));
        Assert.False(await transport.PauseAsync(new FailedAttempt(Place, "it asked", 3) { RetryAfter = TimeSpan.FromSeconds(1) }, Stop));
        Assert.Equal([TimeSpan.FromSeconds(100)], far.Time.Waits);
    }
}
