using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Registry;

/// <summary>
/// One repository of a registry, by the OCI distribution specification 1.1. Only a definite 404 means that something is
/// not there; every other failure throws. Holds no blob in memory; safe for concurrent use.
/// </summary>
public sealed class Repository : IContentReader
{
    private readonly Reference _reference;
    private readonly RepositoryRequests _requests;
    private readonly ManifestStore _manifests;
    private readonly BlobStore _blobs;
    private readonly ReferrersList _referrers;
    private readonly TagList _tags;

    internal Repository(Reference reference, Endpoint endpoint, TimeProvider time)
    {
        _reference = reference;
        _requests = new RepositoryRequests(
            endpoint,
            new RegistryOperation(reference.Host, reference.Repository, ""),
            RegistryName.RepositoryAt(reference.Host, reference.Repository)
        );
        _manifests = new ManifestStore(_requests, reference);
        _blobs = new BlobStore(_requests, time);
        _referrers = new ReferrersList(_requests, _manifests);
        _tags = new TagList(_requests);
    }

    public string Name => _reference.Name;

    /// <summary>The descriptor of what a tag names ("Checking if content exists in the registry"); null on a 404.</summary>
    /// <exception cref="RegistryException">No definite answer.</exception>
    public Task<Descriptor?> ResolveAsync(string tag, CancellationToken cancellationToken) =>
        _manifests.ResolveAsync(tag, cancellationToken);

    /// <summary>One GET in place of a HEAD and a GET.</summary>
    public async Task<TaggedManifest?> FindTagAsync(string tag, CancellationToken cancellationToken) =>
        await _manifests.ReadTagAsync(tag, cancellationToken) is { } content
            ? new TaggedManifest(content.Descriptor.Digest, content)
            : null;

    public Task<ManifestContent?> ReadManifestAsync(Digest digest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(digest);
        return _manifests.ReadAsync(digest, cancellationToken);
    }

    /// <exception cref="RegistryException">No definite answer; or, while reading, the connection broke again and again.</exception>
    public Task<Stream?> OpenBlobAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        return _blobs.OpenAsync(descriptor, cancellationToken);
    }

    /// <summary>Whether the repository has a manifest; asks by HEAD.</summary>
    public Task<bool> HasManifestAsync(Digest digest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(digest);
        return _manifests.HasAsync(digest, cancellationToken);
    }

    /// <summary>Whether the repository has a blob; asks by HEAD.</summary>
    /// <exception cref="ContentException">It has one of this digest with another size.</exception>
    public Task<bool> HasBlobAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        return _blobs.HasAsync(descriptor, cancellationToken);
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
    public Task<bool> PushBlobAsync(BlobReader blob, IEnumerable<Repository> from, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(blob);
        return _blobs.PushAsync(
            blob,
            from.Where(other => other._requests.Endpoint == _requests.Endpoint).Select(other => other._requests.Path),
            cancellationToken
        );
    }

    /// <summary>
    /// Stores the very bytes of a manifest ("Pushing Manifests"), under a tag, or by digest alone when
    /// <paramref name="tag"/> is null. Doing it again changes nothing.
    /// </summary>
    public Task PushManifestAsync(ManifestContent manifest, string? tag, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        return _manifests.PushAsync(manifest, tag, cancellationToken);
    }

    /// <summary>
    /// Stores a manifest that has a subject, by digest, and makes sure that the registry lists it: by itself, as its response's
    /// <c>OCI-Subject</c> tells, or else under the subject's referrers tag, which only grows ("Pushing Manifests with Subject").
    /// Doing it again changes nothing.
    /// </summary>
    /// <returns>Whether the registry lists it by itself.</returns>
    /// <exception cref="ContentException">The manifest has no subject, or the tag names something else than a list.</exception>
    public Task<bool> PushReferrerAsync(ManifestContent manifest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        return _referrers.PushAsync(manifest, cancellationToken);
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
    public Task<ReferrerList> ListReferrersAsync(Digest subject, string? artifactType, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(subject);
        return _referrers.ReadAsync(subject, artifactType, cancellationToken);
    }

    /// <summary>
    /// The repository's tags, each once, in the registry's order ("Listing Tags"); null when a 404 says that there is no such
    /// repository.
    /// </summary>
    /// <exception cref="RegistryException">No definite answer; a list that breaks the grammar, or of more than 100,000 tags.</exception>
    public Task<ImmutableArray<string>?> TagsAsync(CancellationToken cancellationToken) => _tags.ReadAllAsync(cancellationToken);

    /// <summary>The tags that are wanted, of lists of any length; null when there is no such repository.</summary>
    /// <param name="most">
    /// As many are kept; where there are more, or the list is longer than anybody reads, it is not read to its end.
    /// </param>
    /// <exception cref="RegistryException">No definite answer, or no list of tags.</exception>
    public Task<ListedTags?> TagsAsync(Func<string, bool> wanted, int most, CancellationToken cancellationToken) =>
        _tags.ReadAsync(wanted, most, cancellationToken);

    /// <summary>Deletes a tag and leaves what it names ("Deleting tags").</summary>
    /// <exception cref="RegistryException">No definite answer, or the registry lets nobody like us delete.</exception>
    public Task<Deletion> DeleteTagAsync(string tag, CancellationToken cancellationToken) =>
        _manifests.DeleteTagAsync(tag, cancellationToken);

    /// <summary>Deletes a manifest with every tag that names it ("Deleting Manifests").</summary>
    /// <exception cref="RegistryException">No definite answer, or the registry lets nobody like us delete.</exception>
    public Task<Deletion> DeleteManifestAsync(Digest digest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(digest);
        return _manifests.DeleteAsync(digest, cancellationToken);
    }

    /// <summary>Finds out what the registry lets us do here.</summary>
    public RegistryProbe Probe() => new(_reference.Host, _requests.Endpoint, _manifests, _blobs, _referrers);

    /// <summary>Whether the registry says that it is a rehearsal's; sends no credentials.</summary>
    public Task<bool> AnnouncesRehearsalAsync(CancellationToken cancellationToken) =>
        RegistryClient.AnnouncesRehearsalAsync(_requests.Endpoint, _reference.Host, cancellationToken);
}
