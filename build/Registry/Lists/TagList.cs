using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Registry;

/// <summary>Tags of a repository, as far as they were asked for.</summary>
/// <param name="Names">Each once, in the registry's order.</param>
/// <param name="IsWhole">Whether the list was read to its end: there may be more where it was not.</param>
public sealed record ListedTags(ImmutableArray<string> Names, bool IsWhole);

/// <summary>
/// Reads the pages of a repository's tags, within bounds (distribution specification, "Listing Tags"). Of each page only what is wanted
/// is kept, so memory does not grow with what others push.
/// </summary>
internal sealed class TagList(RepositoryRequests requests)
{
    /// <summary>More tags than any repository of ours will ever have; a registry that lists more is not read to its end.</summary>
    public const int MaximumTags = 100_000;

    private const int MaximumPages = 2_000;

    /// <summary>Of one page, in bytes: registries that know no pages answer with the whole list.</summary>
    private const int MaximumPageSize = 8 * 1024 * 1024;

    /// <summary>Of all pages together, in bytes: what so many tags take at most, and as much again.</summary>
    private const long MaximumSize = 2L * MaximumTags * 132;

    private RegistryRequest Request => requests.Read(HttpMethod.Get, "tags/list?n=1000", "GET list of tags");

    /// <summary>Every tag; null when there is no such repository.</summary>
    /// <exception cref="RegistryException">No definite answer, or a list longer than anybody reads.</exception>
    public async Task<ImmutableArray<string>?> ReadAllAsync(CancellationToken cancellationToken) =>
        await ReadAsync(_ => true, MaximumTags, cancellationToken) is not { } listed ? null
        : listed.IsWhole ? listed.Names
        : throw RegistryException.Unsound(Request.Operation, $"it lists more than {MaximumTags} tags");

    /// <param name="wanted">Which tags are kept.</param>
    /// <param name="most">As many are kept.</param>
    /// <returns>Null when there is no such repository.</returns>
    /// <exception cref="RegistryException">No definite answer, or one that no sound registry gives.</exception>
    public async Task<ListedTags?> ReadAsync(Func<string, bool> wanted, int most, CancellationToken cancellationToken)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        ImmutableArray<string>.Builder tags = ImmutableArray.CreateBuilder<string>();
        long size = 0,
            count = 0;
        bool isWhole = true;
        bool Take(Page page)
        {
            size += page.Size;
            count += page.Count;
            foreach (string tag in page.Tags)
            {
                if (seen.Contains(tag))
                    continue;
                if (tags.Count == most)
                    return isWhole = false;
                seen.Add(tag);
                tags.Add(tag);
            }

            return isWhole = page.Next is null || (count <= MaximumTags && size <= MaximumSize);
        }

        PagedList<Page> pages = new(requests.Endpoint, MaximumPages, (operation, response, cancel) =>
            Page.ReadAsync(operation, response, wanted, MaximumTags, cancel)
        );
        bool isThere;
        try
        {
            isThere = await pages.ReadAsync(Request, Take, cancellationToken);
        }
        catch (RegistryException e) when (e.Status == HttpStatusCode.BadRequest && size == 0)
        {
            // distribution 3.1.0 refuses pages larger than its own, and so may others: then its own they are.
            isThere = await pages.ReadAsync(OfItsOwnSize(Request), Take, cancellationToken);
        }

        return isThere ? new ListedTags(tags.ToImmutable(), isWhole) : null;
    }

    /// <summary>The same list without a word about its pages.</summary>
    private static RegistryRequest OfItsOwnSize(RegistryRequest request) =>
        request with
        {
            Target = async cancel => new Uri((await request.Target(cancel)).GetLeftPart(UriPartial.Path)),
        };

    /// <summary>One response of a registry's list of tags (distribution specification, "Listing Tags").</summary>
    /// <param name="Tags">Those that are wanted.</param>
    /// <param name="Count">Of all of them.</param>
    /// <param name="Size">Of the response, in bytes.</param>
    /// <param name="Next">Where the next page is; null after the last one.</param>
    private sealed record Page(ImmutableArray<string> Tags, int Count, int Size, Uri? Next) : IListPage
    {
        /// <exception cref="RegistryException">The response is no list of tags, is too large, or leads where we do not go.</exception>
        /// <param name="most">A page with more tags is none of a sound registry.</param>
        public static async Task<Page> ReadAsync(
            RegistryRequest request,
            HttpResponseMessage response,
            Func<string, bool> wanted,
            int most,
            CancellationToken cancellationToken
        )
        {
            ReadOnlyMemory<byte> body = await BodyAsync(request, response, cancellationToken);
            if (body.Length > MaximumPageSize)
                throw RegistryException.Unsound(request.Operation, $"the list has more than {MaximumPageSize} bytes");
            try
            {
                // "tags" is null at some registries when there are none.
                return OciJson.Read(body, "list of tags", root =>
                {
                    ImmutableArray<string>.Builder tags = ImmutableArray.CreateBuilder<string>();
                    int count = 0;
                    foreach (JsonElement item in root.Items("tags"))
                    {
                        string tag = item.ValueKind == JsonValueKind.Null ? "" : item.TextOf("tags");
                        // Artifactory lists the digests of an index's images among them.
                        if (Digest.TryParse(tag, out _))
                            continue;
                        if (!Reference.IsTag(tag))
                            throw RegistryException.Unsound(request.Operation, "the list holds a malformed tag");
                        if (++count > most)
                            throw RegistryException.Unsound(request.Operation, $"one page of the list has more than {most} tags");
                        if (wanted(tag))
                            tags.Add(tag);
                    }

                    return new Page(tags.ToImmutable(), count, body.Length, RegistryException.NextPage(request.Operation, response));
                });
            }
            catch (ContentException)
            {
                throw RegistryException.Unsound(request.Operation, "the response is not a list of tags");
            }
        }

        private static async Task<ReadOnlyMemory<byte>> BodyAsync(
            RegistryRequest request,
            HttpResponseMessage response,
            CancellationToken cancellationToken
        )
        {
            try
            {
                return await BoundedBody.ReadAsync(response, MaximumPageSize, cancellationToken);
            }
            catch (Exception e) when (e is IOException or HttpRequestException)
            {
                throw RegistryException.Broken(request.Operation, e);
            }
        }
    }
}
