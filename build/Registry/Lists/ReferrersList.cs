using System.Collections.Immutable;
using System.Net;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Registry;

/// <summary>
/// Reads all pages of the referrers API (distribution specification, "Listing Referrers"), within bounds. Anybody who may push can make the
/// list longer: what is beyond them is passed over and told.
/// </summary>
internal sealed class ReferrersList(RepositoryRequests requests, ManifestStore manifests)
{
    private const int MaximumPages = 100;
    private const int MaximumSize = 16 * 1024 * 1024;

    /// <summary>
    /// Whether a status says that there is no such API, or nothing that it knows: 404 by the specification; Quay says 400 of a manifest
    /// that it does not have; registries of before 1.1, and what stands before them, refuse the request as such.
    /// </summary>
    private static bool IsAbsent(HttpStatusCode status) =>
        status
            is HttpStatusCode.NotFound
                or HttpStatusCode.BadRequest
                or HttpStatusCode.MethodNotAllowed
                or HttpStatusCode.NotAcceptable
                or HttpStatusCode.NotImplemented;

    private readonly ReferrersTag _tag = new(manifests);

    /// <summary>
    /// What refers to a manifest, each once, in the registry's order; asks the referrers API, and the referrers tag when a 404 says that
    /// there is no API. With what of the list was passed over, because it is malformed or beyond the bounds.
    /// </summary>
    /// <param name="artifactType">Only those of this type; null for all.</param>
    public async Task<ReferrerList> ReadAsync(Digest subject, string? artifactType, CancellationToken cancellationToken)
    {
        string filter = artifactType is null ? "" : "?artifactType=" + Uri.EscapeDataString(artifactType);
        RegistryRequest request = Request(subject + filter, $"GET referrers {subject.Abbreviated}");
        ReferrerList list = await ReadPagesAsync(request, subject, cancellationToken) ?? await _tag.ReadAsync(subject, cancellationToken);
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
    /// Stores a manifest that has a subject, by digest, and makes sure that the registry lists it: by itself, as its response's
    /// <c>OCI-Subject</c> tells, or else under the subject's referrers tag ("Pushing Manifests with Subject").
    /// </summary>
    /// <returns>Whether the registry lists it by itself.</returns>
    /// <exception cref="ContentException">The manifest has no subject, or the tag names something else than a list.</exception>
    public async Task<bool> PushAsync(ManifestContent manifest, CancellationToken cancellationToken)
    {
        Descriptor referrer = ReferrersTag.Describe(manifest, out Digest subject);
        if (await manifests.PushAsync(manifest, null, cancellationToken) == subject.ToString())
            return true;
        await _tag.AddAsync(subject, referrer, cancellationToken);
        return false;
    }

    /// <summary>
    /// How the registry keeps referrers. One with the API must not answer 404, says the specification; Quay does so about a manifest that
    /// it does not have, so only a 404 about one that is there is certain.
    /// </summary>
    /// <param name="subject">What to ask about.</param>
    /// <param name="isThere">Whether the repository has it.</param>
    /// <exception cref="RegistryException">No definite answer.</exception>
    public async Task<ReferrersSupport> SupportAsync(Digest subject, bool isThere, CancellationToken cancellationToken)
    {
        RegistryRequest request = Request(subject.ToString(), "GET referrers");
        using HttpResponseMessage response = await requests.Endpoint.SendAsync(request, cancellationToken);
        return response.StatusCode switch
        {
            HttpStatusCode.OK when ContentType.Of(response) is null or MediaType.Index => ReferrersSupport.Api,
            HttpStatusCode.OK => ReferrersSupport.Tag,
            var status when IsAbsent(status) => isThere ? ReferrersSupport.Tag : ReferrersSupport.Unknown,
            _ => throw await requests.Endpoint.FailureAsync(request, response, cancellationToken),
        };
    }

    /// <summary>
    /// Every entry in the registry's order; null when the response to the first page says that there is no API, or is no list.
    /// </summary>
    /// <param name="subject">What is referred to, for texts.</param>
    /// <exception cref="RegistryException">No definite answer, or pages that lead in a circle or elsewhere.</exception>
    /// <exception cref="ContentException">A page is damaged.</exception>
    private async Task<ReferrerList?> ReadPagesAsync(RegistryRequest request, Digest subject, CancellationToken cancellationToken)
    {
        var referrers = ImmutableArray.CreateBuilder<Descriptor>();
        var passedOver = ImmutableArray.CreateBuilder<string>();
        long size = 0;
        int malformed = 0,
            count = 0;
        bool Take(Page page)
        {
            referrers.AddRange(page.Referrers);
            malformed += page.PassedOver;
            size += page.Size;
            bool isFull = ++count == MaximumPages || size > MaximumSize;
            if (isFull && page.Next is not null)
                passedOver.Add($"{request.Operation.Place}: the list of what refers to {subject} after {count} pages of {size} bytes");
            return !isFull;
        }

        PagedList<Page> pages = new(requests.Endpoint, MaximumPages, Page.ReadAsync)
        {
            IsAbsent = IsAbsent,
            IsList = response => ContentType.Of(response) == MediaType.Index,
        };
        if (!await pages.ReadAsync(request, Take, cancellationToken))
            return null;
        if (malformed > 0)
            passedOver.Add(ReferrersTag.Malformed(request.Operation.Place, subject, malformed));
        return new ReferrerList(referrers.ToImmutable(), passedOver.ToImmutable());
    }

    private RegistryRequest Request(string about, string operation) =>
        requests.Read(HttpMethod.Get, $"referrers/{about}", operation) with
        {
            Accept = MediaType.Index,
        };

    /// <summary>One response of the referrers API (distribution specification, "Listing Referrers").</summary>
    /// <param name="PassedOver">So many more entries are malformed.</param>
    /// <param name="Size">Of the response, in bytes.</param>
    /// <param name="Next">Where the next page is; null after the last one.</param>
    private sealed record Page(ImmutableArray<Descriptor> Referrers, int PassedOver, int Size, Uri? Next) : IListPage
    {
        /// <exception cref="RegistryException">The response is no image index, or leads where we do not go.</exception>
        /// <exception cref="ContentException">The index is damaged or larger than a manifest may be.</exception>
        public static async Task<Page> ReadAsync(RegistryRequest request, HttpResponseMessage response, CancellationToken cancellationToken)
        {
            string? type = ContentType.Of(response);
            if (type != MediaType.Index)
                throw RegistryException.Unsound(
                    request.Operation,
                    $"wanted {MediaType.Index}, got {(type is null ? "no media type" : "another media type")}"
                );
            ManifestContent index = await ManifestResponse.ReadAsync(response, null, request.Operation, cancellationToken);
            (ImmutableArray<Descriptor> referrers, int passedOver) = Oci.Index.ParseReferrers(index.Bytes);
            return new Page(referrers, passedOver, index.Bytes.Length, RegistryException.NextPage(request.Operation, response));
        }
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
