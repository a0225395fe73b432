using System.Collections.Immutable;
using System.Net;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Registry;

/// <summary>
/// Reads all pages of the referrers API (distribution specification, "Listing Referrers"), within bounds. Anybody who may push can make the
/// list longer: what is beyond them is passed over and told.
/// </summary>
internal static class ReferrersList
{
    private const int MaximumPages = 100;
    private const int MaximumSize = 16 * 1024 * 1024;

    /// <summary>
    /// Whether a status says that there is no such API, or nothing that it knows: 404 by the specification; Quay says 400 of a manifest
    /// that it does not have; registries of before 1.1, and what stands before them, refuse the request as such.
    /// </summary>
    public static bool IsAbsent(HttpStatusCode status) =>
        status
            is HttpStatusCode.NotFound
                or HttpStatusCode.BadRequest
                or HttpStatusCode.MethodNotAllowed
                or HttpStatusCode.NotAcceptable
                or HttpStatusCode.NotImplemented;

    /// <summary>
    /// Every entry in the registry's order; null when the answer to the first page says that there is no API, or is no list.
    /// </summary>
    /// <param name="subject">What is referred to, for texts.</param>
    /// <exception cref="RegistryException">No definite answer, or pages that lead in a circle or elsewhere.</exception>
    /// <exception cref="ContentException">A page is damaged.</exception>
    public static async Task<ReferrerList?> ReadAsync(Endpoint endpoint, Call call, Digest subject, CancellationToken cancellationToken)
    {
        var referrers = ImmutableArray.CreateBuilder<Descriptor>();
        var passedOver = ImmutableArray.CreateBuilder<string>();
        long size = 0;
        int malformed = 0,
            count = 0;
        bool Take(ReferrersPage page)
        {
            referrers.AddRange(page.Referrers);
            malformed += page.PassedOver;
            size += page.Size;
            bool isFull = ++count == MaximumPages || size > MaximumSize;
            if (isFull && page.Next is not null)
                passedOver.Add($"{call.Asked.Place}: the list of what refers to {subject} after {count} pages of {size} bytes");
            return !isFull;
        }

        PagedList<ReferrersPage> pages = new(endpoint, MaximumPages, ReferrersPage.ReadAsync)
        {
            IsAbsent = IsAbsent,
            IsList = answer => ContentType.Of(answer) == MediaType.Index,
        };
        if (!await pages.ReadAsync(call, Take, cancellationToken))
            return null;
        if (malformed > 0)
            passedOver.Add(Malformed(call.Asked.Place, subject, malformed));
        return new ReferrerList(referrers.ToImmutable(), passedOver.ToImmutable());
    }

    internal static string Malformed(string place, Digest subject, int count) =>
        $"{place}: {count} malformed {(count == 1 ? "entry" : "entries")} of the list of what refers to {subject}";
}
