using System.Net;
using System.Net.Http.Headers;
using Slipway.Oci;

namespace Slipway.Registry;

/// <summary>The manifests of one repository and the tags that name them. Safe for concurrent use.</summary>
internal sealed class ManifestStore(RepositoryRequests requests, Reference reference)
{
    // The last three keep a tag from looking absent because it names what this client does not make itself.
    private const string Accepted =
        MediaType.Index
        + ", "
        + MediaType.Manifest
        + ", application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json, */*;q=0.1";

    /// <summary>Registry and repository, as references write them.</summary>
    public string RepositoryName => requests.Name;

    /// <summary>The descriptor of what a tag names ("Checking if content exists in the registry"); null on a 404.</summary>
    /// <exception cref="RegistryException">No definite answer.</exception>
    public async Task<Descriptor?> ResolveAsync(string tag, CancellationToken cancellationToken)
    {
        string sound = Sound(tag);
        RegistryRequest request = Head(sound, sound);
        using HttpResponseMessage response = await requests.Endpoint.HeadAsync(request, cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return null;
        await requests.RequireAsync(request, response, HttpStatusCode.OK, cancellationToken);
        Descriptor? told = DigestHeader.DescriptorOf(response, request.Operation);
        try
        {
            return told is { Size: > 0 } ? told : (await ReadAsync(sound, null, cancellationToken))?.Descriptor;
        }
        catch (ContentException) when (told is not null)
        {
            return told; // That it is damaged is found by whoever reads it.
        }
    }

    /// <summary>What a tag names; null on a 404.</summary>
    public Task<ManifestContent?> ReadTagAsync(string tag, CancellationToken cancellationToken) =>
        ReadAsync(Sound(tag), null, cancellationToken);

    /// <summary>Null on a 404.</summary>
    public Task<ManifestContent?> ReadAsync(Digest digest, CancellationToken cancellationToken) =>
        ReadAsync(digest.ToString(), digest, cancellationToken);

    /// <summary>Whether the repository has a manifest; asks by HEAD.</summary>
    public async Task<bool> HasAsync(Digest digest, CancellationToken cancellationToken)
    {
        RegistryRequest request = Head(digest.ToString(), digest.Abbreviated);
        using HttpResponseMessage response = await requests.Endpoint.HeadAsync(request, cancellationToken);
        return await requests.IsThereAsync(request, response, digest, cancellationToken);
    }

    /// <summary>The very response to a HEAD of a tag, whatever it is; the caller disposes it.</summary>
    /// <exception cref="RegistryException">No usable answer.</exception>
    public Task<HttpResponseMessage> HeadTagAsync(string tag, CancellationToken cancellationToken) =>
        requests.Endpoint.SendAsync(Head(tag, tag), cancellationToken);

    /// <summary>
    /// Stores the very bytes of a manifest ("Pushing Manifests"), under a tag, or by digest alone when
    /// <paramref name="tag"/> is null. Doing it again changes nothing.
    /// </summary>
    /// <returns>What the response's <c>OCI-Subject</c> says; empty when it has none.</returns>
    public async Task<string> PushAsync(ManifestContent manifest, string? tag, CancellationToken cancellationToken)
    {
        Digest digest = manifest.Descriptor.Digest;
        string name = tag is null ? digest.ToString() : Sound(tag);
        RegistryRequest request = requests.Write(HttpMethod.Put, "manifests/" + name, $"PUT manifest {tag ?? digest.Abbreviated}") with
        {
            Content = () =>
                new ReadOnlyMemoryContent(manifest.Bytes)
                {
                    Headers = { ContentType = new MediaTypeHeaderValue(manifest.MediaType), ContentLength = manifest.Bytes.Length },
                },
        };
        using HttpResponseMessage response = await requests.Endpoint.SendAsync(request, cancellationToken);
        // Some say another success than 201: then it has to be there.
        if (
            response.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.Accepted or HttpStatusCode.NoContent)
            || (tag is null ? !await HasAsync(digest, cancellationToken) : (await ResolveAsync(tag, cancellationToken))?.Digest != digest)
        )
            await requests.RequireAsync(request, response, HttpStatusCode.Created, cancellationToken);
        DigestHeader.Check(response, digest, request.Operation);
        return response.Headers.NonValidated.TryGetValues("OCI-Subject", out HeaderStringValues values) ? values.ToString() : "";
    }

    /// <summary>Deletes a tag and leaves what it names ("Deleting tags").</summary>
    /// <exception cref="RegistryException">No definite answer, or the registry lets nobody like us delete.</exception>
    public Task<Deletion> DeleteTagAsync(string tag, CancellationToken cancellationToken) =>
        DeleteAsync(Sound(tag), $"DELETE tag {tag}", cancellationToken);

    /// <summary>Deletes a manifest with every tag that names it ("Deleting Manifests").</summary>
    /// <exception cref="RegistryException">No definite answer, or the registry lets nobody like us delete.</exception>
    public Task<Deletion> DeleteAsync(Digest digest, CancellationToken cancellationToken) =>
        DeleteAsync(digest.ToString(), $"DELETE manifest {digest.Abbreviated}", cancellationToken);

    private RegistryRequest Head(string name, string shown) =>
        requests.Read(HttpMethod.Head, "manifests/" + name, $"HEAD manifest {shown}") with
        {
            Accept = Accepted,
        };

    private async Task<ManifestContent?> ReadAsync(string name, Digest? wanted, CancellationToken cancellationToken)
    {
        RegistryRequest request = requests.Read(HttpMethod.Get, "manifests/" + name, $"GET manifest {wanted?.Abbreviated ?? name}") with
        {
            Accept = Accepted,
        };
        return await requests.Endpoint.ReadAsync<ManifestContent?>(
            request,
            async response =>
            {
                if (response.StatusCode == HttpStatusCode.NotFound)
                    return null;
                await requests.RequireAsync(request, response, HttpStatusCode.OK, cancellationToken);
                return await ManifestResponse.ReadAsync(response, wanted, request.Operation, cancellationToken);
            },
            cancellationToken
        );
    }

    /// <summary>
    /// What must be asked for differs: Quay knows only <c>pull</c> and <c>push</c> and refuses to issue a token for anything else;
    /// registries with Docker's token authentication want <c>delete</c>. So the first is asked for, and the other one after a 401.
    /// </summary>
    /// <exception cref="RegistryException">No definite answer, or a refusal.</exception>
    private async Task<Deletion> DeleteAsync(string name, string operation, CancellationToken cancellationToken)
    {
        RegistryRequest request = requests.Write(HttpMethod.Delete, "manifests/" + name, operation);
        HttpResponseMessage response = await requests.Endpoint.SendAsync(request, cancellationToken);
        if (response.StatusCode == HttpStatusCode.Unauthorized)
        {
            response.Dispose();
            request = request with { Scope = requests.Scope("delete") };
            response = await requests.Endpoint.SendAsync(request, cancellationToken);
        }

        using (response)
        {
            return response.StatusCode switch
            {
                // The specification says 202; which success it is does not matter to what is gone.
                HttpStatusCode.Accepted or HttpStatusCode.OK or HttpStatusCode.NoContent => Deletion.Done,
                HttpStatusCode.NotFound => Deletion.Absent,
                HttpStatusCode.BadRequest or HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented => Judge(
                    await requests.Endpoint.FailureAsync(request, response, cancellationToken)
                ),
                _ => throw await requests.Endpoint.FailureAsync(request, response, cancellationToken),
            };
        }
    }

    /// <summary>zot says 400 of a repository that is not there, and 405 of a manifest that an index needs.</summary>
    /// <exception cref="RegistryException">This deletion is denied, and not deletion as such.</exception>
    private static Deletion Judge(RegistryException refusal) =>
        refusal.Code switch
        {
            "NAME_UNKNOWN" or "MANIFEST_UNKNOWN" => Deletion.Absent,
            "DENIED" => throw refusal,
            _ => Deletion.Unsupported,
        };

    /// <exception cref="ContentException">The tag breaks the grammar.</exception>
    private string Sound(string tag) => reference.WithTag(tag).Tag!;
}
