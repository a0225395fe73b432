using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Octokit;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.GitHub;

/// <summary>
/// Reads a list page by page, as far as its reader wants (GitHub, "Using pagination in the REST API"): by the Link of each answer, on the
/// API's own host, never in a circle. Octokit itself would read all of them first. With a store, pages that did not change are answered by
/// 304.
/// </summary>
internal sealed class GitHubPages(GitHubRequests requests, IResponseStore? store)
{
    /// <summary>How many items a page has at the most.</summary>
    public const int LargestPage = 100;

    /// <summary>Of a hundred items each GitHub itself gives no more.</summary>
    private const int MaximumPages = 100;

    /// <param name="ask">Asks for the first page.</param>
    /// <param name="read">Reads one item, with its raw answer beside it.</param>
    /// <exception cref="GitHubException">No such list, pages that lead elsewhere or in a circle, or more of them than are read.</exception>
    public async IAsyncEnumerable<T> ReadAsync<TModel, T>(
        GitHubCall call,
        Func<IApiConnection, Task<IReadOnlyList<TModel>>> ask,
        Func<TModel, JsonElement, T> read,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        HashSet<Uri> seen = [];
        for (int pages = 1; ; pages++)
        {
            (ImmutableArray<T> items, Uri address, Uri? next) = await PageAsync(call, ask, read, cancellationToken);
            foreach (T item in items)
                yield return item;
            if (next is null)
                yield break;
            if (!Location.SameOrigin(next, requests.Host.Api))
                throw GitHubException.Unsound(call, "its next page is on another host");
            seen.Add(address);
            if (seen.Contains(next))
                throw GitHubException.Unsound(call, "its pages form a circle");
            if (pages == MaximumPages)
                throw GitHubException.Unsound(call, $"it has more than {MaximumPages} pages");
            ask = async api => (await api.Connection.Get<List<TModel>>(next, null)).Body;
        }
    }

    private async Task<(ImmutableArray<T> Items, Uri Address, Uri? Next)> PageAsync<TModel, T>(
        GitHubCall call,
        Func<IApiConnection, Task<IReadOnlyList<TModel>>> ask,
        Func<TModel, JsonElement, T> read,
        CancellationToken cancellationToken
    )
    {
        using OctokitHttpClient http = new(requests, call, store, cancellationToken);
        ImmutableArray<T> items = await http.ReadAsync(ask, (models, root) =>
            models.Count == root.GetArrayLength()
                ? models.Zip(root.EnumerateArray(), read).ToImmutableArray()
                : throw new ContentException("it is not a list")
        );
        return (items, http.Request!.Address, http.Response!.Next);
    }
}
