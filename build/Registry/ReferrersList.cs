using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Registry;

/// <summary>Reads all pages of the referrers API (distribution specification, "Listing Referrers"), within bounds.</summary>
internal static class ReferrersList
{
    private const int MaximumPages = 100;
    private const int MaximumSize = 16 * 1024 * 1024;

    /// <summary>Every entry in the registry's order; null when a 404 to the first page says that there is no API.</summary>
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

        PagedList<ReferrersPage> pages = new(endpoint, MaximumPages, ReferrersPage.ReadAsync);
        return await pages.ReadAsync(call, Take, cancellationToken) ? referrers.ToImmutable() : null;
    }
}
