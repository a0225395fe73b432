using System.Collections.Immutable;
using System.Net;
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
        HashSet<Uri> seen = [await call.Target(cancellationToken)];
        long size = 0;
        for (int pages = 1; ; pages++)
        {
            if (await PageAsync(endpoint, call, isFirst: pages == 1, cancellationToken) is not { } page)
                return null;
            referrers.AddRange(page.Referrers);
            size += page.Size;
            if (page.Next is not { } next)
                return referrers.ToImmutable();
            if (!seen.Add(next))
                throw RegistryException.Unsound(call.Asked, "its pages lead in a circle");
            if (pages == MaximumPages || size > MaximumSize)
                throw RegistryException.Unsound(call.Asked, $"it has more than {MaximumPages} pages or {MaximumSize} bytes");
            call = call with { Target = _ => Task.FromResult(next) };
        }
    }

    private static Task<ReferrersPage?> PageAsync(Endpoint endpoint, Call call, bool isFirst, CancellationToken cancellationToken) =>
        endpoint.ReadAsync<ReferrersPage?>(
            call,
            async answer => answer.StatusCode switch
            {
                HttpStatusCode.OK => await ReferrersPage.ReadAsync(call, answer, cancellationToken),
                HttpStatusCode.NotFound when isFirst => null,
                _ => throw await endpoint.FailureAsync(call, answer, cancellationToken),
            },
            cancellationToken);
}
