using System.Collections.Immutable;

namespace Slipway.Registry;

/// <summary>Reads all pages of a repository's tags, within bounds (distribution specification, "Listing Tags").</summary>
internal static class TagList
{
    /// <summary>More tags than any repository of ours will ever have; a registry that lists more is not read to its end.</summary>
    public const int MaximumTags = 100_000;

    private const int MaximumPages = 2_000;

    /// <param name="call">Asks for the first page.</param>
    /// <returns>The tags, each once, in the registry's order; null when there is no such repository.</returns>
    /// <exception cref="RegistryException">No definite answer, or one beyond the bounds.</exception>
    public static async Task<ImmutableArray<string>?> ReadAsync(Endpoint endpoint, Call call, CancellationToken cancellationToken)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        ImmutableArray<string>.Builder tags = ImmutableArray.CreateBuilder<string>();
        bool Take(TagsPage page)
        {
            tags.AddRange(page.Tags.Where(seen.Add));
            if (tags.Count > MaximumTags)
                throw RegistryException.Unsound(call.Asked, $"it lists more than {MaximumTags} tags");
            return true;
        }

        PagedList<TagsPage> pages = new(endpoint, MaximumPages, TagsPage.ReadAsync);
        return await pages.ReadAsync(call, Take, cancellationToken) ? tags.ToImmutable() : null;
    }
}
