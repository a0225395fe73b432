using System.Net;
using System.Net.Http.Headers;
using Slipway.Oci;

namespace Slipway.Registry;

/// <summary>
/// The bytes of a blob on their way down (distribution specification, "Pulling blobs"). Where the connection breaks off it goes on by
/// a range request (RFC 9110, sections 14.2 and 15.3.7), which asks the registry itself anew, since a redirect may have run out; a
/// server that sends the whole instead is read up to there again, and so is one that says 400 to a range. Proves nothing: that is its
/// reader's.
/// </summary>
internal sealed class BlobDownload : ReadOnlyStream
{
    /// <summary>In bytes: what must come between two cuts for a download to count as moving, so that tries are counted anew.</summary>
    private const long GoodPart = 1 << 20;

    private readonly Endpoint _endpoint;
    private readonly RegistryRequest _request;
    private readonly long _size;
    private HttpResponseMessage? _response;
    private Stream? _body;
    private long _position;
    private long _skip;
    private long _cutAt;
    private int _tries;
    private bool _isWholeOnly;

    private BlobDownload(Endpoint endpoint, RegistryRequest request, long size)
    {
        _endpoint = endpoint;
        _request = request;
        _size = size;
    }

    /// <summary>The caller disposes it; null on a 404.</summary>
    /// <param name="size">How many bytes the blob has.</param>
    /// <exception cref="RegistryException">No definite answer.</exception>
    /// <exception cref="ContentException">The registry has one of another size.</exception>
    public static async Task<BlobDownload?> OpenAsync(
        Endpoint endpoint,
        RegistryRequest request,
        long size,
        CancellationToken cancellationToken
    )
    {
        request = endpoint.InExchange(request);
        HttpResponseMessage response = await endpoint.SendAsync(request, cancellationToken);
        BlobDownload download = new(endpoint, request, size);
        try
        {
            bool isThere = response.StatusCode != HttpStatusCode.NotFound;
            if (isThere)
                await download.TakeAsync(request, response, cancellationToken);
            else
                response.Dispose();
            return isThere ? download : null;
        }
        catch
        {
            await download.DisposeAsync();
            throw;
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            try
            {
                if (_body is null)
                    await AskAsync(cancellationToken);
                int count = await _body!.ReadAsync(_skip > 0 ? buffer[..(int)Math.Min(buffer.Length, _skip)] : buffer, cancellationToken);
                if (count > 0 && _skip > 0)
                {
                    _skip -= count;
                    continue;
                }

                _position += count;
                return count;
            }
            catch (Exception e) when (e is IOException or HttpRequestException)
            {
                // All of it is here; there is no rest to ask for.
                if (_position == _size)
                    return 0;
                await PauseAsync(e, cancellationToken);
            }
        }
    }

    public override int Read(Span<byte> buffer)
    {
        byte[] bytes = new byte[buffer.Length];
        int count = ReadAsync(bytes).AsTask().GetAwaiter().GetResult();
        bytes.AsSpan(0, count).CopyTo(buffer);
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Drop();
        base.Dispose(disposing);
    }

    private async Task AskAsync(CancellationToken cancellationToken)
    {
        RegistryRequest request = _isWholeOnly ? _request : _request with { From = _position };
        HttpResponseMessage response = await _endpoint.SendAsync(request, cancellationToken);
        if (response.StatusCode == HttpStatusCode.BadRequest && request.From > 0)
        {
            response.Dispose();
            _isWholeOnly = true;
            response = await _endpoint.SendAsync(request = _request, cancellationToken);
        }

        await TakeAsync(request, response, cancellationToken);
    }

    /// <summary>Reads on from a response, which is disposed with this stream or when it is of no use.</summary>
    private async Task TakeAsync(RegistryRequest request, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        _response = response;
        if (response.StatusCode == HttpStatusCode.PartialContent && _position > 0)
            RequireRest(response);
        else if (response.StatusCode == HttpStatusCode.OK)
            _skip = RequireWhole(response);
        else
            throw await _endpoint.FailureAsync(request, response, cancellationToken);
        _body = await response.Content.ReadAsStreamAsync(cancellationToken);
    }

    private void RequireRest(HttpResponseMessage response)
    {
        _skip = 0;
        ContentRangeHeaderValue? range = response.Content.Headers.ContentRange;
        bool fits = range is { Unit: "bytes" } && range.From == _position && range.To == _size - 1 && (range.Length ?? _size) == _size;
        if (!fits)
            throw RegistryException.Unsound(
                _request.Operation,
                $"wanted the bytes from {_position} to {_size - 1}, but its Content-Range differs"
            );
    }

    /// <returns>How many bytes of it are there already.</returns>
    private long RequireWhole(HttpResponseMessage response) =>
        response.Content.Headers.ContentLength is not { } size || size == _size
            ? _position
            : throw new ContentException(
                $"{_request.Operation.Place}: {_request.Operation.Name}: wanted {_size} bytes, the registry has {size}"
            );

    private async Task PauseAsync(Exception failure, CancellationToken cancellationToken)
    {
        Drop();
        _tries = _position - _cutAt >= GoodPart ? 1 : _tries + 1;
        _cutAt = _position;
        if (!await _endpoint.PauseAsync(_request, $"cut after {_position} of {_size} bytes", _tries, cancellationToken))
            throw RegistryException.Broken(_request.Operation, failure);
    }

    private void Drop()
    {
        _body?.Dispose();
        _response?.Dispose();
        (_body, _response) = (null, null);
    }
}
