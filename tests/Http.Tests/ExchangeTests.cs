using static Slipway.Http.Tests.SequenceHandler;

namespace Slipway.Http.Tests;

/// <summary>How long one exchange may take, and how slow its bodies may be.</summary>
public class ExchangeTests
{
    private const string Limit = "the 231 s that one request may take with its tries (--request-timeout)";

    private static readonly RetryPolicy Steady = new()
    {
        FirstWait = TimeSpan.FromSeconds(1),
        LongestWait = TimeSpan.FromSeconds(30),
        ResponseTimeLimit = ResponseTimeLimit,
        Jitter = () => 1,
    };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_that_stays_silent_is_given_up_in_bounded_time_however_many_tries_are_left()
    {
        SequenceHandler? far = null;
        far = new SequenceHandler(token => far!.Hangs()(token)) { RetryPolicy = Steady };
        using HttpTransport transport = far.Transport(attempts: 100);
        long begin = far.Time.GetTimestamp();
        ExhaustedException e = await Assert.ThrowsAsync<ExhaustedException>(() => transport.SendAsync(Get, Stop));
        Assert.InRange(far.Time.GetElapsedTime(begin), TimeSpan.FromSeconds(150), TimeSpan.FromSeconds(310));
        Assert.EndsWith($"; {Limit} are used up", e.Message, StringComparison.Ordinal);
        Assert.Equal(RemoteFault.TryAgain, e.Fault);
        far.Dispose();
    }

    [Fact]
    public async Task Tries_that_fail_at_once_end_with_the_time_of_the_exchange()
    {
        using SequenceHandler far = new(Says(503)) { RetryPolicy = Steady };
        using HttpTransport transport = far.Transport(attempts: 1000);
        ExhaustedException e = await Assert.ThrowsAsync<ExhaustedException>(() => transport.SendAsync(Get, Stop));
        Assert.InRange(far.Time.Waits.Sum(wait => wait.TotalSeconds), 200, 231);
        Assert.EndsWith($"; {Limit} are used up", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_of_one_byte_a_second_is_cut_after_a_window()
    {
        SequenceHandler? far = null;
        far = Sends(() => new Trickle(TimeSpan.FromSeconds(1), () => far!, bytes: 1), far);
        using HttpResponseMessage answer = await far.Transport().SendAsync(Get, Stop);
        IOException e = await Assert.ThrowsAsync<IOException>(() => BoundedBody.ReadAsync(answer, 1_000_000, Stop));
        Assert.Equal("too slow: 60 bytes in 60 s, wanted at least 1024 a second (--minimum-rate)", e.Message);
    }

    [Fact]
    public async Task A_body_that_is_slow_but_moves_is_read_to_its_end()
    {
        SequenceHandler? far = null;
        far = Sends(() => new Trickle(TimeSpan.FromSeconds(1), () => far!, bytes: 16_000, parts: 625), far);
        using HttpResponseMessage answer = await far.Transport().SendAsync(Get, Stop);
        Assert.Equal(10_000_000, (await BoundedBody.ReadAsync(answer, 20_000_000, Stop)).Length);
    }

    [Fact]
    public async Task A_body_that_keeps_the_least_rate_and_no_more_ends_with_the_time_of_the_exchange()
    {
        SequenceHandler? far = null;
        far = Sends(() => new Trickle(TimeSpan.FromSeconds(1), () => far!, bytes: 1100), far);
        using HttpResponseMessage answer = await far.Transport().SendAsync(Get, Stop);
        IOException e = await Assert.ThrowsAsync<IOException>(() => BoundedBody.ReadAsync(answer, 10_000_000, Stop));
        Assert.Equal($"{Limit} are used up", e.Message);
    }

    [Fact]
    public async Task A_reader_that_takes_its_time_costs_the_server_none()
    {
        SequenceHandler? far = null;
        far = Sends(() => new Trickle(TimeSpan.Zero, () => far!, bytes: 10, parts: 5), far);
        using HttpResponseMessage answer = await far.Transport().SendAsync(Get, Stop);
        await using Stream body = await answer.Content.ReadAsStreamAsync(Stop);
        for (int i = 0; i < 5; i++)
        {
            far.Time.Advance(TimeSpan.FromHours(1));
            Assert.Equal(10, await body.ReadAsync(new byte[100], Stop));
        }

        Assert.Equal(0, await body.ReadAsync(new byte[100], Stop));
    }

    [Fact]
    public async Task A_receiver_that_takes_one_byte_a_second_is_given_up()
    {
        using SequenceHandler far = new(Says(200)) { RetryPolicy = Steady };
        using PacedContent content = new(
            new StreamContent(new Trickle(TimeSpan.Zero, () => far, bytes: 1)),
            Steady,
            far.Time,
            new Exchange(Steady, far.Time)
        );
        IOException e = await Assert.ThrowsAsync<IOException>(async () =>
        {
            try
            {
                await content.CopyToAsync(new SlowSink(far.Time), Stop);
            }
            catch (HttpRequestException wrapped)
            {
                throw wrapped.InnerException!;
            }
        });
        Assert.Contains("too slow: 60 bytes in 60 s", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_an_upload_is_called_and_how_long_it_is_stay_as_they_were()
    {
        using SequenceHandler far = new(Says(200)) { RetryPolicy = Steady };
        using HttpTransport transport = far.Transport();
        using HttpResponseMessage answer = await transport.SendAsync(
            () =>
                new HttpRequestMessage(HttpMethod.Put, "https://example.org/a")
                {
                    Content = new ByteArrayContent([1, 2, 3]) { Headers = { { "Content-Type", "x/y" }, { "Content-Encoding", "z" } } },
                },
            Stop
        );
        HttpContent content = far.Requests[0].Content!;
        Assert.Equal(("x/y", 3), (content.Headers.ContentType!.ToString(), content.Headers.ContentLength));
        Assert.Equal("z", content.Headers.NonValidated["Content-Encoding"].ToString());
    }

    [Fact]
    public async Task Requests_of_one_exchange_share_its_time()
    {
        using SequenceHandler far = new(Says(503, retryAfter: "150"), Says(200), Says(503, retryAfter: "100")) { RetryPolicy = Steady };
        using HttpTransport transport = far.Transport();
        Exchange exchange = transport.Begin();
        (await transport.SendAsync(Get, Stop, exchange)).Dispose();
        ExhaustedException e = await Assert.ThrowsAsync<ExhaustedException>(() => transport.SendAsync(Get, Stop, exchange));
        Assert.Contains("it asks to come back in 100 s", e.Message, StringComparison.Ordinal);
        FailedAttempt cut = new(new Uri("https://example.org"), "cut", 1) { RetryAfter = TimeSpan.FromSeconds(90), Exchange = exchange };
        Assert.False(await transport.PauseAsync(cut, Stop));
    }

    private static HttpRequestMessage Get() => new(HttpMethod.Get, "https://example.org/a");

    private static SequenceHandler Sends(Func<Stream> body, SequenceHandler? _) =>
        new(_ => Task.FromResult(new HttpResponseMessage { Content = new StreamContent(body()) }))
        {
            RetryPolicy = Steady,
            Time = new InstantTime { HoldsAll = true },
        };

    /// <summary>Gives so many bytes at a time, each after so long.</summary>
    private sealed class Trickle(TimeSpan pause, Func<SequenceHandler> far, int bytes, int parts = int.MaxValue) : MemoryStream
    {
        private int _left = parts;

        public override bool CanSeek => false;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            far().Time.Advance(pause);
            int count = Math.Min(buffer.Length, bytes);
            return ValueTask.FromResult(_left-- > 0 ? count : 0);
        }

        public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
        {
            byte[] part = new byte[bytes];
            while (_left-- > 0)
                await destination.WriteAsync(part, cancellationToken);
        }
    }

    private sealed class SlowSink(InstantTime time) : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return ValueTask.CompletedTask;
        }
    }
}
