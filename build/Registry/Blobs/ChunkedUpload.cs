using System.Net;
using System.Net.Http.Headers;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Registry;

/// <summary>
/// Sends one blob by POST, PATCH for each chunk but the last, and PUT (distribution specification, "Pushing a blob in
/// chunks"). After a cut it asks the registry how much is there and sends the rest; where that cannot be told, and where a session is
/// gone, it begins anew, within bounds: asking is a means of recovery, and never why an upload fails.
/// </summary>
internal sealed class ChunkedUpload
{
    /// <summary>
    /// In bytes; a cut costs at most so much. Above the least part of the object stores behind registries (5 MiB in S3), and
    /// large enough that an image's layer takes a handful of requests.
    /// </summary>
    public const int ChunkSize = BlobFeed.PieceSize;

    /// <summary>How many sessions one upload may begin when registries lose them.</summary>
    public const int MaximumSessions = 3;

    /// <summary>
    /// How often the registry may want other bytes than those it said it wants, or keep fewer than it took, at one place.
    /// </summary>
    private const int MaximumDisagreements = 2;

    /// <summary>How many chunks in all may be kept in part.</summary>
    private const int MaximumParts = 5;

    private readonly Endpoint _endpoint;
    private readonly UploadSession _session;
    private readonly BlobReader _blob;
    private readonly Func<CancellationToken, Task<bool>> _isThere;
    private long _offset;
    private long _end;
    private long _chunk;
    private long _disputed = -1;
    private int _disagreements;
    private int _parts;
    private bool _isUncertain;
    private bool _wasResumed;
    private bool _isDoubtful;

    /// <param name="isThere">Whether the registry has the blob.</param>
    public ChunkedUpload(Endpoint endpoint, UploadSession session, BlobReader blob, Func<CancellationToken, Task<bool>> isThere)
    {
        _endpoint = endpoint;
        _session = session;
        _blob = blob;
        _isThere = isThere;
    }

    private long Left => _blob.Blob.Size - _offset;

    private UploadState State => new(_offset, Math.Max(_offset, _end));

    /// <returns>False when the registry takes no chunks, none of this size, or does not keep them.</returns>
    /// <exception cref="RegistryException">The registry did not take it.</exception>
    /// <exception cref="ContentException">The local bytes, or what the registry says it stored, are not the blob.</exception>
    public async Task<bool> SendAsync(CancellationToken cancellationToken)
    {
        for (int sessions = 1, losses = 0; ; )
        {
            await BeginAsync(cancellationToken);
            try
            {
                return await SendInSessionAsync(cancellationToken);
            }
            catch (RegistryException e) when (sessions < MaximumSessions && IsGone(e))
            {
                sessions++;
                // The session may have ended because its closing request did arrive and only the response was lost.
                if (await IsThereAsync(cancellationToken))
                    return true;
            }
            catch (UploadLostException e)
            {
                if (await IsThereAsync(cancellationToken))
                    return true;
                if (
                    ++losses >= MaximumSessions
                    && !await _endpoint.PauseAsync(_session.Request, $"interrupted, {e.Message}", losses, cancellationToken)
                )
                    throw Interrupted(losses, e);
            }
        }
    }

    /// <summary>No such upload; or one whose bytes came in disorder when a cut request and the next one met in the registry.</summary>
    private bool IsGone(RegistryException e) =>
        UploadSession.IsGone(e) || e.Status == HttpStatusCode.MethodNotAllowed || (_wasResumed && e.Fault == RemoteFault.Protocol);

    /// <summary>Looks for what would spare beginning anew; that it cannot be told spares nothing.</summary>
    private async Task<bool> IsThereAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _isThere(cancellationToken);
        }
        catch (RegistryException)
        {
            return false;
        }
    }

    private RegistryException Interrupted(int times, UploadLostException e) =>
        new(
            RemoteFault.TryAgain,
            _session.Request.Operation,
            $"it was interrupted {times} times, and each time it was not known how much of it had arrived ({e.Message})",
            "run the same command again",
            e
        );

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        await _session.BeginAsync(cancellationToken);
        _chunk = Math.Max(ChunkSize, _session.MinimumChunk);
        Reach(0);
        _end = 0;
        _isUncertain = false;
        _wasResumed = false;
        _isDoubtful = false;
    }

    private async Task<bool> SendInSessionAsync(CancellationToken cancellationToken)
    {
        while (Left > _chunk)
        {
            RegistryRequest patch = _session.Request with
            {
                Method = HttpMethod.Patch,
                Target = cancel => NextAsync(_chunk, cancel),
                Content = () => Body(_chunk),
            };
            using HttpResponseMessage response = await _endpoint.SendAsync(patch, cancellationToken);
            bool goesOn = response.StatusCode switch
            {
                // ECR says 201.
                HttpStatusCode.Accepted or HttpStatusCode.Created or HttpStatusCode.OK or HttpStatusCode.NoContent => Advance(
                    patch,
                    response
                ),
                HttpStatusCode.RequestedRangeNotSatisfiable => MayAskAgain(),
                _ => await TakesChunksAsync(patch, response, cancellationToken),
            };
            if (!goesOn)
                return false;
        }

        return await CloseAsync(cancellationToken);
    }

    /// <returns>False when it takes no last chunk, or none here, or what it has then is not the blob.</returns>
    private async Task<bool> CloseAsync(CancellationToken cancellationToken)
    {
        RegistryRequest put = _session.Request with
        {
            Method = HttpMethod.Put,
            Content = () => Body(Left),
            Target = async cancel =>
            {
                await NextAsync(Left, cancel);
                return _session.Closing();
            },
        };
        while (true)
        {
            using HttpResponseMessage response = await _endpoint.SendAsync(put, cancellationToken);
            if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
            {
                if (MayAskAgain())
                    continue;
                return false;
            }

            if (!response.IsSuccessStatusCode)
                return await TakesChunksAsync(put, response, cancellationToken);
            await _session.CloseAsync(put, response, _isThere, cancellationToken);
            return !_isDoubtful || await IsWholeAsync(cancellationToken);
        }
    }

    /// <summary>Looks at what became of chunks whose ranges stood still.</summary>
    private async Task<bool> IsWholeAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await IsThereAsync(cancellationToken);
        }
        catch (ContentException)
        {
            return false; // Of another size: Artifactory was seen to keep the last chunk alone.
        }
    }

    /// <summary>
    /// A registry that refuses a chunk takes none, none of this size, or no second one: what every registry takes is the whole. Any other
    /// refusal is one, and so is one of a session that was resumed, which is begun anew.
    /// </summary>
    /// <returns>False, always.</returns>
    private async Task<bool> TakesChunksAsync(RegistryRequest patch, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        RegistryException failure = await _endpoint.FailureAsync(patch, response, cancellationToken);
        bool isOfChunks = (int)response.StatusCode is 400 or 411 or 413 or 415 or 422 or 501
            ? _offset == 0 || !_wasResumed
            : (int)response.StatusCode == 405 && _offset == 0;
        return isOfChunks && !UploadSession.IsGone(failure) ? false : throw failure;
    }

    /// <summary>Whether the registry may be asked what it has; not for ever at the same place.</summary>
    private bool MayAskAgain()
    {
        _disagreements = _disputed == _offset ? _disagreements + 1 : 1;
        _disputed = _offset;
        return _disagreements < MaximumDisagreements;
    }

    /// <summary>Where the next bytes go; what happened to those of an attempt without a usable answer is asked first.</summary>
    private async Task<Uri> NextAsync(long count, CancellationToken cancellationToken)
    {
        if (_isUncertain)
            await AskAsync(cancellationToken);
        await _blob.PrepareAsync(_offset, Math.Min(count, Left), cancellationToken);
        _isUncertain = true;
        return _session.Location!;
    }

    /// <exception cref="UploadLostException">
    /// It could not be asked, or its answer is none; asked once, since beginning anew is always possible.
    /// </exception>
    private async Task AskAsync(CancellationToken cancellationToken)
    {
        Uri location = _session.Location!;
        RegistryRequest ask = _session.Request with { Method = HttpMethod.Get, Target = _ => Task.FromResult(location), IsOnce = true };
        try
        {
            using HttpResponseMessage response = await _endpoint.SendAsync(ask, cancellationToken);
            if (!response.IsSuccessStatusCode)
                throw new UploadLostException($"the response to its state is {(int)response.StatusCode}");
            _session.Continue(ask, response);
            Reach(State.After(UploadState.CountOf(response)) ?? throw new UploadLostException("its Range is missing or malformed"));
            _wasResumed = true;
        }
        catch (RegistryException e)
        {
            throw new UploadLostException(
                e.Status is { } status ? $"the response to its state is {(int)status}" : "its state cannot be read"
            );
        }
    }

    /// <returns>False when it takes chunks and does not keep them.</returns>
    private bool Advance(RegistryRequest patch, HttpResponseMessage response)
    {
        _session.Continue(patch, response);
        long? told = UploadState.CountOf(response);
        _isDoubtful |= State.IsBehind(told);
        long there = State.AfterAccepted(told);
        bool isLess = there < _end;
        if (isLess && (++_parts > MaximumParts || (there <= _offset && !MayAskAgain())))
            return false;
        _isUncertain = isLess && there == 0;
        Reach(there);
        return true;
    }

    private HttpContent Body(long limit)
    {
        long count = Math.Min(limit, Left);
        _end = _offset + count;
        if (count == 0)
            return new ByteArrayContent([]);
        StreamContent content = new(_blob.Open(_offset, count));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        content.Headers.ContentLength = count;
        content.Headers.TryAddWithoutValidation("Content-Range", $"{_offset}-{_end - 1}");
        return content;
    }

    private void Reach(long offset)
    {
        _offset = offset;
        _blob.Hold(offset);
    }
}
