using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Slipway.Oci;

namespace Slipway.Rehearsal;

/// <summary>
/// Receives blobs: in one POST, by POST and PUT, in chunks, or by mounting (distribution specification, "Pushing blobs",
/// "Pushing a blob in chunks", "Cancel a blob upload", "Mounting a blob from another repository").
/// </summary>
internal sealed partial class UploadEndpoint
{
    private readonly ContentStore _store;
    private readonly UploadSessions _sessions;
    private readonly AuthMiddleware _gate;
    private readonly long _minimumChunk;

    /// <param name="minimumChunk">What <c>OCI-Chunk-Min-Length</c> says, in bytes; 0 leaves it away.</param>
    public UploadEndpoint(ContentStore store, UploadSessions sessions, AuthMiddleware gate, long minimumChunk)
    {
        _store = store;
        _sessions = sessions;
        _gate = gate;
        _minimumChunk = minimumChunk;
    }

    public async Task StartAsync(HttpContext context, RegistryPath path)
    {
        if (!HttpMethods.IsPost(context.Request.Method))
            throw new ErrorResponse(405, "UNSUPPORTED", "an upload begins with POST");
        IQueryCollection query = context.Request.Query;
        if (
            query["mount"].ToString() is { Length: > 0 } mount
            && TryMount(context, path, BlobEndpoint.DigestOf(mount), query["from"].ToString())
        )
            return;
        string? wanted = query["digest"];
        Digest? digest = wanted is null ? null : BlobEndpoint.DigestOf(wanted);
        string algorithm = digest?.Algorithm ?? (query["digest-algorithm"].ToString() is { Length: > 0 } named ? named : "sha256");
        if (algorithm is not ("sha256" or "sha512"))
            throw new ErrorResponse(400, "DIGEST_INVALID", "the digest algorithm is not supported");
        UploadSession session = new(path.Repository, _store.NewPart(), algorithm);
        _sessions.Add(session);
        if (digest is null)
        {
            Describe(context, session, 202);
            if (_minimumChunk > 0)
                context.Response.Headers["OCI-Chunk-Min-Length"] = _minimumChunk.ToString(CultureInfo.InvariantCulture);
            return;
        }

        try
        {
            await FinishAsync(context, session, digest);
        }
        finally
        {
            _sessions.Remove(session);
        }
    }

    public async Task ContinueAsync(HttpContext context, RegistryPath path)
    {
        UploadSession session = _sessions.Get(path.Repository, path.Last);
        await session.Turn.WaitAsync(context.RequestAborted);
        try
        {
            // It may have ended while this request waited for its turn.
            _sessions.Get(path.Repository, path.Last);
            switch (context.Request.Method)
            {
                case "PATCH":
                    RequireInOrder(context, session);
                    await session.AppendAsync(context.Request.Body, context.RequestAborted);
                    Describe(context, session, 202);
                    break;
                case "PUT":
                    RequireInOrder(context, session);
                    await FinishAsync(context, session, BlobEndpoint.DigestOf(context.Request.Query["digest"]));
                    return;
                case "GET":
                    Describe(context, session, 204);
                    break;
                case "DELETE":
                    _sessions.Remove(session);
                    context.Response.StatusCode = 204;
                    return;
                default:
                    throw new ErrorResponse(405, "UNSUPPORTED", "an upload takes PATCH, PUT, GET and DELETE");
            }
        }
        finally
        {
            session.Turn.Release();
        }
    }

    /// <summary>From the repository named, or, when none is, from any that has it and that the client may read.</summary>
    private bool TryMount(HttpContext context, RegistryPath path, Digest digest, string from)
    {
        IEnumerable<string> sources =
            from.Length == 0 ? _store.RepositoriesWith(digest)
            : RegistryPath.IsRepository(from) ? [from]
            : [];
        if (!sources.Any(source => _gate.MayPull(context.Request, source) && _store.Mount(source, path.Repository, digest)))
            return false;
        Created(context, path.Repository, digest);
        return true;
    }

    private async Task FinishAsync(HttpContext context, UploadSession session, Digest digest)
    {
        // A body that breaks off leaves the session as it is: the client may ask for the offset and go on.
        await session.AppendAsync(context.Request.Body, context.RequestAborted);
        try
        {
            await session.FinishAsync(_store, digest, context.RequestAborted);
            Created(context, session.Repository, digest);
        }
        finally
        {
            _sessions.Remove(session);
        }
    }

    private static void Created(HttpContext context, string repository, Digest digest)
    {
        context.Response.StatusCode = 201;
        context.Response.Headers.Location = $"/v2/{repository}/blobs/{digest}";
        context.Response.Headers["Docker-Content-Digest"] = digest.ToString();
    }

    private static void Describe(HttpContext context, UploadSession session, int status)
    {
        context.Response.StatusCode = status;
        context.Response.Headers.Location = $"/v2/{session.Repository}/blobs/uploads/{session.Id}";
        context.Response.Headers.Range = $"0-{Math.Max(0, session.Offset - 1)}";
        context.Response.Headers["Docker-Upload-UUID"] = session.Id;
    }

    /// <summary>A chunk that says where it belongs must begin where the last one ended, and be as long as it says.</summary>
    private static void RequireInOrder(HttpContext context, UploadSession session)
    {
        if (context.Request.Headers.ContentRange.ToString() is not { Length: > 0 } field)
            return;
        Match match = ChunkRange().Match(field);
        if (!match.Success)
            throw new ErrorResponse(400, "BLOB_UPLOAD_INVALID", "Content-Range is not FIRST-LAST");
        long first = long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
        long last = long.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture);
        if (first != session.Offset || last < first)
        {
            Describe(context, session, 416);
            throw new ErrorResponse(416, "BLOB_UPLOAD_INVALID", "the chunk is out of order");
        }

        if (context.Request.ContentLength is { } length && length != last - first + 1)
            throw new ErrorResponse(400, "SIZE_INVALID", "Content-Length does not fit Content-Range");
    }

    [GeneratedRegex(@"^([0-9]{1,18})-([0-9]{1,18})\z")]
    private static partial Regex ChunkRange();
}
