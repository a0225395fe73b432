using Microsoft.AspNetCore.Http;
using Slipway.Oci;

namespace Slipway.Rehearsal;

/// <summary>
/// HEAD, GET, PUT and DELETE of a manifest (distribution specification, "Pulling manifests", "Pushing Manifests", "Deleting
/// tags", "Deleting Manifests"). A manifest is taken only when this repository has every blob and child it names, all but
/// its subject.
/// </summary>
internal sealed class ManifestEndpoint
{
    private readonly ContentStore _store;
    private readonly bool _allowsDeletion;

    public ManifestEndpoint(ContentStore store, bool allowsDeletion)
    {
        _store = store;
        _allowsDeletion = allowsDeletion;
    }

    public Task AnswerAsync(HttpContext context, RegistryPath path) => context.Request.Method switch
    {
        "GET" or "HEAD" => ReadAsync(context, path),
        "PUT" => WriteAsync(context, path),
        "DELETE" => Delete(context, path),
        _ => throw new ErrorAnswer(405, "UNSUPPORTED", "manifests can be read, pushed and deleted here"),
    };

    /// <summary>By tag the tag alone goes; by digest the manifest and every tag on it.</summary>
    private Task Delete(HttpContext context, RegistryPath path)
    {
        (Digest? digest, string? tag) = Name(path.Last);
        if (!_allowsDeletion)
            throw ErrorAnswer.DeletionRefused();
        if (digest is null ? !_store.DeleteTag(path.Repository, tag!) : !_store.DeleteManifest(path.Repository, digest))
            throw Unknown();
        context.Response.StatusCode = 202;
        return Task.CompletedTask;
    }

    private async Task ReadAsync(HttpContext context, RegistryPath path)
    {
        (Digest? digest, string? tag) = Name(path.Last);
        digest ??= _store.Tagged(path.Repository, tag!);
        ManifestContent manifest = (digest is null ? null : _store.Manifest(path.Repository, digest)) ?? throw Unknown();
        context.Response.ContentType = manifest.MediaType;
        context.Response.ContentLength = manifest.Bytes.Length;
        context.Response.Headers["Docker-Content-Digest"] = digest!.ToString();
        if (HttpMethods.IsGet(context.Request.Method))
            await context.Response.Body.WriteAsync(manifest.Bytes, context.RequestAborted);
    }

    private async Task WriteAsync(HttpContext context, RegistryPath path)
    {
        (Digest? digest, string? tag) = Name(path.Last);
        string type = (context.Request.ContentType ?? "").Split(';')[0].Trim();
        byte[] bytes = await BodyAsync(context.Request, context.RequestAborted);
        if (digest is not null && !digest.Matches(bytes))
            throw new ErrorAnswer(400, "DIGEST_INVALID", "the provided digest did not match the manifest");
        if (type.Length == 0)
            throw new ErrorAnswer(400, "MANIFEST_INVALID", "the request has no Content-Type");
        Validate(path.Repository, type, bytes);
        digest ??= Digest.Of(bytes);
        _store.KeepManifest(path.Repository, digest, new ManifestContent(type, bytes), tag);
        context.Response.StatusCode = 201;
        context.Response.Headers.Location = $"/v2/{path.Repository}/manifests/{digest}";
        context.Response.Headers["Docker-Content-Digest"] = digest.ToString();
    }

    private static (Digest? Digest, string? Tag) Name(string last) =>
        last.Contains(':', StringComparison.Ordinal) ? (BlobEndpoint.DigestOf(last), null)
            : RegistryPath.IsTag(last) ? (null, last)
            : throw new ErrorAnswer(400, "MANIFEST_INVALID", "the tag breaks the grammar");

    private static async Task<byte[]> BodyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ErrorAnswer large = new(413, "SIZE_INVALID", $"a manifest has at most {OciJson.MaximumManifestSize} bytes here");
        if (request.ContentLength > OciJson.MaximumManifestSize)
            throw large;
        using MemoryStream kept = new();
        byte[] buffer = new byte[64 * 1024];
        int count;
        while ((count = await request.Body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            kept.Write(buffer, 0, count);
            if (kept.Length > OciJson.MaximumManifestSize)
                throw large;
        }

        return kept.ToArray();
    }

    private void Validate(string repository, string type, byte[] bytes)
    {
        ManifestDocument document = Parse(bytes);
        if (document.MediaType is { } own && own != type)
            throw new ErrorAnswer(400, "MANIFEST_INVALID", $"manifest: sent as {type}, but the document says {own}");
        foreach (Descriptor blob in document.Blobs)
        {
            FileInfo file = _store.Blob(repository, blob.Digest) ?? throw Unknown(blob);
            if (file.Length != blob.Size)
                throw new ErrorAnswer(400, "MANIFEST_INVALID", $"{blob.Digest} has {file.Length} bytes, the manifest says {blob.Size}");
        }

        if (document.Children.FirstOrDefault(child => _store.Manifest(repository, child.Digest) is null) is { } missing)
            throw Unknown(missing);
    }

    private static ManifestDocument Parse(byte[] bytes)
    {
        try
        {
            return ManifestDocument.Parse(bytes);
        }
        catch (ContentException e)
        {
            throw new ErrorAnswer(400, "MANIFEST_INVALID", e.Message);
        }
    }

    private static ErrorAnswer Unknown() => new(404, "MANIFEST_UNKNOWN", "manifest unknown to this repository");

    private static ErrorAnswer Unknown(Descriptor missing) =>
        new(404, "MANIFEST_BLOB_UNKNOWN", $"the manifest references {missing.Digest}, which this repository does not have");
}
