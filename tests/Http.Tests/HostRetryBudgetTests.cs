using static Slipway.Http.Tests.SequenceHandler;

namespace Slipway.Http.Tests;

/// <summary>What the requests to one host share: its wish to be left alone, the time to wait for it, the lines about waits.</summary>
public class HostRetryBudgetTests
{
    private static readonly TimeSpan Asked = TimeSpan.FromSeconds(20);

    private static readonly RetryPolicy Steady = new()
    {
        FirstWait = TimeSpan.FromSeconds(1),
        LongestWait = TimeSpan.FromSeconds(30),
        ResponseTimeLimit = ResponseTimeLimit,
        Jitter = () => 0.5,
    };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Other_requests_hold_back_when_a_host_asked_one_to_wait()
    {
        using SequenceHandler far = new(Says(429, retryAfter: "20"), Says(200))
        {
            Time = new InstantTime(ResponseTimeLimit, Asked),
            RetryPolicy = Steady,
        };
        using HttpTransport transport = far.Transport();
        Task<HttpResponseMessage> first = transport.SendAsync(() => Get("example.org/first"), Stop);
        using HttpResponseMessage second = await transport.SendAsync(() => Get("example.org/second"), Stop);
        Assert.Equal([TimeSpan.FromSeconds(20.5)], far.Time.Waits);
        far.Time.FireHeld();
        (await first).Dispose();
        Assert.Equal(["/first", "/second", "/first"], far.Requests.Select(asked => asked.RequestUri!.AbsolutePath));
        Assert.Equal(
            [
                "GET https://example.org/first: 429; trying again in 20.0 s",
                "GET https://example.org/second: example.org asked to wait; sending it in 20.5 s",
            ],
            far.Notices
        );
    }

    [Fact]
    public async Task Other_hosts_are_asked_at_once()
    {
        using SequenceHandler far = new(Says(429, retryAfter: "20"), Says(200))
        {
            Time = new InstantTime(ResponseTimeLimit, Asked),
            RetryPolicy = Steady,
        };
        using HttpTransport transport = far.Transport();
        Task<HttpResponseMessage> first = transport.SendAsync(() => Get("example.org/first"), Stop);
        (await transport.SendAsync(() => Get("example.net/second"), Stop)).Dispose();
        (await transport.SendAsync(() => Get("example.org:8443/third"), Stop)).Dispose();
        Assert.Empty(far.Time.Waits);
        far.Time.FireHeld();
        (await first).Dispose();
    }

    [Fact]
    public async Task A_wait_of_our_own_choice_holds_nobody_back()
    {
        using SequenceHandler far = new(Says(429), Says(200))
        {
            Time = new InstantTime(ResponseTimeLimit, TimeSpan.FromSeconds(1)),
            RetryPolicy = Steady with { Jitter = () => 0 },
        };
        using HttpTransport transport = far.Transport();
        Task<HttpResponseMessage> first = transport.SendAsync(() => Get("example.org/first"), Stop);
        int before = far.Time.Waits.Count;
        (await transport.SendAsync(() => Get("example.org/second"), Stop)).Dispose();
        Assert.Equal(before, far.Time.Waits.Count);
        far.Time.FireHeld();
        (await first).Dispose();
    }

    [Fact]
    public async Task A_host_is_waited_for_so_long_in_all_and_no_longer()
    {
        using SequenceHandler far = new(Says(429, retryAfter: "30")) { RetryPolicy = Steady with { PerHost = TimeSpan.FromSeconds(40) } };
        using HttpTransport transport = far.Transport(attempts: 100);
        ExhaustedException e = await Assert.ThrowsAsync<ExhaustedException>(() => transport.SendAsync(() => Get("example.org/a"), Stop));
        Assert.Equal(
            "GET https://example.org/a: 429 after 3 tries over 60 s; the 40 s to wait for example.org in all are used up",
            e.Message
        );
        far.Time.Advance(TimeSpan.FromMinutes(5));
        e = await Assert.ThrowsAsync<ExhaustedException>(() => transport.SendAsync(() => Get("example.org/b"), Stop));
        Assert.Contains("after 1 try", e.Message, StringComparison.Ordinal);
        e = await Assert.ThrowsAsync<ExhaustedException>(() => transport.SendAsync(() => Get("example.net/c"), Stop));
        Assert.Contains("after 3 tries", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sixteen_waits_at_the_same_time_count_once_and_make_few_lines()
    {
        using SequenceHandler far = new([
            Says(429, retryAfter: "20"),
            .. Enumerable.Repeat(Says(200), 16),
            Says(429, retryAfter: "20"),
            Says(200),
        ])
        {
            Time = new InstantTime(ResponseTimeLimit, Asked),
            RetryPolicy = Steady with { PerHost = TimeSpan.FromSeconds(30), Jitter = () => 0 },
        };
        using HttpTransport transport = far.Transport();
        Task<HttpResponseMessage>[] requests =
        [
            .. Enumerable.Range(1, 16).Select(i => transport.SendAsync(() => Get($"example.org/{i}"), Stop)),
        ];
        Assert.Single(far.Requests);
        far.Time.Advance(Asked);
        far.Time.FireHeld();
        foreach (Task<HttpResponseMessage> request in requests)
            (await request).Dispose();
        Assert.Equal(["GET https://example.org/1: 429; trying again in 20.0 s", "example.org: 15 more requests waited, too"], far.Notices);

        // Ten of thirty seconds are left, so that one more wait may begin.
        Task<HttpResponseMessage> last = transport.SendAsync(() => Get("example.org/17"), Stop);
        Assert.False(last.IsCompleted);
        far.Time.Advance(Asked);
        far.Time.FireHeld();
        (await last).Dispose();
    }

    [Fact]
    public async Task Waits_are_spread_by_the_numbers_that_are_handed_in()
    {
        async Task<IReadOnlyList<TimeSpan>> WaitsAsync(int seed)
        {
            using SequenceHandler far = new(Says(500)) { RetryPolicy = Steady with { Jitter = new Random(seed).NextDouble } };
            using HttpTransport transport = far.Transport(attempts: 6);
            await Assert.ThrowsAsync<ExhaustedException>(() => transport.SendAsync(() => Get("example.org/a"), Stop));
            return far.Time.Waits;
        }

        Assert.Equal(await WaitsAsync(1), await WaitsAsync(1));
        Assert.NotEqual(await WaitsAsync(1), await WaitsAsync(2));
    }

    [Fact]
    public async Task A_date_to_wait_until_is_read_by_the_servers_own_clock()
    {
        using SequenceHandler far = new(
            _ =>
            {
                HttpResponseMessage answer = new(System.Net.HttpStatusCode.ServiceUnavailable);
                answer.Headers.Date = new DateTimeOffset(1999, 1, 1, 0, 0, 0, TimeSpan.Zero);
                answer.Headers.RetryAfter = new(new DateTimeOffset(1999, 1, 1, 0, 0, 7, TimeSpan.Zero));
                return Task.FromResult(answer);
            },
            Says(200)
        );
        using HttpTransport transport = far.Transport();
        (await transport.SendAsync(() => Get("example.org/a"), Stop)).Dispose();
        Assert.Equal([TimeSpan.FromSeconds(7)], far.Time.Waits);
    }

    [Fact]
    public async Task A_body_that_broke_off_is_waited_for_within_the_same_bounds()
    {
        using SequenceHandler far = new(Says(200)) { RetryPolicy = Steady with { PerHost = TimeSpan.FromSeconds(3), Jitter = () => 1 } };
        using HttpTransport transport = far.Transport(attempts: 3);
        Uri address = new("https://example.org/blob?sig=s3cret");
        Assert.True(await transport.PauseAsync(new FailedAttempt(address, "GET blob: cut", 1), Stop));
        Assert.True(await transport.PauseAsync(new FailedAttempt(address, "GET blob: cut", 2), Stop));
        Assert.False(await transport.PauseAsync(new FailedAttempt(address, "GET blob: cut", 3), Stop));
        Assert.False(await transport.PauseAsync(new FailedAttempt(address, "GET blob: cut", 1), Stop));
        Assert.Equal([TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)], far.Time.Waits);
        Assert.Equal(["GET blob: cut; going on in 1.0 s", "GET blob: cut; going on in 2.0 s"], far.Notices);
    }

    [Fact]
    public async Task Cancelling_ends_a_wait_at_once()
    {
        using CancellationTokenSource stop = new();
        using SequenceHandler far = new(Says(429, retryAfter: "20"), Says(200))
        {
            Time = new InstantTime(ResponseTimeLimit, Asked),
            RetryPolicy = Steady with { Jitter = () => 0 },
        };
        using HttpTransport transport = far.Transport();
        Task first = transport.SendAsync(() => Get("example.org/first"), stop.Token);
        Task second = transport.SendAsync(() => Get("example.org/second"), stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.Single(far.Requests);
    }

    private static HttpRequestMessage Get(string place) => new(HttpMethod.Get, "https://" + place);
}
