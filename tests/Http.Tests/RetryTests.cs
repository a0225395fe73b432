using System.Globalization;
using static Slipway.Http.Tests.SequenceHandler;

namespace Slipway.Http.Tests;

/// <summary>How long is waited, and what is told of it.</summary>
public class RetryTests
{
    private static readonly RetryPolicy Steady = new()
    {
        FirstWait = TimeSpan.FromSeconds(1),
        LongestWait = TimeSpan.FromSeconds(30),
        ResponseTimeLimit = ResponseTimeLimit,
        Jitter = () => 1,
    };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("7", 7)]
    [InlineData("30", 30)]
    [InlineData("31", 31)]
    [InlineData("150", 150)]
    public async Task A_server_that_asks_for_seconds_gets_them_in_full(string asked, int seconds)
    {
        SequenceHandler far = await SendAsync(Says(429, retryAfter: asked), Says(200));
        Assert.Equal(2, far.Requests.Count);
        Assert.Equal([TimeSpan.FromSeconds(seconds)], far.Time.Waits);
    }

    [Theory]
    [InlineData(12)]
    [InlineData(150)]
    public async Task A_server_that_asks_for_a_time_gets_it_in_full(int ahead)
    {
        string asked = new InstantTime().GetUtcNow().AddSeconds(ahead).ToString("R", CultureInfo.InvariantCulture);
        SequenceHandler far = await SendAsync(Says(503, retryAfter: asked), Says(200));
        Assert.Equal([TimeSpan.FromSeconds(ahead)], far.Time.Waits);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1")]
    [InlineData("Sun, 01 Mar 2026 11:59:00 GMT")]
    [InlineData("Sun, 01 Mar 2026 12:00:00 GMT")]
    [InlineData("Thu, 01 Jan 1970 00:00:00 GMT")]
    public async Task A_server_that_asks_for_less_than_our_own_wait_gets_our_own(string asked)
    {
        using SequenceHandler far = new(Says(429, retryAfter: asked)) { RetryPolicy = Steady };
        using HttpTransport transport = far.Transport(attempts: 4);
        await Assert.ThrowsAsync<ExhaustedException>(() => transport.SendAsync(Get, Stop));
        Assert.Equal([TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4)], far.Time.Waits);
    }

    [Theory]
    [InlineData("86400", "86400 s, at 2026-03-02T12:00:00Z")]
    [InlineData("Mon, 02 Mar 2026 12:00:00 GMT", "86400 s, at 2026-03-02T12:00:00Z")]
    [InlineData("231", "231 s, at 2026-03-01T12:03:51Z")]
    [InlineData("2147483647", "31536000 s, at 2027-03-01T12:00:00Z")]
    public async Task A_server_that_asks_for_more_than_there_is_time_for_is_not_waited_for(string asked, string told)
    {
        using SequenceHandler far = new(Says(429, "slow down", asked)) { RetryPolicy = Steady };
        using HttpTransport transport = far.Transport();
        ExhaustedException e = await Assert.ThrowsAsync<ExhaustedException>(() => transport.SendAsync(Get, Stop));
        Assert.Equal(
            $"PUT https://example.org/a/b: 429 after 1 try over 0 s; it asks to come back in {told}; that is beyond the 231 s that "
                + "one request may take with its tries (--request-timeout)",
            e.Message
        );
        Assert.Equal((RemoteFault.TryAgain, 429, "slow down"), (e.Fault, (int)e.Status!, System.Text.Encoding.UTF8.GetString(e.Body.Span)));
        Assert.Empty(far.Time.Waits);
        Assert.Single(far.Requests);
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("-5")]
    [InlineData("99999999999999999999")]
    [InlineData("1.5")]
    [InlineData("")]
    [InlineData("0, 0")]
    public async Task A_server_that_asks_for_nonsense_gets_the_usual_wait(string asked)
    {
        SequenceHandler far = await SendAsync(Says(429, retryAfter: asked), Says(200));
        Assert.InRange(Assert.Single(far.Time.Waits), TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_connection_that_dies_as_soon_as_it_is_made_is_tried_again()
    {
        SequenceHandler far = await SendAsync(
            _ => throw new System.Net.Sockets.SocketException((int)System.Net.Sockets.SocketError.NotConnected),
            Says(200)
        );
        Assert.Equal(2, far.Requests.Count);
    }

    [Fact]
    public async Task Waits_of_our_own_never_exceed_the_longest()
    {
        using SequenceHandler far = new(Says(500));
        using HttpTransport transport = far.Transport(attempts: 12);
        await Assert.ThrowsAsync<ExhaustedException>(() => transport.SendAsync(Get, Stop));
        Assert.Equal(12, far.Requests.Count);
        Assert.All(far.Time.Waits, wait => Assert.InRange(wait, TimeSpan.Zero, TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task A_notice_of_an_answer_names_the_request_the_status_and_the_wait()
    {
        SequenceHandler far = await SendAsync(Says(429, retryAfter: "7"), Says(200));
        Assert.Equal("PUT https://example.org/a/b: 429; trying again in 7.0 s", Assert.Single(far.Notices));
    }

    [Fact]
    public async Task A_notice_of_a_broken_connection_names_the_request_too()
    {
        SequenceHandler far = await SendAsync(Resets(), Says(200));
        Assert.StartsWith(
            "PUT https://example.org/a/b: connection reset by peer; trying again in ",
            Assert.Single(far.Notices),
            StringComparison.Ordinal
        );
    }

    private static HttpRequestMessage Get() => new(HttpMethod.Put, "https://user:pass@example.org/a/b?X-Amz-Signature=s3cret");

    private static async Task<SequenceHandler> SendAsync(params Func<CancellationToken, Task<HttpResponseMessage>>[] answers)
    {
        SequenceHandler far = new(answers);
        using HttpTransport transport = far.Transport();
        using HttpResponseMessage answer = await transport.SendAsync(Get, Stop);
        Assert.All(far.Notices, notice => Assert.DoesNotContain("s3cret", notice, StringComparison.Ordinal));
        return far;
    }
}
