using Slipway.Oci;

namespace Slipway.Registry;

/// <summary>The blobs of one repository. Holds none in memory; safe for concurrent use.</summary>
internal sealed class BlobStore(RepositoryRequests requests, TimeProvider time)
{
    /// <inheritdoc cref="IContentReader.OpenBlobAsync"/>
    /// <exception cref="RegistryException">No definite answer; or, while reading, the connection broke again and again.</exception>
    public async Task<Stream?> OpenAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        RegistryRequest request = requests.Read(HttpMethod.Get, "blobs/" + blob.Digest, $"GET blob {blob.Digest.Abbreviated}");
        return await BlobDownload.OpenAsync(requests.Endpoint, request, blob.Size, cancellationToken) is { } download
            ? VerifyingStream.Over(download, blob, $"{requests.Name}: blob {blob.Digest.Abbreviated}")
            : null;
    }

    /// <summary>Whether the repository has a blob; asks by HEAD.</summary>
    /// <exception cref="ContentException">It has one of this digest with another size.</exception>
    public async Task<bool> HasAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        RegistryRequest request = requests.Read(HttpMethod.Head, "blobs/" + blob.Digest, $"HEAD blob {blob.Digest.Abbreviated}");
        using HttpResponseMessage response = await requests.Endpoint.HeadAsync(request, cancellationToken);
        bool there = await requests.IsThereAsync(request, response, blob.Digest, cancellationToken);
        if (there)
            DigestHeader.CheckSize(response, blob.Size, request.Operation);
        return there;
    }

    /// <summary>Makes sure that the repository has a blob. Returns whether it had to be sent.</summary>
    /// <param name="blob">Disposed when the registry needs no more of it, however that ended.</param>
    /// <param name="from">Repositories of this registry, as it knows them, that may have it, likeliest first.</param>
    public async Task<bool> PushAsync(BlobReader blob, IEnumerable<string> from, CancellationToken cancellationToken)
    {
        using (blob)
        {
            if (await HasAsync(blob.Blob, cancellationToken))
                return false;
            UploadSession session = await NewSessionAsync(
                blob.Blob.Digest,
                $"upload blob {blob.Blob.Digest.Abbreviated}",
                cancellationToken
            );
            return await new BlobUpload(requests.Endpoint, session, blob, cancel => HasAsync(blob.Blob, cancel)).SendAsync(
                from.Where(name => name != requests.Path),
                cancellationToken
            );
        }
    }

    /// <summary>An upload that has not begun.</summary>
    /// <param name="operation">What it is called in errors.</param>
    public async Task<UploadSession> NewSessionAsync(Digest digest, string operation, CancellationToken cancellationToken)
    {
        RegistryRequest request = requests.Write(HttpMethod.Post, "blobs/uploads/", operation);
        return new UploadSession(requests.Endpoint, await request.Target(cancellationToken), request, digest, time);
    }
}
