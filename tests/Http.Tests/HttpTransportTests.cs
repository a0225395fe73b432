using System.Net;
using static Slipway.Http.Tests.SequenceHandler;

namespace Slipway.Http.Tests;

public class HttpTransportTests
{
    private static readonly Uri Address = new("https://user:pass@example.org/a/b?signature=s3cret#part");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(408)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task What_waiting_can_mend_is_tried_again(int status)
    {
        using SequenceHandler far = new(Says(status), Says(status), Says(200, "here"));
        using HttpResponseMessage answer = await SendAsync(far);
        Assert.Equal("here", await answer.Content.ReadAsStringAsync(Stop));
        Assert.Equal(3, far.Requests.Count);
        Assert.Equal(2, far.Time.Waits.Count);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(302)]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(409)]
    [InlineData(416)]
    [InlineData(501)]
    [InlineData(505)]
    public async Task Every_other_answer_is_the_callers_to_judge_at_once(int status)
    {
        using SequenceHandler far = new(Says(status));
        using HttpResponseMessage answer = await SendAsync(far);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Single(far.Requests);
        Assert.Empty(far.Time.Waits);
    }

    [Fact]
    public async Task A_reset_connection_is_tried_again()
    {
        using SequenceHandler far = new(Resets(), Says(200));
        using HttpResponseMessage answer = await SendAsync(far);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task An_answer_that_does_not_come_in_time_is_tried_again()
    {
        SequenceHandler? far = null;
        far = new SequenceHandler(token => far!.Hangs()(token), Says(200));
        using HttpResponseMessage answer = await SendAsync(far);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("no response within 77 s", Assert.Single(far.Notices), StringComparison.Ordinal);
        far.Dispose();
    }

    [Fact]
    public async Task Each_attempt_gets_a_request_of_its_own()
    {
        int made = 0;
        using SequenceHandler far = new(Says(503), Says(503), Says(200));
        using HttpTransport transport = far.Transport();
        using HttpResponseMessage answer = await transport.SendAsync(
            () => new HttpRequestMessage(HttpMethod.Get, $"https://example.org/{++made}"),
            Stop
        );
        Assert.Equal(3, far.Requests.Distinct().Count());
        Assert.Equal(["/1", "/2", "/3"], far.Requests.Select(request => request.RequestUri!.AbsolutePath));
    }

    [Fact]
    public async Task What_making_a_request_throws_is_not_tried_again()
    {
        int made = 0;
        using SequenceHandler far = new(Says(200));
        using HttpTransport transport = far.Transport();
        await Assert.ThrowsAsync<RemoteException>(() =>
            transport.SendAsync(_ => throw new RemoteException(RemoteFault.Refused, $"no token {++made}"), Stop)
        );
        Assert.Equal(1, made);
        Assert.Empty(far.Requests);
    }

    [Fact]
    public async Task Cancelling_ends_it_without_another_attempt()
    {
        using CancellationTokenSource stop = new();
        using SequenceHandler far = new(token =>
        {
            stop.Cancel();
            return Task.FromCanceled<HttpResponseMessage>(token);
        });
        using HttpTransport transport = far.Transport();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => transport.SendAsync(Get, stop.Token));
        Assert.Single(far.Requests);
    }

    [Fact]
    public async Task Giving_up_says_what_how_often_how_long_and_keeps_what_the_server_said()
    {
        using SequenceHandler far = new(Says(429, "slow down", "10"));
        using HttpTransport transport = far.Transport();
        ExhaustedException e = await Assert.ThrowsAsync<ExhaustedException>(() => transport.SendAsync(Get, Stop));
        Assert.Equal("GET https://example.org/a/b: 429 after 3 tries over 20 s", e.Message);
        Assert.Equal((RemoteFault.TryAgain, HttpStatusCode.TooManyRequests), (e.Fault, e.Status));
        Assert.Equal("slow down"u8, e.Body.Span);
    }

    [Fact]
    public async Task Giving_up_on_a_reset_says_the_cause_beneath_it()
    {
        using SequenceHandler far = new(Resets());
        using HttpTransport transport = far.Transport(attempts: 1);
        ExhaustedException e = await Assert.ThrowsAsync<ExhaustedException>(() => transport.SendAsync(Get, Stop));
        Assert.Equal("GET https://example.org/a/b: connection reset by peer after 1 try over 0 s", e.Message);
        Assert.Null(e.Status);
        Assert.Empty(far.Notices);
    }

    [Fact]
    public async Task Giving_up_on_silence_says_how_long_it_listened()
    {
        SequenceHandler? far = null;
        far = new SequenceHandler(token => far!.Hangs()(token));
        using HttpTransport transport = far.Transport(attempts: 1);
        ExhaustedException e = await Assert.ThrowsAsync<ExhaustedException>(() => transport.SendAsync(Get, Stop));
        Assert.Equal("GET https://example.org/a/b: no response within 77 s after 1 try over 77 s", e.Message);
    }

    [Fact]
    public async Task An_error_body_without_end_is_read_in_part()
    {
        using SequenceHandler far = new(Says(500, new string('x', 1_000_000)));
        using HttpTransport transport = far.Transport(attempts: 1);
        ExhaustedException e = await Assert.ThrowsAsync<ExhaustedException>(() => transport.SendAsync(Get, Stop));
        Assert.InRange(e.Body.Length, 16 * 1024, (16 * 1024) + 1);
    }

    [Fact]
    public async Task A_user_agent_is_sent_unless_the_request_has_one()
    {
        using SequenceHandler far = new(Says(200));
        using HttpTransport transport = far.Transport();
        string[] agents = [];
        foreach (string? agent in (string?[])[null, "other/1"])
        {
            using HttpResponseMessage answer = await transport.SendAsync(
                () =>
                {
                    HttpRequestMessage request = Get();
                    if (agent is not null)
                        request.Headers.UserAgent.ParseAdd(agent);
                    return request;
                },
                Stop
            );
            agents = [.. agents, far.Requests[^1].Headers.UserAgent.ToString()];
        }

        Assert.Equal(["slipway", "other/1"], agents);
    }

    [Fact]
    public void The_usual_handler_follows_nothing_and_keeps_nothing()
    {
        using SocketsHttpHandler handler = HttpTransport.NewHandler();
        Assert.False(handler.AllowAutoRedirect);
        Assert.False(handler.UseCookies);
        Assert.Equal(DecompressionMethods.None, handler.AutomaticDecompression);
    }

    private static HttpRequestMessage Get() => new(HttpMethod.Get, Address);

    private static async Task<HttpResponseMessage> SendAsync(SequenceHandler far)
    {
        using HttpTransport transport = far.Transport();
        return await transport.SendAsync(Get, Stop);
    }
}
