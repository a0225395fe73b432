using System.Net;

namespace Slipway.Http;

/// <summary>A request's body whose sending fails with an <see cref="IOException"/> when its receiver stands still or is too slow.</summary>
public sealed class PacedContent : WrappedContent
{
    private readonly RetryPolicy _retryPolicy;
    private readonly TimeProvider _time;
    private readonly Exchange _exchange;

    /// <param name="inner">The body; disposed with this object.</param>
    /// <param name="exchange">Is told what was sent.</param>
    public PacedContent(HttpContent inner, RetryPolicy retryPolicy, TimeProvider time, Exchange exchange)
        : base(inner)
    {
        _retryPolicy = retryPolicy;
        _time = time;
        _exchange = exchange;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await using PacedStream paced = new(stream, _retryPolicy, _time, _exchange);
        await Inner.CopyToAsync(paced, context, cancellationToken);
    }
}
