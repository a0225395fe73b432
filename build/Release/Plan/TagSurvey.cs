using System.Collections.Concurrent;
using System.Collections.Immutable;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Registry;

namespace Slipway.Release;

/// <summary>
/// What the tags of one image name on each of its registries. A tag counts as absent only after a registry said so about that
/// very tag: lists of tags lag behind, and one list names what another leaves out.
/// </summary>
internal sealed class TagSurvey(ImmutableArray<Repository> sites)
{
    private const int Parallelism = 8;

    /// <summary>
    /// More release and build tags of one registry are not looked at: whoever may push could make a survey as long as it likes.
    /// </summary>
    public const int MostTags = 20_000;

    private readonly ConcurrentDictionary<(Repository, string), Digest> _found = [];
    private readonly ConcurrentDictionary<Repository, Exception> _failures = [];
    private readonly ConcurrentDictionary<Repository, bool> _beyond = [];

    /// <summary>All tags that were looked for, in ordinal order.</summary>
    public ImmutableSortedSet<string> Names { get; private set; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <summary>The registries that answered every question, in the order of the destinations.</summary>
    public IEnumerable<Repository> Reached => sites.Where(site => !_failures.ContainsKey(site));

    /// <summary>The registries that have more tags than were looked at, in the order of the destinations.</summary>
    public IEnumerable<Repository> Beyond => sites.Where(_beyond.ContainsKey);

    /// <summary>The first thing that went wrong at each of the others.</summary>
    public IEnumerable<KeyValuePair<Repository, Exception>> Failures => _failures;

    /// <summary>What a tag names; null when it is definitely not there. Only for registries that were reached.</summary>
    public Digest? At(Repository site, string tag) => _found.GetValueOrDefault((site, tag));

    /// <summary>Lists the tags on every registry, then asks every registry for each of them.</summary>
    /// <param name="wanted">Which of the listed tags matter.</param>
    /// <param name="known">Tags to ask for in any case.</param>
    public async Task ReadAsync(Func<string, bool> wanted, IEnumerable<string> known, CancellationToken cancellationToken)
    {
        ConcurrentBag<string> listed = [.. known];
        await Task.WhenAll(sites.Select(site => TryAsync(site, async () =>
                {
                    ListedTags? tags = await site.TagsAsync(wanted, MostTags, cancellationToken);
                    foreach (string tag in tags?.Names ?? [])
                        listed.Add(tag);
                    if (tags is { IsWhole: false })
                        _beyond[site] = true;
                })));
        Names = Names.Union(listed);
        await Parallel.ForEachAsync(
            from tag in Names
            from site in sites
            select (site, tag),
            new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken },
            async (at, token) => await TryAsync(at.site, async () =>
                {
                    if (await at.site.ResolveAsync(at.tag, token) is { } there)
                        _found[at] = there.Digest;
                })
        );
    }

    /// <summary>A registry that failed once is asked nothing more.</summary>
    private async Task TryAsync(Repository site, Func<Task> ask)
    {
        if (_failures.ContainsKey(site))
            return;
        try
        {
            await ask();
        }
        catch (Exception e) when (e is RemoteException or ContentException)
        {
            _failures.TryAdd(site, e);
        }
    }
}
