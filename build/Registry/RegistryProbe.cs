using System.Net;
using Slipway.Oci;

namespace Slipway.Registry;

/// <summary>
/// Finds out what a registry lets us do with one repository before anything depends on it. Leaves nothing behind: the one
/// thing it begins, an upload, it cancels.
/// </summary>
public sealed class RegistryProbe
{
    /// <summary>A tag that nobody has: whether it could be deleted tells whether tags can be.</summary>
    private const string NobodysTag = "slipway-probe-of-deletion";

    private static readonly Digest NobodysManifest = Digest.Of("slipway: a manifest that nobody has"u8);

    private readonly string _host;
    private readonly Endpoint _endpoint;
    private readonly ManifestStore _manifests;
    private readonly BlobStore _blobs;
    private readonly ReferrersList _referrers;

    internal RegistryProbe(string host, Endpoint endpoint, ManifestStore manifests, BlobStore blobs, ReferrersList referrers)
    {
        _host = host;
        _endpoint = endpoint;
        _manifests = manifests;
        _blobs = blobs;
        _referrers = referrers;
    }

    /// <summary>Where requests go.</summary>
    public Uri Address => _endpoint.Address;

    /// <summary>Asks without credentials whether a registry is there ("Determining Support"); being asked who we are is a yes.</summary>
    /// <exception cref="RegistryException">It does not answer, or is no registry.</exception>
    public async Task ReachAsync(CancellationToken cancellationToken)
    {
        RegistryOperation operation = new(_host, null, "GET /v2/");
        using HttpResponseMessage response = await _endpoint.SendOpenlyAsync(operation, new Uri(Address, "/v2/"), cancellationToken);
        if (response.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.Unauthorized))
            throw RegistryException.Unsound(operation, $"wanted 200 or 401, got {(int)response.StatusCode}");
    }

    /// <summary>
    /// Begins an upload and cancels it: the only way to learn whether we may push ("Pushing blobs", "Cancel a blob upload").
    /// </summary>
    /// <exception cref="RegistryException">We may not, or the registry does not say so.</exception>
    public async Task RequirePushAsync(CancellationToken cancellationToken)
    {
        UploadSession session = await _blobs.NewSessionAsync(NobodysManifest, "begin an upload, to be cancelled", cancellationToken);
        await session.BeginAsync(cancellationToken);
        await session.CancelAsync();
    }

    /// <summary>Whether tags can be deleted, by us, through this protocol; asked by deleting a tag that is not there.</summary>
    /// <exception cref="RegistryException">We may not, or the registry does not say so.</exception>
    public async Task<bool> CanDeleteTagsAsync(CancellationToken cancellationToken) =>
        await _manifests.DeleteTagAsync(NobodysTag, cancellationToken) != Deletion.Unsupported;

    /// <summary>
    /// How referrers are kept ("Listing Referrers").
    /// </summary>
    /// <param name="known">A manifest that is there; null when there is none.</param>
    /// <exception cref="RegistryException">No definite answer.</exception>
    public Task<ReferrersSupport> ReferrersAsync(Digest? known, CancellationToken cancellationToken) =>
        _referrers.SupportAsync(known ?? NobodysManifest, known is not null, cancellationToken);

    /// <summary>
    /// What is left of a limit on pulling; null when the registry tells of none. A HEAD, which Docker Hub does not count.
    /// </summary>
    /// <exception cref="RegistryException">No definite answer.</exception>
    public async Task<RateLimit?> RateLimitAsync(string tag, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await _manifests.HeadTagAsync(tag, cancellationToken);
        return RateLimit.Of(response);
    }
}
