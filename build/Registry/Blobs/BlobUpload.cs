using System.Net.Http.Headers;
using Slipway.Oci;

namespace Slipway.Registry;

/// <summary>
/// Gets one blob into a repository: mounted, in chunks, or by POST and PUT when one chunk holds it (distribution
/// specification, "Pushing a blob monolithically"): then each attempt begins a session of its own and sends the blob from
/// its beginning. A session that was not finished is cancelled ("Cancel a blob upload").
/// </summary>
internal sealed class BlobUpload
{
    private readonly Endpoint _endpoint;
    private readonly UploadSession _session;
    private readonly BlobReader _blob;
    private readonly ChunkedUpload _chunks;
    private readonly Func<CancellationToken, Task<bool>> _isThere;

    /// <param name="isThere">Whether the registry has the blob.</param>
    public BlobUpload(Endpoint endpoint, UploadSession session, BlobReader blob, Func<CancellationToken, Task<bool>> isThere)
    {
        _endpoint = endpoint;
        _session = session;
        _blob = blob;
        _isThere = isThere;
        _chunks = new ChunkedUpload(endpoint, session, blob, isThere);
    }

    /// <summary>Mounts it from one of other repositories of this registry, in their order, or sends it.</summary>
    /// <returns>Whether it was sent.</returns>
    /// <exception cref="RegistryException">The registry did not take it.</exception>
    /// <exception cref="ContentException">The local bytes, or what the registry says it stored, are not the blob.</exception>
    public async Task<bool> SendAsync(IEnumerable<string> from, CancellationToken cancellationToken)
    {
        try
        {
            foreach (string repository in from)
            {
                if (await _session.MountAsync(repository, cancellationToken))
                    return false;
            }

            if (_blob.Blob.Size <= ChunkedUpload.ChunkSize || !await _chunks.SendAsync(cancellationToken))
                await SendWholeAsync(cancellationToken);
            return true;
        }
        finally
        {
            await _session.CancelAsync();
        }
    }

    private async Task SendWholeAsync(CancellationToken cancellationToken)
    {
        RegistryRequest put = _session.Request with
        {
            Method = HttpMethod.Put,
            Content = Body,
            Target = async cancel =>
            {
                await _session.BeginAsync(cancel);
                await _blob.PrepareAsync(0, _blob.Blob.Size, cancel);
                return _session.Closing();
            },
        };
        for (int sessions = 1; ; sessions++)
        {
            try
            {
                using HttpResponseMessage response = await _endpoint.SendAsync(put, cancellationToken);
                await _session.CloseAsync(put, response, _isThere, cancellationToken);
                return;
            }
            catch (RegistryException e) when (sessions < ChunkedUpload.MaximumSessions && UploadSession.IsGone(e))
            {
                // As in chunks: the session is lost, or it ended well and only that answer was lost.
                if (await _isThere(cancellationToken))
                    return;
            }
        }
    }

    private StreamContent Body()
    {
        StreamContent content = new(_blob.Open(0, _blob.Blob.Size));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        content.Headers.ContentLength = _blob.Blob.Size;
        return content;
    }
}
