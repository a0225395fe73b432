using System.Net;

namespace Slipway.Http;

/// <summary>
/// A response's body that does not hold its reader for ever: a read during which nothing comes, or a body that comes too
/// slowly, fails with an <see cref="IOException"/>, as a broken connection does.
/// </summary>
public sealed class TimeoutContent : WrappedContent
{
    private readonly RetryPolicy _retryPolicy;
    private readonly TimeProvider _time;
    private readonly Exchange _exchange;

    /// <param name="inner">The body; disposed with this object.</param>
    /// <param name="retryPolicy">How long one read may take, and how fast it must be.</param>
    /// <param name="exchange">What the body belongs to: its time goes on while it is read.</param>
    public TimeoutContent(HttpContent inner, RetryPolicy retryPolicy, TimeProvider time, Exchange exchange)
        : base(inner)
    {
        _retryPolicy = retryPolicy;
        _time = time;
        _exchange = exchange;
    }

    protected override async Task<Stream> CreateContentReadStreamAsync() =>
        new TimeoutBody(await Inner.ReadAsStreamAsync(), _retryPolicy, _time, _exchange);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await using Stream body = await CreateContentReadStreamAsync();
        await body.CopyToAsync(stream);
    }
}
