using static Slipway.Http.Tests.SequenceHandler;

namespace Slipway.Http.Tests;

public class TimeoutContentTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_body_that_stands_still_is_a_broken_connection()
    {
        SequenceHandler? far = null;
        far = new SequenceHandler(_ =>
            Task.FromResult(new HttpResponseMessage { Content = new StreamContent(new Silence(() => far!.Time.FireHeld())) })
        );
        using HttpTransport transport = far.Transport();
        using HttpResponseMessage answer = await transport.SendAsync(Get, Stop);
        IOException e = await Assert.ThrowsAsync<IOException>(() => BoundedBody.ReadAsync(answer, 100, Stop));
        Assert.Equal("nothing came for 77 s", e.Message);
        far.Dispose();
    }

    [Fact]
    public async Task Cancelling_a_read_is_no_broken_connection()
    {
        using CancellationTokenSource stop = new();
        using SequenceHandler far = new(_ =>
            Task.FromResult(new HttpResponseMessage { Content = new StreamContent(new Silence(stop.Cancel)) })
        );
        using HttpTransport transport = far.Transport();
        using HttpResponseMessage answer = await transport.SendAsync(Get, Stop);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => BoundedBody.ReadAsync(answer, 100, stop.Token));
    }

    [Fact]
    public async Task Length_type_and_bytes_of_a_body_stay_as_they_came()
    {
        using SequenceHandler far = new(_ =>
            Task.FromResult(
                new HttpResponseMessage
                {
                    Content = new ByteArrayContent([1, 2, 3])
                    {
                        Headers = { { "Content-Type", "x/y; a=b" }, { "Content-Range", "bytes 1-3/7" } },
                    },
                }
            )
        );
        using HttpTransport transport = far.Transport();
        using HttpResponseMessage answer = await transport.SendAsync(Get, Stop);
        Assert.Equal("x/y; a=b", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal("bytes 1-3/7", answer.Content.Headers.ContentRange!.ToString());
        Assert.Equal(3, answer.Content.Headers.ContentLength);
        Assert.Equal([1, 2, 3], await answer.Content.ReadAsByteArrayAsync(Stop));
    }

    [Fact]
    public async Task Disposing_an_answer_disposes_its_body()
    {
        MemoryStream body = new([1]);
        using SequenceHandler far = new(_ => Task.FromResult(new HttpResponseMessage { Content = new StreamContent(body) }));
        using HttpTransport transport = far.Transport();
        (await transport.SendAsync(Get, Stop)).Dispose();
        Assert.False(body.CanRead);
    }

    private static HttpRequestMessage Get() => new(HttpMethod.Get, "https://example.org/a");

    /// <summary>Says what it does when it is read, and gives nothing until it is cancelled.</summary>
    private sealed class Silence(Action read) : MemoryStream
    {
        public override bool CanSeek => false;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            read();
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return 0;
        }
    }
}
