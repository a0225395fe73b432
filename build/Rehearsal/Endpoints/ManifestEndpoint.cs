using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Slipway.Oci;

namespace Slipway.Rehearsal;

/// <summary>
/// HEAD, GET, PUT and DELETE of a manifest (distribution specification, "Pulling manifests", "Pushing Manifests", "Pushing
/// Manifests with Subject", "Deleting tags", "Deleting Manifests"). A manifest is taken only when this repository has every
/// blob and child it names, as far as the options ask for it; its subject need never exist.
/// </summary>
internal sealed class ManifestEndpoint
{
    /// <summary>The specification wants at least 10.</summary>
    private const int MaximumTags = 100;

    private readonly ContentStore _store;
    private readonly ManifestRules _rules;

    public ManifestEndpoint(ContentStore store, ManifestRules rules)
    {
        _store = store;
        _rules = rules;
    }

    public Task RespondAsync(HttpContext context, RegistryPath path) =>
        context.Request.Method switch
        {
            "GET" or "HEAD" => ReadAsync(context, path),
            "PUT" => WriteAsync(context, path),
            "DELETE" => Delete(context, path),
            _ => throw new ErrorResponse(405, "UNSUPPORTED", "manifests can be read, pushed and deleted here"),
        };

    /// <summary>By tag the tag alone goes; by digest the manifest and every tag on it.</summary>
    private Task Delete(HttpContext context, RegistryPath path)
    {
        (Digest? digest, string? tag) = Name(path.Last);
        if (!_rules.AllowsDeletion)
            throw ErrorResponse.DeletionRefused();
        if (digest is null ? !_store.DeleteTag(path.Repository, tag!) : !_store.DeleteManifest(path.Repository, digest))
            throw Unknown();
        context.Response.StatusCode = 202;
        return Task.CompletedTask;
    }

    private Task ReadAsync(HttpContext context, RegistryPath path)
    {
        (Digest? digest, string? tag) = Name(path.Last);
        digest ??= _store.Tagged(path.Repository, tag!);
        ManifestContent manifest = (digest is null ? null : _store.ReadManifest(path.Repository, digest)) ?? throw Unknown();
        context.Response.Headers["Docker-Content-Digest"] = digest!.ToString();
        return JsonResponse.WriteAsync(context, manifest.Bytes, manifest.MediaType);
    }

    private async Task WriteAsync(HttpContext context, RegistryPath path)
    {
        (Digest? digest, string? tag) = Name(path.Last);
        ImmutableArray<string> tags = tag is null ? TagsOf(context.Request) : [tag];
        byte[] bytes = await BodyAsync(context.Request, context.RequestAborted);
        if (digest is not null && !digest.Matches(bytes))
            throw new ErrorResponse(400, "DIGEST_INVALID", "the provided digest did not match the manifest");
        ManifestDocument document = Parse(bytes);
        string type = TypeOf(context.Request, document);
        RequireContent(path.Repository, document);
        digest ??= Digest.Of(bytes);
        _store.KeepManifest(path.Repository, digest, new ManifestContent(type, bytes), tags);
        IHeaderDictionary header = context.Response.Headers;
        context.Response.StatusCode = 201;
        header.Location = $"/v2/{path.Repository}/manifests/{digest}";
        header["Docker-Content-Digest"] = digest.ToString();
        if (tag is null && tags.Length > 0)
            header["OCI-Tag"] = tags.ToArray();
        if (document.Subject is { } subject && _rules.HasReferrers)
            header["OCI-Subject"] = subject.Digest.ToString();
    }

    private static (Digest? Digest, string? Tag) Name(string last) =>
        last.Contains(':', StringComparison.Ordinal) ? (BlobEndpoint.DigestOf(last), null) : (null, RequireTag(last));

    private static string RequireTag(string tag) =>
        RegistryPath.IsTag(tag) ? tag : throw new ErrorResponse(400, "MANIFEST_INVALID", "the tag breaks the grammar");

    /// <summary>A push by digest may name tags, <c>?tag=a&amp;tag=b</c>.</summary>
    private static ImmutableArray<string> TagsOf(HttpRequest request)
    {
        string?[] tags = [.. request.Query["tag"]];
        return tags.Length > MaximumTags
            ? throw new ErrorResponse(414, "SIZE_INVALID", $"at most {MaximumTags} tags can be pushed at once")
            : [.. tags.Select(tag => RequireTag(tag ?? ""))];
    }

    private static async Task<byte[]> BodyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ErrorResponse large = new(413, "SIZE_INVALID", $"a manifest has at most {OciJson.MaximumManifestSize} bytes here");
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

    private static ManifestDocument Parse(byte[] bytes)
    {
        try
        {
            return ManifestDocument.Parse(bytes);
        }
        catch (ContentException e)
        {
            throw new ErrorResponse(400, "MANIFEST_INVALID", e.Message);
        }
    }

    /// <summary>The Content-Type without parameters; a client that sends none is taken at the document's word.</summary>
    private static string TypeOf(HttpRequest request, ManifestDocument document)
    {
        string sent = (request.ContentType ?? "").Split(';')[0].Trim();
        string type =
            sent.Length > 0
                ? sent
                : document.MediaType
                    ?? throw new ErrorResponse(400, "MANIFEST_INVALID", "the request has no Content-Type and the document no mediaType");
        return document.MediaType is { } own && own != type
            ? throw new ErrorResponse(400, "MANIFEST_INVALID", $"manifest: sent as {type}, but the document says {own}")
            : type;
    }

    private void RequireContent(string repository, ManifestDocument document)
    {
        foreach (Descriptor blob in document.Blobs)
        {
            using Stream? content = _store.OpenBlob(repository, blob.Digest);
            if (content is null && !_rules.AcceptsSparse)
                throw Unknown(blob);
            if (content is not null && content.Length != blob.Size)
                throw new ErrorResponse(
                    400,
                    "MANIFEST_INVALID",
                    $"{blob.Digest} has {content.Length} bytes, the manifest says {blob.Size}"
                );
        }

        if (
            !_rules.AcceptsSparse && document.Children.FirstOrDefault(child => !_store.HasManifest(repository, child.Digest)) is { } missing
        )
            throw Unknown(missing);
    }

    private static ErrorResponse Unknown() => new(404, "MANIFEST_UNKNOWN", "manifest unknown to this repository");

    private static ErrorResponse Unknown(Descriptor missing) =>
        new(404, "MANIFEST_BLOB_UNKNOWN", $"the manifest references {missing.Digest}, which this repository does not have");
}

/// <summary>What a registry does with manifests.</summary>
/// <param name="AllowsDeletion">Whether manifests and tags can be deleted.</param>
/// <param name="HasReferrers">Whether who pushes a subject is told that it is listed.</param>
/// <param name="AcceptsSparse">Whether manifests are taken whose blobs or children are not here.</param>
internal sealed record ManifestRules(bool AllowsDeletion, bool HasReferrers, bool AcceptsSparse);
