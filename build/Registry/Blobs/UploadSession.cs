using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Registry;

/// <summary>
/// One blob's upload session at a registry, and the next one when it is lost: where it goes on, and how it ends
/// (distribution specification, "Pushing blobs", "Pushing a blob in chunks", "Cancel a blob upload"). For one upload at a time.
/// </summary>
internal sealed class UploadSession
{
    private static readonly TimeSpan CancelWithin = TimeSpan.FromSeconds(5);

    private readonly Endpoint _endpoint;
    private readonly Uri _uploads;
    private readonly Digest _digest;
    private readonly TimeProvider _time;
    private bool _isUnused;

    /// <param name="uploads">The address that a session begins at, ending in <c>/blobs/uploads/</c>.</param>
    /// <param name="request">What the upload is called in errors, and its scope.</param>
    public UploadSession(Endpoint endpoint, Uri uploads, RegistryRequest request, Digest digest, TimeProvider time)
    {
        _endpoint = endpoint;
        _uploads = uploads;
        _digest = digest;
        _time = time;
        Request = request;
    }

    /// <summary>The model of every request about this upload.</summary>
    public RegistryRequest Request { get; }

    /// <summary>Where the session goes on; null when none is open.</summary>
    public Uri? Location { get; private set; }

    /// <summary>
    /// The least size of a chunk but the last, in bytes, as <c>OCI-Chunk-Min-Length</c> says; 0 when it says nothing sound.
    /// </summary>
    public long MinimumChunk { get; private set; }

    /// <summary>
    /// Asks for the blob from another repository of the same registry ("Mounting a blob from another repository"). True when it
    /// is there now. Whatever the registry refuses is no failure but false; a session that it offers instead is kept.
    /// </summary>
    /// <exception cref="ContentException">The registry says that it mounted something else.</exception>
    public async Task<bool> MountAsync(string from, CancellationToken cancellationToken)
    {
        await CancelAsync();
        Uri target = new(_uploads, $"?mount={Uri.EscapeDataString(_digest.ToString())}&from={Uri.EscapeDataString(from)}");
        RegistryRequest mount = Request with
        {
            Method = HttpMethod.Post,
            Operation = Request.Operation with { Name = $"mount blob {_digest.Abbreviated} from {from}" },
            Scope = $"{Request.Scope} repository:{from}:pull",
            Target = _ => Task.FromResult(target),
        };
        try
        {
            using HttpResponseMessage response = await _endpoint.SendAsync(mount, cancellationToken);
            if (response.StatusCode == HttpStatusCode.Accepted)
            {
                Open(mount, response);
                _isUnused = true;
            }

            if (response.StatusCode != HttpStatusCode.Created)
                return false;
            DigestHeader.Check(response, _digest, mount.Operation);
            return true;
        }
        catch (RegistryException)
        {
            // Mounting only spares an upload: the upload itself tells what is wrong, if anything is.
            return false;
        }
    }

    /// <summary>Opens a session, in place of the one before; the one that a refused mount offered is taken first.</summary>
    /// <exception cref="RegistryException">The registry opens none.</exception>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        if (_isUnused)
        {
            _isUnused = false;
            return;
        }

        await CancelAsync();
        RegistryRequest post = Request with { Method = HttpMethod.Post, Target = _ => Task.FromResult(_uploads) };
        using HttpResponseMessage response = await _endpoint.SendAsync(post, cancellationToken);
        // Other clients take another success for one as well, where it says where to go on.
        bool isBegun =
            response.StatusCode == HttpStatusCode.Accepted
            || (response.StatusCode is HttpStatusCode.OK or HttpStatusCode.NoContent && FieldOf(response, "Location").Length > 0);
        if (!isBegun)
            throw await _endpoint.FailureAsync(post, response, cancellationToken);
        Open(post, response);
    }

    /// <summary>
    /// Takes the location that a response about the open session has; without one the session goes on where it was asked.
    /// </summary>
    /// <exception cref="RegistryException">It leads where we do not go.</exception>
    public void Continue(RegistryRequest request, HttpResponseMessage response)
    {
        if (FieldOf(response, "Location").Length > 0)
            Location = Endpoint.Next(request, response);
    }

    /// <summary>Whether a session has ended at the registry: no such upload, or one that it does not go on with.</summary>
    public static bool IsGone(RegistryException e) =>
        e.Status is HttpStatusCode.NotFound or HttpStatusCode.Gone or HttpStatusCode.RequestedRangeNotSatisfiable
        || e.Code is "BLOB_UPLOAD_UNKNOWN" or "BLOB_UPLOAD_INVALID" or "RANGE_INVALID";

    /// <summary>Where the closing PUT goes. The location may hold a query of its own, which stays as it is.</summary>
    public Uri Closing()
    {
        Uri location = Location ?? throw new InvalidOperationException("no session is open");
        string digest = "digest=" + Uri.EscapeDataString(_digest.ToString());
        return new Uri(location.AbsoluteUri + (location.Query.Length > 0 ? "&" : "?") + digest);
    }

    /// <summary>Takes the response to a closing PUT: 201, or another success when the blob is there then.</summary>
    /// <param name="isThere">Whether the registry has the blob.</param>
    /// <exception cref="RegistryException">It is no success.</exception>
    /// <exception cref="ContentException">The registry says that it stored something else.</exception>
    public async Task CloseAsync(
        RegistryRequest put,
        HttpResponseMessage response,
        Func<CancellationToken, Task<bool>> isThere,
        CancellationToken cancellationToken
    )
    {
        bool isDone =
            response.StatusCode == HttpStatusCode.Created
            || (
                response.StatusCode is HttpStatusCode.OK or HttpStatusCode.Accepted or HttpStatusCode.NoContent
                && await isThere(cancellationToken)
            );
        if (!isDone)
            throw await _endpoint.FailureAsync(put, response, cancellationToken);
        Location = null;
        DigestHeader.Check(response, _digest, put.Operation);
    }

    /// <summary>Releases what the server keeps for an unfinished session; that this fails does not matter.</summary>
    public async Task CancelAsync()
    {
        _isUnused = false;
        if (Location is not { } session)
            return;
        Location = null;
        using CancellationTokenSource limit = new(CancelWithin, _time);
        try
        {
            RegistryRequest delete = Request with { Method = HttpMethod.Delete, Target = _ => Task.FromResult(session) };
            (await _endpoint.SendAsync(delete, limit.Token)).Dispose();
        }
        catch (Exception e) when (e is RemoteException or OperationCanceledException)
        {
            // "Clients SHOULD ignore any failures."
        }
    }

    private void Open(RegistryRequest request, HttpResponseMessage response)
    {
        Location = Endpoint.Next(request, response);
        string least = FieldOf(response, "OCI-Chunk-Min-Length");
        MinimumChunk = long.TryParse(least, NumberStyles.None, CultureInfo.InvariantCulture, out long size) ? size : 0;
    }

    private static string FieldOf(HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out HeaderStringValues values) ? values.ToString() : "";
}
