using System.Collections.Immutable;
using System.Net;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Registry;

/// <summary>Reads all pages of the referrers API (distribution specification, "Listing Referrers"), within bounds.</summary>
internal static class ReferrersList
{
    private const int MaximumPages = 100;
    private const int MaximumSize = 16 * 1024 * 1024;

    /// <summary>
    /// Whether a status says that there is no such API, or nothing that it knows: 404 by the specification; Quay says 400 of a manifest that
    /// it does not have; registries of before 1.1, and what stands before them, refuse the request as such.
    /// </summary>
    public static bool IsAbsent(HttpStatusCode status) =>
        status is HttpStatusCode.NotFound or HttpStatusCode.BadRequest or HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotAcceptable or HttpStatusCode.NotImplemented;

    /// <summary>Every entry in the registry's order; null when the answer to the first page says that there is no API, or is no list.</summary>
    /// <exception cref="RegistryException">No definite answer, pages that lead in a circle or elsewhere, or too many of them.</exception>
    /// <exception cref="ContentException">A page is damaged.</exception>
    public static async Task<ImmutableArray<Descriptor>?> ReadAsync(Endpoint endpoint, Call call, CancellationToken cancellationToken)
    {
        var referrers = ImmutableArray.CreateBuilder<Descriptor>();
        long size = 0;
        void Take(ReferrersPage page)
        {
            referrers.AddRange(page.Referrers);
            size += page.Size;
            if (size > MaximumSize)
                throw RegistryException.Unsound(call.Asked, $"it has more than {MaximumSize} bytes");
        }

        PagedList<ReferrersPage> pages = new(endpoint, MaximumPages, ReferrersPage.ReadAsync) 
        {
            IsAbsent = IsAbsent,
            IsList = answer => ContentType.Of(answer) == MediaType.Index,
        };
        return await pages.ReadAsync(call, Take, cancellationToken) ? referrers.ToImmutable() : null;
    }
}
