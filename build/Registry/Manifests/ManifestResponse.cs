using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Registry;

/// <summary>Reads and checks the response to a GET of a manifest (distribution specification, "Pulling manifests").</summary>
internal static class ManifestResponse
{
    /// <param name="wanted">The digest asked for; null when a tag was.</param>
    /// <exception cref="ContentException">Too large, another digest, or a media type that differs from the document's own.</exception>
    public static async Task<ManifestContent> ReadAsync(
        HttpResponseMessage response,
        Digest? wanted,
        RegistryOperation operation,
        CancellationToken cancellationToken
    )
    {
        string what = $"{operation.Place}: {operation.Name}";
        // Its digest is that of a part of what is sent, so it would look damaged.
        if (response.Content.Headers.ContentType?.MediaType is { } type && MediaType.IsDockerSchema1(type))
            throw new ContentException(
                $"{what}: an image in Docker's first format ({Printable.Of(type)}), which is not supported. Push it again with a newer "
                    + "Docker, or name another image"
            );
        bool large = response.Content.Headers.ContentLength > OciJson.MaximumManifestSize;
        ReadOnlyMemory<byte> bytes = large ? default : await BytesAsync(response, operation, cancellationToken);
        if (large || bytes.Length > OciJson.MaximumManifestSize)
            throw new ContentException($"{what}: wanted at most {OciJson.MaximumManifestSize} bytes, got more");
        if (wanted is not null && !wanted.Matches(bytes.Span))
            throw new ContentException($"{what}: wanted {wanted}, got {Digest.Of(bytes.Span)}");
        string? own = OciJson.Read(bytes, what, root => root.OptionalString("mediaType"));
        string? sent = ContentType.Of(response);
        if (own is not null && sent is not null && !ContentType.Same(own, sent) && !ContentType.IsGeneral(sent))
            throw new ContentException($"{what}: sent as {Printable.Of(sent)}, but the document says {Printable.Of(own)}");
        ManifestContent manifest = new(
            own ?? sent ?? throw RegistryException.Unsound(operation, "neither the response nor the document has a media type"),
            bytes
        );
        if (wanted is null)
            DigestHeader.Check(response, manifest.Descriptor.Digest, operation);
        return manifest;
    }

    private static async Task<ReadOnlyMemory<byte>> BytesAsync(
        HttpResponseMessage response,
        RegistryOperation operation,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await BoundedBody.ReadAsync(response, OciJson.MaximumManifestSize, cancellationToken);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw RegistryException.Broken(operation, e);
        }
    }
}
