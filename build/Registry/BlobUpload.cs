using System.Net.Http.Headers;
using Slipway.Oci;

namespace Slipway.Registry;

/// <summary>
/// Sends one blob by POST and PUT (distribution specification, "Pushing a blob monolithically"). Each attempt begins a
/// session of its own and reads the blob from its beginning, hashed on the way; a session that was not finished is
/// cancelled ("Cancel a blob upload").
/// </summary>
internal sealed class BlobUpload
{
    private readonly Endpoint _endpoint;
    private readonly UploadSession _session;
    private readonly Descriptor _blob;
    private readonly Func<Stream> _open;

    public BlobUpload(Endpoint endpoint, UploadSession session, Descriptor blob, Func<Stream> open)
    {
        _endpoint = endpoint;
        _session = session;
        _blob = blob;
        _open = open;
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
        Call put = _session.Call with
        {
            Method = HttpMethod.Put,
            Content = Body,
            Target = async cancel =>
            {
                await _session.BeginAsync(cancel);
                return _session.Closing();
            },
        };
        using HttpResponseMessage answer = await _endpoint.SendAsync(put, cancellationToken);
        await _session.CloseAsync(put, answer, cancellationToken);
    }

    private StreamContent Body()
    {
        string what = $"{_session.Call.Asked.Place}: blob {_blob.Digest.Abbreviated}";
        StreamContent content = new(VerifyingStream.Over(_open(), _blob, what));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        content.Headers.ContentLength = _blob.Size;
        return content;
    }
}
