using System.Collections.Immutable;
using Slipway.Layers;

namespace Slipway.Inspection;

/// <summary>One path that a layer has otherwise in a release than in what was built again from its source.</summary>
/// <param name="Layer">Its number, the lowest is 0.</param>
/// <param name="Path">With a leading slash; empty for the archive itself.</param>
/// <param name="What">
/// What differs: <c>content</c>, <c>mode</c>, …; <see cref="OnlyReleased"/> or <see cref="OnlyRebuilt"/> alone where the other has no such
/// path.
/// </param>
/// <param name="Was">In the release; empty when it was not there.</param>
/// <param name="Now">In what was built again; empty when it is not there.</param>
public sealed record LayerDifference(int Layer, string Path, ImmutableArray<string> What, string Was, string Now)
{
    public const string OnlyReleased = "only in the release",
        OnlyRebuilt = "only in the rebuild";

    /// <summary>Whose the path is: a package, a file of upstream, the definition, a finishing step; empty where nobody says it.</summary>
    public string Owner { get; init; } = "";

    /// <summary>
    /// All that differs, layer by layer. Unlike <see cref="ImageDifference"/>, which looks at what is seen of an image, nothing is passed
    /// over: times count, what a later layer hides counts, and so does a layer that says the same in another archive.
    /// </summary>
    public static IEnumerable<LayerDifference> Between(ComparedImage released, ComparedImage rebuilt)
    {
        ArgumentNullException.ThrowIfNull(released);
        ArgumentNullException.ThrowIfNull(rebuilt);
        ILookup<int, FoundEntry> was = released.Found.All.ToLookup(entry => entry.Layer),
            now = rebuilt.Found.All.ToLookup(entry => entry.Layer);
        for (int layer = 0; layer < Math.Max(released.DiffIds.Length, rebuilt.DiffIds.Length); layer++)
        {
            if (released.DiffIds.ElementAtOrDefault(layer) == rebuilt.DiffIds.ElementAtOrDefault(layer))
                continue;
            bool isTold = false;
            foreach (LayerDifference one in Between(layer, [.. was[layer]], [.. now[layer]]))
            {
                isTold = true;
                yield return one;
            }

            if (!isTold)
                yield return OfArchive(layer, was[layer], now[layer]);
        }
    }

    private static IEnumerable<LayerDifference> Between(int layer, FoundEntry[] was, FoundEntry[] now)
    {
        SortedDictionary<string, FoundEntry> others = ByPath(was),
            ours = ByPath(now);
        foreach (string path in others.Keys.Union(ours.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            FoundEntry? then = others.GetValueOrDefault(path),
                here = ours.GetValueOrDefault(path);
            ImmutableArray<string> what =
                then is null ? [OnlyRebuilt]
                : here is null ? [OnlyReleased]
                : [.. Fields(then, here)];
            if (!what.IsEmpty)
                yield return new LayerDifference(layer, "/" + path, what, Describe(then), Describe(here));
        }
    }

    /// <summary>An archive may name a path twice; each is compared with the one at its turn.</summary>
    private static SortedDictionary<string, FoundEntry> ByPath(FoundEntry[] entries)
    {
        SortedDictionary<string, FoundEntry> paths = new(StringComparer.Ordinal);
        Dictionary<string, int> seen = new(StringComparer.Ordinal);
        foreach (FoundEntry entry in entries)
        {
            int turn = seen[entry.Path] = seen.GetValueOrDefault(entry.Path) + 1;
            paths.Add(turn == 1 ? entry.Path : $"{entry.Path}\0{turn}", entry);
        }

        return paths;
    }

    private static IEnumerable<string> Fields(FoundEntry was, FoundEntry now)
    {
        if (was.Kind != now.Kind)
            yield return "type";
        if (was.File?.Digest != now.File?.Digest)
            yield return "content";
        if (was.Mode != now.Mode)
            yield return "mode";
        if ((was.UserId, was.GroupId) != (now.UserId, now.GroupId))
            yield return "owner";
        if (was.Modified != now.Modified)
            yield return "time";
        if (was.LinkTarget != now.LinkTarget)
            yield return "link target";
        if (was.HasCapabilities != now.HasCapabilities)
            yield return "capabilities";
    }

    private static LayerDifference OfArchive(int layer, IEnumerable<FoundEntry> was, IEnumerable<FoundEntry> now) =>
        new(
            layer,
            "",
            [was.Select(entry => entry.Path).SequenceEqual(now.Select(entry => entry.Path)) ? "archive headers" : "archive order"],
            "",
            ""
        );

    private static string Describe(FoundEntry? entry) =>
        entry is null
            ? ""
            : string.Create(
                System.Globalization.CultureInfo.InvariantCulture,
                $"{ImageDifference.Describe(entry)} {entry.Modified.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'}"
            );
}
