using System.Net;
using Slipway.Http;
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

    private readonly Repository _repository;
    private readonly Endpoint _endpoint;
    private readonly TimeProvider _time;

    internal RegistryProbe(Repository repository, Endpoint endpoint, TimeProvider time)
    {
        _repository = repository;
        _endpoint = endpoint;
        _time = time;
    }

    /// <summary>Where requests go.</summary>
    public Uri Address => _endpoint.Address;

    /// <summary>Asks without credentials whether a registry is there ("Determining Support"); being asked who we are is a yes.</summary>
    /// <exception cref="RegistryException">It does not answer, or is no registry.</exception>
    public async Task ReachAsync(CancellationToken cancellationToken)
    {
        Asked asked = new(_repository.Reference.Host, null, "GET /v2/");
        using HttpResponseMessage answer = await _endpoint.SendOpenlyAsync(asked, new Uri(Address, "/v2/"), cancellationToken);
        if (answer.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.Unauthorized))
            throw RegistryException.Unsound(asked, $"wanted 200 or 401, got {(int)answer.StatusCode}");
    }

    /// <summary>
    /// Begins an upload and cancels it: the only way to learn whether we may push ("Pushing blobs", "Cancel a blob upload").
    /// </summary>
    /// <exception cref="RegistryException">We may not, or the registry does not say so.</exception>
    public async Task RequirePushAsync(CancellationToken cancellationToken)
    {
        Call call = _repository.Write(HttpMethod.Post, "blobs/uploads/", "begin an upload, to be cancelled");
        UploadSession session = new(_endpoint, await call.Target(cancellationToken), call, NobodysManifest, _time);
        await session.BeginAsync(cancellationToken);
        await session.CancelAsync();
    }

    /// <summary>Whether tags can be deleted, by us, through this protocol; asked by deleting a tag that is not there.</summary>
    /// <exception cref="RegistryException">We may not, or the registry does not say so.</exception>
    public async Task<bool> CanDeleteTagsAsync(CancellationToken cancellationToken) =>
        await _repository.DeleteTagAsync(NobodysTag, cancellationToken) != Deletion.Unsupported;

    /// <summary>
    /// How referrers are kept ("Listing Referrers"). A registry with the API must not answer 404, says the specification; Quay does
    /// so about a manifest that it does not have, so only a 404 about one that is there is certain.
    /// </summary>
    /// <param name="known">A manifest that is there; null when there is none.</param>
    /// <exception cref="RegistryException">No definite answer.</exception>
    public async Task<ReferrersSupport> ReferrersAsync(Digest? known, CancellationToken cancellationToken)
    {
        Call call = _repository.Read(HttpMethod.Get, $"referrers/{known ?? NobodysManifest}", "GET referrers") with
        {
            Accept = MediaType.Index,
        };
        using HttpResponseMessage answer = await _endpoint.SendAsync(call, cancellationToken);
        return answer.StatusCode switch
        {
            HttpStatusCode.OK when ContentType.Of(answer) is null or MediaType.Index => ReferrersSupport.Api,
            HttpStatusCode.OK => ReferrersSupport.Tag,
            var status when ReferrersList.IsAbsent(status) => known is null ? ReferrersSupport.Unknown : ReferrersSupport.Tag,
            _ => throw await _endpoint.FailureAsync(call, answer, cancellationToken),
        };
    }

    /// <summary>
    /// What is left of a limit on pulling; null when the registry tells of none. A HEAD, which Docker Hub does not count.
    /// </summary>
    /// <exception cref="RegistryException">No definite answer.</exception>
    public async Task<RateLimit?> RateLimitAsync(string tag, CancellationToken cancellationToken)
    {
        Call call = _repository.Read(HttpMethod.Head, "manifests/" + tag, $"HEAD manifest {tag}");
        using HttpResponseMessage answer = await _endpoint.SendAsync(call, cancellationToken);
        return RateLimit.Of(answer);
    }
}

/// <summary>How a registry keeps what refers to a manifest.</summary>
public enum ReferrersSupport
{
    /// <summary>It has the referrers API.</summary>
    Api,

    /// <summary>It has none: the list is kept under a tag.</summary>
    Tag,

    /// <summary>It cannot be told before something is there.</summary>
    Unknown,
}
