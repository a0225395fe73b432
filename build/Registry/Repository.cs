using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using Slipway.Oci;

namespace Slipway.Registry;

/// <summary>
/// One repository of a registry, by the OCI distribution specification 1.1. Only a definite 404 means that something is
/// not there; every other failure throws. Holds no blob in memory; safe for concurrent use.
/// </summary>
public sealed class Repository : IContentReader
{
    // The last three keep a tag from looking absent because it names what this client does not make itself.
    private const string AcceptedManifests =
        MediaType.Index
        + ", "
        + MediaType.Manifest
        + ", application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json, */*;q=0.1";

    private readonly Reference _reference;
    private readonly Endpoint _endpoint;
    private readonly TimeProvider _time;

    /// <summary>As its registry knows it, whatever the reference says.</summary>
    private readonly string _path;

    internal Repository(Reference reference, Endpoint endpoint, TimeProvider time)
    {
        _reference = reference;
        _endpoint = endpoint;
        _time = time;
        _path = RegistryName.RepositoryAt(reference.Host, reference.Repository);
    }

    public string Name => _reference.Name;
    internal Reference Reference => _reference;

    /// <summary>The descriptor of what a tag names ("Checking if content exists in the registry"); null on a 404.</summary>
    /// <exception cref="RegistryException">No definite answer.</exception>
    public async Task<Descriptor?> ResolveAsync(string tag, CancellationToken cancellationToken)
    {
        string sound = _reference.WithTag(tag).Tag!;
        Call call = Read(HttpMethod.Head, "manifests/" + sound, $"HEAD manifest {sound}");
        using HttpResponseMessage answer = await _endpoint.HeadAsync(call, cancellationToken);
        if (answer.StatusCode == HttpStatusCode.NotFound)
            return null;
        await RequireAsync(call, answer, HttpStatusCode.OK, cancellationToken);
        Descriptor? told = DigestHeader.DescriptorOf(answer, call.Asked);
        try
        {
            return told is { Size: > 0 } ? told : (await ReadAsync(sound, null, cancellationToken))?.Descriptor;
        }
        catch (ContentException) when (told is not null)
        {
            return told; // That it is damaged is found by whoever reads it.
        }
    }

    /// <summary>One GET in place of a HEAD and a GET.</summary>
    public async Task<TaggedManifest?> FindTagAsync(string tag, CancellationToken cancellationToken) =>
        await ReadTagAsync(tag, cancellationToken) is { } content ? new TaggedManifest(content.Descriptor.Digest, content) : null;

    public Task<ManifestContent?> ReadManifestAsync(Digest digest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(digest);
        return ReadAsync(digest.ToString(), digest, cancellationToken);
    }

    /// <exception cref="RegistryException">No definite answer; or, while reading, the connection broke again and again.</exception>
    public async Task<Stream?> OpenBlobAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        Call call = Read(HttpMethod.Get, "blobs/" + descriptor.Digest, $"GET blob {descriptor.Digest.Abbreviated}");
        return await BlobDownload.OpenAsync(_endpoint, call, descriptor.Size, cancellationToken) is { } download
            ? VerifyingStream.Over(download, descriptor, $"{Name}: blob {descriptor.Digest.Abbreviated}")
            : null;
    }

    /// <summary>Whether the repository has a manifest; asks by HEAD.</summary>
    public async Task<bool> HasManifestAsync(Digest digest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(digest);
        Call call = Read(HttpMethod.Head, "manifests/" + digest, $"HEAD manifest {digest.Abbreviated}");
        using HttpResponseMessage answer = await _endpoint.HeadAsync(call, cancellationToken);
        return await IsThereAsync(call, answer, digest, cancellationToken);
    }

    /// <summary>Whether the repository has a blob; asks by HEAD.</summary>
    /// <exception cref="ContentException">It has one of this digest with another size.</exception>
    public async Task<bool> HasBlobAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        Call call = Read(HttpMethod.Head, "blobs/" + descriptor.Digest, $"HEAD blob {descriptor.Digest.Abbreviated}");
        using HttpResponseMessage answer = await _endpoint.HeadAsync(call, cancellationToken);
        bool there = await IsThereAsync(call, answer, descriptor.Digest, cancellationToken);
        if (there)
            DigestHeader.CheckSize(answer, descriptor.Size, call.Asked);
        return there;
    }

    /// <summary>Makes sure that the repository has a blob. Returns whether it had to be sent.</summary>
    /// <param name="open">Opens the blob's bytes from their beginning; what it returns is disposed.</param>
    /// <exception cref="ContentException">The bytes do not fit the descriptor; the registry was given no complete blob.</exception>
    public async Task<bool> PushBlobAsync(
        Descriptor descriptor,
        Func<Stream> open,
        CancellationToken cancellationToken,
        params IEnumerable<Repository> from
    )
    {
        await using BlobFeed feed = new(descriptor, Name, _ => Task.FromResult(open()), new PieceBuffers());
        return await PushBlobAsync(feed.NewReader(), from, cancellationToken);
    }

    /// <summary>
    /// As above, for a blob that goes to several registries, and asks the registry first to mount it from other repositories,
    /// which spares sending it. That needs the right to pull there; a refusal of any kind only means that the blob is sent.
    /// </summary>
    /// <param name="blob">Disposed when the registry needs no more of it, however that ended.</param>
    /// <param name="from">Repositories that may have the blob, likeliest first; those on other registries are passed over.</param>
    public async Task<bool> PushBlobAsync(BlobReader blob, IEnumerable<Repository> from, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(blob);
        using (blob)
        {
            if (await HasBlobAsync(blob.Blob, cancellationToken))
                return false;
            Digest digest = blob.Blob.Digest;
            Call call = Write(HttpMethod.Post, "blobs/uploads/", $"upload blob {digest.Abbreviated}");
            UploadSession session = new(_endpoint, await call.Target(cancellationToken), call, digest, _time);
            IEnumerable<string> siblings = from.Where(other => other._endpoint == _endpoint).Select(other => other._path);
            return await new BlobUpload(_endpoint, session, blob, cancel => HasBlobAsync(blob.Blob, cancel)).SendAsync(
                siblings.Where(name => name != _path),
                cancellationToken
            );
        }
    }

    /// <summary>
    /// Stores the very bytes of a manifest ("Pushing Manifests"), under a tag, or by digest alone when
    /// <paramref name="tag"/> is null. Doing it again changes nothing.
    /// </summary>
    public async Task PushManifestAsync(ManifestContent manifest, string? tag, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        await PutManifestAsync(manifest, tag, cancellationToken);
    }

    /// <summary>
    /// Stores a manifest that has a subject, by digest, and makes sure that the registry lists it: by itself, as its answer's
    /// <c>OCI-Subject</c> tells, or else under the subject's referrers tag, which only grows ("Pushing Manifests with Subject").
    /// Doing it again changes nothing.
    /// </summary>
    /// <returns>Whether the registry lists it by itself.</returns>
    /// <exception cref="ContentException">The manifest has no subject, or the tag names something else than a list.</exception>
    public async Task<bool> PushReferrerAsync(ManifestContent manifest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        Descriptor referrer = ReferrersTag.Describe(manifest, out Digest subject);
        if (await PutManifestAsync(manifest, null, cancellationToken) == subject.ToString())
            return true;
        await ReferrersTag.AddAsync(this, subject, referrer, cancellationToken);
        return false;
    }

    /// <summary>Whether the repository has a manifest and lists it among those that refer to its subject.</summary>
    public async Task<bool> HasReferrerAsync(Digest subject, Descriptor referrer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(referrer);
        return await HasManifestAsync(referrer.Digest, cancellationToken)
            && (await ReferrersAsync(subject, referrer.ArtifactType, cancellationToken)).Any(listed => listed.Digest == referrer.Digest);
    }

    /// <summary>
    /// What refers to a manifest ("Listing Referrers"), each once, in the registry's order; asks the referrers API, and the
    /// referrers tag when a 404 says that there is no API. The descriptors are claims: that a referrer names this subject is
    /// seen by reading it.
    /// </summary>
    /// <param name="artifactType">Only those of this type; null for all.</param>
    public async Task<ImmutableArray<Descriptor>> ReferrersAsync(
        Digest subject,
        string? artifactType,
        CancellationToken cancellationToken
    ) => (await ListReferrersAsync(subject, artifactType, cancellationToken)).Referrers;

    /// <inheritdoc cref="ReferrersAsync"/>
    /// <returns>With what of the list was passed over, because it is malformed or beyond the bounds.</returns>
    public async Task<ReferrerList> ListReferrersAsync(Digest subject, string? artifactType, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(subject);
        string filter = artifactType is null ? "" : "?artifactType=" + Uri.EscapeDataString(artifactType);
        Call call = Read(HttpMethod.Get, $"referrers/{subject}{filter}", $"GET referrers {subject.Abbreviated}") with
        {
            Accept = MediaType.Index,
        };
        ReferrerList list = await ReferrersList.ReadAsync(_endpoint, call, subject, cancellationToken)
            ?? await ReferrersTag.ReadAsync(this, subject, cancellationToken);
        // Registries need not filter; what one says in OCI-Filters-Applied spares nothing.
        return list with
        {
            Referrers =
            [
                .. list
                    .Referrers.Where(referrer => artifactType is null || referrer.ArtifactType == artifactType)
                    .DistinctBy(referrer => referrer.Digest),
            ],
        };
    }

    /// <summary>
    /// The repository's tags, each once, in the registry's order ("Listing Tags"); null when a 404 says that there is no such
    /// repository.
    /// </summary>
    /// <exception cref="RegistryException">No definite answer; a list that breaks the grammar, or of more than 100,000 tags.</exception>
    public Task<ImmutableArray<string>?> TagsAsync(CancellationToken cancellationToken) =>
        TagList.ReadAllAsync(_endpoint, ListTags(), cancellationToken);

    /// <summary>The tags that are wanted, of lists of any length; null when there is no such repository.</summary>
    /// <param name="most">
    /// As many are kept; where there are more, or the list is longer than anybody reads, it is not read to its end.
    /// </param>
    /// <exception cref="RegistryException">No definite answer, or no list of tags.</exception>
    public Task<ListedTags?> TagsAsync(Func<string, bool> wanted, int most, CancellationToken cancellationToken) =>
        TagList.ReadAsync(_endpoint, ListTags(), wanted, most, cancellationToken);

    /// <summary>Deletes a tag and leaves what it names ("Deleting tags").</summary>
    /// <exception cref="RegistryException">No definite answer, or the registry lets nobody like us delete.</exception>
    public Task<Deletion> DeleteTagAsync(string tag, CancellationToken cancellationToken) =>
        DeleteAsync(_reference.WithTag(tag).Tag!, $"DELETE tag {tag}", cancellationToken);

    /// <summary>Deletes a manifest with every tag that names it ("Deleting Manifests").</summary>
    /// <exception cref="RegistryException">No definite answer, or the registry lets nobody like us delete.</exception>
    public Task<Deletion> DeleteManifestAsync(Digest digest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(digest);
        return DeleteAsync(digest.ToString(), $"DELETE manifest {digest.Abbreviated}", cancellationToken);
    }

    /// <summary>Finds out what the registry lets us do here.</summary>
    public RegistryProbe Probe() => new(this, _endpoint, _time);

    /// <summary>What a tag names; null on a 404.</summary>
    internal Task<ManifestContent?> ReadTagAsync(string tag, CancellationToken cancellationToken) =>
        ReadAsync(_reference.WithTag(tag).Tag!, null, cancellationToken);

    /// <returns>What the answer's <c>OCI-Subject</c> says; empty when it has none.</returns>
    private async Task<string> PutManifestAsync(ManifestContent manifest, string? tag, CancellationToken cancellationToken)
    {
        Digest digest = manifest.Descriptor.Digest;
        string name = tag is null ? digest.ToString() : _reference.WithTag(tag).Tag!;
        Call call = Write(HttpMethod.Put, "manifests/" + name, $"PUT manifest {tag ?? digest.Abbreviated}") with
        {
            Content = () =>
                new ReadOnlyMemoryContent(manifest.Bytes)
                {
                    Headers = { ContentType = new MediaTypeHeaderValue(manifest.MediaType), ContentLength = manifest.Bytes.Length },
                },
        };
        using HttpResponseMessage answer = await _endpoint.SendAsync(call, cancellationToken);
        // Some say another success than 201: then it has to be there.
        if (
            answer.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.Accepted or HttpStatusCode.NoContent)
            || (
                tag is null
                    ? !await HasManifestAsync(digest, cancellationToken)
                    : (await ResolveAsync(tag, cancellationToken))?.Digest != digest
            )
        )
            await RequireAsync(call, answer, HttpStatusCode.Created, cancellationToken);
        DigestHeader.Check(answer, digest, call.Asked);
        return answer.Headers.NonValidated.TryGetValues("OCI-Subject", out HeaderStringValues values) ? values.ToString() : "";
    }

    /// <summary>Whether the registry says that it is a rehearsal's; sends no credentials.</summary>
    public async Task<bool> AnnouncesRehearsalAsync(CancellationToken cancellationToken) =>
        await RegistryClient.AnnouncesRehearsalAsync(_endpoint, _reference.Host, cancellationToken);

    private async Task<ManifestContent?> ReadAsync(string name, Digest? wanted, CancellationToken cancellationToken)
    {
        Call call = Read(HttpMethod.Get, "manifests/" + name, $"GET manifest {wanted?.Abbreviated ?? name}");
        return await _endpoint.ReadAsync<ManifestContent?>(
            call,
            async answer =>
            {
                if (answer.StatusCode == HttpStatusCode.NotFound)
                    return null;
                await RequireAsync(call, answer, HttpStatusCode.OK, cancellationToken);
                return await ManifestAnswer.ReadAsync(answer, wanted, call.Asked, cancellationToken);
            },
            cancellationToken
        );
    }

    private async Task<bool> IsThereAsync(Call call, HttpResponseMessage answer, Digest digest, CancellationToken cancellationToken)
    {
        if (answer.StatusCode == HttpStatusCode.NotFound)
            return false;
        await RequireAsync(call, answer, HttpStatusCode.OK, cancellationToken);
        DigestHeader.Check(answer, digest, call.Asked);
        return true;
    }

    private async Task RequireAsync(Call call, HttpResponseMessage answer, HttpStatusCode wanted, CancellationToken cancellationToken)
    {
        if (answer.StatusCode != wanted)
            throw await _endpoint.FailureAsync(call, answer, cancellationToken);
    }

    private Task<Deletion> DeleteAsync(string name, string operation, CancellationToken cancellationToken) =>
        ManifestDeletion.SendAsync(
            _endpoint,
            Write(HttpMethod.Delete, "manifests/" + name, operation),
            $"repository:{_path}:delete",
            cancellationToken
        );

    /// <summary>A request that needs the right to pull.</summary>
    internal Call Read(HttpMethod method, string path, string operation) =>
        NewCall(method, path, operation, "pull") with
        {
            Accept = path.StartsWith("manifests/", StringComparison.Ordinal) ? AcceptedManifests : null,
        };

    private Call ListTags() => Read(HttpMethod.Get, "tags/list?n=1000", "GET list of tags");

    /// <summary>A request that needs the right to push.</summary>
    internal Call Write(HttpMethod method, string path, string operation) => NewCall(method, path, operation, "pull,push");

    private Call NewCall(HttpMethod method, string path, string operation, string actions)
    {
        Uri target = new(_endpoint.Address, $"/v2/{_path}/{path}");
        Asked asked = new(_reference.Host, _reference.Repository, operation);
        return new Call(method, asked, $"repository:{_path}:{actions}") { Target = _ => Task.FromResult(target) };
    }
}
