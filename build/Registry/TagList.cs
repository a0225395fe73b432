using System.Collections.Immutable;
using System.Net;

namespace Slipway.Registry;

/// <summary>Tags of a repository, as far as they were asked for.</summary>
/// <param name="Names">Each once, in the registry's order.</param>
/// <param name="IsWhole">Whether the list was read to its end: there may be more where it was not.</param>
public sealed record ListedTags(ImmutableArray<string> Names, bool IsWhole);

/// <summary>
/// Reads the pages of a repository's tags, within bounds (distribution specification, "Listing Tags"). Of each page only what is wanted
/// is kept, so memory does not grow with what others push.
/// </summary>
internal static class TagList
{
    /// <summary>More tags than any repository of ours will ever have; a registry that lists more is not read to its end.</summary>
    public const int MaximumTags = 100_000;

    private const int MaximumPages = 2_000;

    /// <summary>Of all pages together, in bytes: what so many tags take at most, and as much again.</summary>
    private const long MaximumSize = 2L * MaximumTags * 132;

    /// <summary>Every tag; null when there is no such repository.</summary>
    /// <exception cref="RegistryException">No definite answer, or a list longer than anybody reads.</exception>
    public static async Task<ImmutableArray<string>?> ReadAllAsync(Endpoint endpoint, Call call, CancellationToken cancellationToken) =>
        await ReadAsync(endpoint, call, _ => true, MaximumTags, cancellationToken) is not { } listed ? null
        : listed.IsWhole ? listed.Names
        : throw RegistryException.Unsound(call.Asked, $"it lists more than {MaximumTags} tags");

    /// <param name="call">Asks for the first page.</param>
    /// <param name="wanted">Which tags are kept.</param>
    /// <param name="most">As many are kept.</param>
    /// <returns>Null when there is no such repository.</returns>
    /// <exception cref="RegistryException">No definite answer, or one that no sound registry gives.</exception>
    public static async Task<ListedTags?> ReadAsync(
        Endpoint endpoint,
        Call call,
        Func<string, bool> wanted,
        int most,
        CancellationToken cancellationToken
    )
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        ImmutableArray<string>.Builder tags = ImmutableArray.CreateBuilder<string>();
        long size = 0,
            count = 0;
        bool isWhole = true;
        bool Take(TagsPage page)
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

        PagedList<TagsPage> pages = new(endpoint, MaximumPages, (asked, answer, cancel) =>
            TagsPage.ReadAsync(asked, answer, wanted, MaximumTags, cancel)
        );
        bool isThere;
        try
        {
            isThere = await pages.ReadAsync(call, Take, cancellationToken);
        }
        catch (RegistryException e) when (e.Status == HttpStatusCode.BadRequest && size == 0)
        {
            // distribution 3.1.0 refuses pages larger than its own, and so may others: then its own they are.
            isThere = await pages.ReadAsync(OfItsOwnSize(call), Take, cancellationToken);
        }

        return isThere ? new ListedTags(tags.ToImmutable(), isWhole) : null;
    }

    /// <summary>The same list without a word about its pages.</summary>
    private static Call OfItsOwnSize(Call call) =>
        call with
        {
            Target = async cancel => new Uri((await call.Target(cancel)).GetLeftPart(UriPartial.Path)),
        };
}
