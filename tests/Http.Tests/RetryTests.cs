using System.Globalization;
using static Slipway.Http.Tests.FarSide;

namespace Slipway.Http.Tests;

/// <summary>How long is waited, and what is told of it.</summary>
public class RetryTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("0", 0)]
    [InlineData("7", 7)]
    [InlineData("30", 30)]
    [InlineData("31", 30)]
    [InlineData("86400", 30)]
    public async Task A_server_that_asks_for_seconds_gets_them_within_bounds(string asked, int seconds)
    {
        FarSide far = await SendAsync(Says(429, retryAfter: asked), Says(200));
        Assert.Equal(2, far.Asked.Count);
        // A wait of nothing needs no timer.
        Assert.Equal(seconds == 0 ? [] : [TimeSpan.FromSeconds(seconds)], far.Time.Waits);
    }

    [Theory]
    [InlineData(12, 12)]
    [InlineData(3600, 30)]
    [InlineData(-60, 0)]
    public async Task A_server_that_asks_for_a_time_gets_it_within_bounds(int ahead, int seconds)
    {
        string asked = new ManualTime().GetUtcNow().AddSeconds(ahead).ToString("R", CultureInfo.InvariantCulture);
        FarSide far = await SendAsync(Says(503, retryAfter: asked), Says(200));
        Assert.Equal(seconds == 0 ? [] : [TimeSpan.FromSeconds(seconds)], far.Time.Waits);
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("-5")]
    [InlineData("99999999999999999999")]
    public async Task A_server_that_asks_for_nonsense_gets_the_usual_wait(string asked)
    {
        FarSide far = await SendAsync(Says(429, retryAfter: asked), Says(200));
        Assert.InRange(Assert.Single(far.Time.Waits), TimeSpan.Zero, TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_connection_that_dies_as_soon_as_it_is_made_is_tried_again()
    {
        FarSide far = await SendAsync(_ => throw new System.Net.Sockets.SocketException((int)System.Net.Sockets.SocketError.NotConnected), Says(200));
        Assert.Equal(2, far.Asked.Count);
    }

    [Fact]
    public async Task Waits_of_our_own_never_exceed_the_longest()
    {
        using FarSide far = new(Says(500));
        using HttpTransport transport = far.Transport(attempts: 12);
        await Assert.ThrowsAsync<ExhaustedException>(() => transport.SendAsync(Get, Stop));
        Assert.Equal(12, far.Asked.Count);
        Assert.All(far.Time.Waits, wait => Assert.InRange(wait, TimeSpan.Zero, TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task A_notice_of_an_answer_names_the_request_the_status_and_the_wait()
    {
        FarSide far = await SendAsync(Says(429, retryAfter: "7"), Says(200));
        Assert.Equal("PUT https://example.org/a/b: 429; trying again in 7.0 s", Assert.Single(far.Notices));
    }

    [Fact]
    public async Task A_notice_of_a_broken_connection_names_the_request_too()
    {
        FarSide far = await SendAsync(Resets(), Says(200));
        Assert.StartsWith("PUT https://example.org/a/b: connection reset by peer; trying again in ", Assert.Single(far.Notices), StringComparison.Ordinal);
    }

    private static HttpRequestMessage Get() => new(HttpMethod.Put, "https://user:pass@example.org/a/b?X-Amz-Signature=s3cret");

    private static async Task<FarSide> SendAsync(params Func<CancellationToken, Task<HttpResponseMessage>>[] answers)
    {
        FarSide far = new(answers);
        using HttpTransport transport = far.Transport();
        using HttpResponseMessage answer = await transport.SendAsync(Get, Stop);
        Assert.All(far.Notices, notice => Assert.DoesNotContain("s3cret", notice, StringComparison.Ordinal));
        return far;
    }
}
