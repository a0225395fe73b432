namespace Slipway.Http;

/// <summary>
/// A response's body that does not hold its reader for ever: a read during which nothing comes, or a body that comes too slowly, fails with
/// an <see cref="IOException"/>. Forward only. Disposing disposes the inner stream.
/// </summary>
/// <param name="exchange">What the body belongs to: its time goes on while it is read.</param>
internal sealed class TimeoutBody(Stream inner, RetryPolicy retryPolicy, TimeProvider time, Exchange exchange) : Stream
{
    private readonly BodyPace _pace = new(retryPolicy);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using IDisposable running = exchange.Run();
        if (!exchange.Affords(TimeSpan.Zero))
            throw new IOException($"{exchange.Limit} are used up");
        long begin = time.GetTimestamp();
        using CancellationTokenSource silence = new(retryPolicy.ResponseTimeLimit, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, silence.Token);
        try
        {
            int count = await inner.ReadAsync(buffer, either.Token);
            exchange.Move(count);
            if (count > 0)
                _pace.Note(time.GetElapsedTime(begin), count);
            return count;
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"nothing came for {retryPolicy.ResponseTimeLimit.TotalSeconds:0} s", e);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }
}
