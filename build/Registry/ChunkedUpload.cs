using System.Net;
using System.Net.Http.Headers;
using Slipway.Oci;

namespace Slipway.Registry;

/// <summary>
/// Sends one blob by POST, PATCH for each chunk but the last, and PUT (distribution specification, "Pushing a blob in
/// chunks"). After a cut it asks the registry how much is there and sends the rest; a session that is gone is begun anew, a
/// few times.
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

    /// <summary>How often the registry may want other bytes than those it said it wants, or keep fewer than it took.</summary>
    private const int MaximumDisagreements = 5;

    private readonly Endpoint _endpoint;
    private readonly UploadSession _session;
    private readonly BlobReader _blob;
    private readonly Func<CancellationToken, Task<bool>> _isThere;
    private long _offset;
    private long _end;
    private long _chunk;
    private int _disagreements;
    private bool _isUncertain;
    private bool _wasResumed;

    /// <param name="isThere">Whether the registry has the blob.</param>
    public ChunkedUpload(Endpoint endpoint, UploadSession session, BlobReader blob, Func<CancellationToken, Task<bool>> isThere)
    {
        _endpoint = endpoint;
        _session = session;
        _blob = blob;
        _isThere = isThere;
    }

    private long Left => _blob.Blob.Size - _offset;

    /// <returns>False when the registry takes no chunks, or none of this size, and has nothing yet.</returns>
    /// <exception cref="RegistryException">The registry did not take it.</exception>
    /// <exception cref="ContentException">The local bytes, or what the registry says it stored, are not the blob.</exception>
    public async Task<bool> SendAsync(CancellationToken cancellationToken)
    {
        for (int sessions = 1; ; sessions++)
        {
            await BeginAsync(cancellationToken);
            try
            {
                return await SendInSessionAsync(cancellationToken);
            }
            catch (RegistryException e) when (sessions < MaximumSessions && IsGone(e))
            {
                // The session may have ended because its closing request did arrive and only the answer was lost.
                if (await _isThere(cancellationToken))
                    return true;
            }
        }
    }

    /// <summary>
    /// No such upload; or one that cannot be asked for its offset, or whose bytes came in disorder when a cut request and the
    /// next one met in the registry.
    /// </summary>
    private bool IsGone(RegistryException e) =>
        e.Status is HttpStatusCode.NotFound or HttpStatusCode.Gone or HttpStatusCode.MethodNotAllowed
        || e.Code is "BLOB_UPLOAD_UNKNOWN" or "BLOB_UPLOAD_INVALID"
        || (_wasResumed && e.Code == "DIGEST_INVALID");

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        await _session.BeginAsync(cancellationToken);
        _chunk = Math.Max(ChunkSize, _session.MinimumChunk);
        Reach(0);
        _isUncertain = false;
        _wasResumed = false;
    }

    private async Task<bool> SendInSessionAsync(CancellationToken cancellationToken)
    {
        while (Left > _chunk)
        {
            Call patch = _session.Call with { Method = HttpMethod.Patch, Target = cancel => NextAsync(_chunk, cancel), Content = () => Body(_chunk) };
            using HttpResponseMessage answer = await _endpoint.SendAsync(patch, cancellationToken);
            if (answer.StatusCode == HttpStatusCode.Accepted)
                Advance(patch, answer);
            else if (_offset == 0 && (int)answer.StatusCode is 405 or 413 or 501)
                return false;
            else if (!MayAskAgain(answer))
                throw await _endpoint.FailureAsync(patch, answer, cancellationToken);
        }

        await CloseAsync(cancellationToken);
        return true;
    }

    private async Task CloseAsync(CancellationToken cancellationToken)
    {
        Call put = _session.Call with
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
            using HttpResponseMessage answer = await _endpoint.SendAsync(put, cancellationToken);
            if (MayAskAgain(answer))
                continue;
            await _session.CloseAsync(put, answer, cancellationToken);
            return;
        }
    }

    private bool MayAskAgain(HttpResponseMessage answer) =>
        answer.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && ++_disagreements <= MaximumDisagreements;

    /// <summary>Where the next bytes go; what happened to those of an attempt without a usable answer is asked first.</summary>
    private async Task<Uri> NextAsync(long count, CancellationToken cancellationToken)
    {
        if (_isUncertain)
            await AskAsync(cancellationToken);
        await _blob.PrepareAsync(_offset, Math.Min(count, Left), cancellationToken);
        _isUncertain = true;
        return _session.Location!;
    }

    private async Task AskAsync(CancellationToken cancellationToken)
    {
        Uri location = _session.Location!;
        Call ask = _session.Call with { Method = HttpMethod.Get, Target = _ => Task.FromResult(location) };
        using HttpResponseMessage answer = await _endpoint.SendAsync(ask, cancellationToken);
        if (answer.StatusCode != HttpStatusCode.NoContent)
            throw await _endpoint.FailureAsync(ask, answer, cancellationToken);
        long there = _session.Continue(ask, answer, _blob.Blob.Size);
        if (there > 1)
        {
            Reach(there);
            _wasResumed = true;
        }
        else
        {
            // "0-0" is one byte, and what registries say when there is none.
            await BeginAsync(cancellationToken);
        }
    }

    private void Advance(Call patch, HttpResponseMessage answer)
    {
        long there = _session.Continue(patch, answer, _end);
        if (there < _end && ++_disagreements > MaximumDisagreements)
            throw RegistryException.Unsound(patch.Asked, $"it takes chunks, but of {_end} bytes it has {there}");
        Reach(there > 1 ? there : 0);
        _isUncertain = there <= 1;
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
