using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Fetching;

/// <summary>A body that ended before its end or stood still. Reading on, or anew, can help.</summary>
public sealed class CutBodyException : RemoteException
{
    public CutBodyException(string message, long read, Exception innerException)
        : base(RemoteFault.TryAgain, message, innerException)
    {
        Read = read;
    }

    /// <summary>Bytes that came before.</summary>
    public long Read { get; }
}

/// <summary>A response's body whose failures say where it came from and which waits no longer than the retry policy allows.</summary>
internal sealed class RemoteBody : ReadOnlyStream
{
    private readonly HttpResponseMessage _response;
    private readonly Stream _inner;
    private readonly string _where;
    private readonly RetryPolicy _retryPolicy;
    private readonly TimeProvider _time;
    private long _read;

    public RemoteBody(HttpResponseMessage response, Stream inner, string where, RetryPolicy retryPolicy, TimeProvider time)
    {
        _response = response;
        _inner = inner;
        _where = where;
        _retryPolicy = retryPolicy;
        _time = time;
    }

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using CancellationTokenSource limit = new(_retryPolicy.ResponseTimeLimit, _time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            int count = await _inner.ReadAsync(buffer, either.Token);
            _read += count;
            return count;
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new CutBodyException($"GET {_where}: the body was cut after {_read} bytes: {e.Message}", _read, e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CutBodyException(
                $"GET {_where}: no bytes came for {_retryPolicy.ResponseTimeLimit.TotalSeconds:0} s after {_read} bytes",
                _read,
                e
            );
        }
    }

    public override int Read(Span<byte> buffer) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
            _response.Dispose();
        }

        base.Dispose(disposing);
    }
}
