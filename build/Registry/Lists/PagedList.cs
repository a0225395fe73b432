using System.Net;

namespace Slipway.Registry;

/// <summary>One page of a list that a registry gives in pages.</summary>
internal interface IListPage
{
    /// <summary>Where the next page is; null after the last one.</summary>
    Uri? Next { get; }
}

/// <summary>Reads the pages of a list, one after the other (distribution specification, "Listing Tags" and "Listing Referrers").</summary>
/// <param name="maximumPages">A registry that has more is not read to its end.</param>
/// <param name="read">Reads a response.</param>
internal sealed class PagedList<TPage>(
    Endpoint endpoint,
    int maximumPages,
    Func<RegistryRequest, HttpResponseMessage, CancellationToken, Task<TPage>> read
)
    where TPage : class, IListPage
{
    /// <param name="request">Asks for the first page.</param>
    /// <param name="take">Is given each page in order, and says whether to go on; throws where it is too much.</param>
    /// <returns>Whether there is such a list: false when a 404 to the first page says that there is none.</returns>
    /// <exception cref="RegistryException">No definite answer, pages that lead in a circle or elsewhere, or too many of them.</exception>
    public async Task<bool> ReadAsync(RegistryRequest request, Func<TPage, bool> take, CancellationToken cancellationToken)
    {
        HashSet<Uri> seen = [await request.Target(cancellationToken)];
        for (int pages = 1; ; pages++)
        {
            if (await PageAsync(request, isFirst: pages == 1, cancellationToken) is not { } page)
                return false;
            if (!take(page) || page.Next is not { } next)
                return true;
            if (!seen.Add(next))
                throw RegistryException.Unsound(request.Operation, "its pages form a circle");
            if (pages == maximumPages)
                throw RegistryException.Unsound(request.Operation, $"it has more than {maximumPages} pages");
            request = request with { Target = _ => Task.FromResult(next) };
        }
    }

    /// <summary>
    /// Which refusals of the first page say that there is no such list. A 404 always does. For lists that not every registry has there are
    /// more: Quay says 400 of what it does not know, others that they know no such request.
    /// </summary>
    public Func<HttpStatusCode, bool> IsAbsent { get; init; } = status => status == HttpStatusCode.NotFound;

    /// <summary>
    /// Whether a response to the first page is one of such a list at all, and not a page for people, say: else there is none.
    /// </summary>
    public Func<HttpResponseMessage, bool> IsList { get; init; } = _ => true;

    private Task<TPage?> PageAsync(RegistryRequest request, bool isFirst, CancellationToken cancellationToken) =>
        endpoint.ReadAsync<TPage?>(
            request,
            async response =>
                response.StatusCode switch
                {
                    HttpStatusCode.OK when isFirst && !IsList(response) => null,
                    HttpStatusCode.OK => await read(request, response, cancellationToken),
                    var status when isFirst && IsAbsent(status) => null,
                    _ => throw await endpoint.FailureAsync(request, response, cancellationToken),
                },
            cancellationToken
        );
}
