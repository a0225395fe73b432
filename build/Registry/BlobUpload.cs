using System.Net;
using System.Net.Http.Headers;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Registry;

/// <summary>
/// Sends one blob by POST and PUT (distribution specification, "Pushing a blob monolithically"). Each attempt begins a
/// session of its own and reads the blob from its beginning, hashed on the way; a session that was not finished is
/// cancelled ("Cancel a blob upload").
/// </summary>
internal sealed class BlobUpload
{
    private static readonly TimeSpan CancelWithin = TimeSpan.FromSeconds(5);

    private readonly Endpoint _endpoint;
    private readonly Uri _uploads;
    private readonly Descriptor _blob;
    private readonly Func<Stream> _open;
    private readonly TimeProvider _time;
    private readonly Call _begin;
    private Uri? _session;

    /// <param name="uploads">The address that a session begins at, ending in <c>/blobs/uploads/</c>.</param>
    /// <param name="call">What the upload is called in errors, and its scope.</param>
    public BlobUpload(Endpoint endpoint, Uri uploads, Call call, Descriptor blob, Func<Stream> open, TimeProvider time)
    {
        _endpoint = endpoint;
        _uploads = uploads;
        _blob = blob;
        _open = open;
        _time = time;
        _begin = call;
    }

    /// <exception cref="RegistryException">The registry did not take it.</exception>
    /// <exception cref="ContentException">The local bytes, or what the registry says it stored, are not the blob.</exception>
    public async Task SendAsync(CancellationToken cancellationToken)
    {
        Call put = _begin with { Method = HttpMethod.Put, Target = NewSessionAsync, Content = Body };
        try
        {
            using HttpResponseMessage answer = await _endpoint.SendAsync(put, cancellationToken);
            if (answer.StatusCode != HttpStatusCode.Created)
                throw await _endpoint.FailureAsync(put, answer, cancellationToken);
            _session = null;
            Stored.Check(answer, _blob.Digest, put.Asked);
        }
        finally
        {
            await CancelAsync();
        }
    }

    private async Task<Uri> NewSessionAsync(CancellationToken cancellationToken)
    {
        await CancelAsync();
        Call post = _begin with { Method = HttpMethod.Post, Target = _ => Task.FromResult(_uploads) };
        using HttpResponseMessage answer = await _endpoint.SendAsync(post, cancellationToken);
        if (answer.StatusCode != HttpStatusCode.Accepted)
            throw await _endpoint.FailureAsync(post, answer, cancellationToken);
        _session = Endpoint.Next(post, answer);
        // The location may hold a query of its own, which stays as it is.
        string digest = "digest=" + Uri.EscapeDataString(_blob.Digest.ToString());
        return new Uri(_session.AbsoluteUri + (_session.Query.Length > 0 ? "&" : "?") + digest);
    }

    private StreamContent Body()
    {
        StreamContent content = new(VerifyingStream.Over(_open(), _blob, $"{_begin.Asked.Place}: blob {_blob.Digest.Abbreviated}"));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        content.Headers.ContentLength = _blob.Size;
        return content;
    }

    /// <summary>Releases what the server keeps for an unfinished session; that this fails does not matter.</summary>
    private async Task CancelAsync()
    {
        if (_session is not { } session)
            return;
        _session = null;
        using CancellationTokenSource patience = new(CancelWithin, _time);
        try
        {
            Call delete = _begin with { Method = HttpMethod.Delete, Target = _ => Task.FromResult(session) };
            (await _endpoint.SendAsync(delete, patience.Token)).Dispose();
        }
        catch (Exception e) when (e is RemoteException or OperationCanceledException)
        {
            // "Clients SHOULD ignore any failures."
        }
    }
}
