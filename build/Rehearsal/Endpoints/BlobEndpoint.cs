using System.Globalization;
using Microsoft.AspNetCore.Http;
using Slipway.Oci;

namespace Slipway.Rehearsal;

/// <summary>
/// HEAD and GET of a blob, with one range (distribution specification, "Pulling blobs"; RFC 9110, section 14), and DELETE
/// ("Deleting Blobs").
/// </summary>
internal sealed class BlobEndpoint
{
    private readonly ContentStore _store;
    private readonly bool _allowsDeletion;

    public BlobEndpoint(ContentStore store, bool allowsDeletion)
    {
        _store = store;
        _allowsDeletion = allowsDeletion;
    }

    public Task RespondAsync(HttpContext context, RegistryPath path) =>
        context.Request.Method switch
        {
            "GET" or "HEAD" => ReadAsync(context, path),
            "DELETE" => Delete(context, path),
            _ => throw new ErrorResponse(405, "UNSUPPORTED", "blobs can be read and deleted here"),
        };

    private Task Delete(HttpContext context, RegistryPath path)
    {
        Digest digest = DigestOf(path.Last);
        if (!_allowsDeletion)
            throw ErrorResponse.DeletionRefused();
        if (!_store.DeleteBlob(path.Repository, digest))
            throw Unknown();
        context.Response.StatusCode = 202;
        return Task.CompletedTask;
    }

    private async Task ReadAsync(HttpContext context, RegistryPath path)
    {
        Digest digest = DigestOf(path.Last);
        bool head = HttpMethods.IsHead(context.Request.Method);
        await using Stream content = _store.OpenBlob(path.Repository, digest) ?? throw Unknown();
        HttpResponse response = context.Response;
        response.ContentType = "application/octet-stream";
        response.Headers["Docker-Content-Digest"] = digest.ToString();
        response.Headers.AcceptRanges = "bytes";
        (long begin, long count) = head ? (0, content.Length) : Range(context, content.Length);
        response.ContentLength = count;
        if (head)
            return;
        content.Position = begin;
        byte[] buffer = new byte[Math.Min(count, 64 * 1024)];
        for (int read; count > 0; count -= read)
        {
            read = await content.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, count)), context.RequestAborted);
            if (read == 0)
                throw new IOException($"{digest}: the stored content ends early");
            await response.Body.WriteAsync(buffer.AsMemory(0, read), context.RequestAborted);
        }
    }

    /// <exception cref="ErrorResponse">No digest, or of an algorithm that is not supported.</exception>
    public static Digest DigestOf(string? text) =>
        Digest.TryParse(text, out Digest? digest)
            ? digest
            : throw new ErrorResponse(400, "DIGEST_INVALID", "no digest of a supported algorithm");

    /// <summary>
    /// The bytes asked for. What is no single range of bytes is ignored, one that ends before it begins refused, as RFC 9110 allows.
    /// </summary>
    private static (long Begin, long Count) Range(HttpContext context, long size)
    {
        string field = context.Request.Headers.Range.ToString();
        string[] ends = field.StartsWith("bytes=", StringComparison.Ordinal) ? field[6..].Split('-') : [];
        if (ends.Length != 2 || !ends.All(end => end.Length == 0 || IsNumber(end)) || (ends[0].Length == 0 && ends[1].Length == 0))
            return (0, size);
        long? first = ends[0].Length > 0 ? Number(ends[0]) : null,
            last = ends[1].Length > 0 ? Number(ends[1]) : null;
        long begin = first ?? Math.Max(0, size - last!.Value);
        long end = first is null || last is null ? size - 1 : Math.Min(last.Value, size - 1);
        if (begin >= size || end < begin)
        {
            context.Response.Headers.ContentRange = $"bytes */{size}";
            throw new ErrorResponse(416, "SIZE_INVALID", "the range is beyond the blob, or none");
        }

        context.Response.StatusCode = 206;
        context.Response.Headers.ContentRange = $"bytes {begin}-{end}/{size}";
        return (begin, end - begin + 1);
    }

    private static ErrorResponse Unknown() => new(404, "BLOB_UNKNOWN", "blob unknown to this repository");

    private static bool IsNumber(string text) => text.Length <= 18 && text.All(char.IsAsciiDigit);

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
