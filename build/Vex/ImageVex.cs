using System.Collections.Immutable;
using Slipway.Definitions;
using Slipway.Oci;

namespace Slipway.Vex;

/// <summary>
/// The judgements of <c>vex.yaml</c> as they hold of an image: which packages of which platform each is about, and which rules hold. The
/// same judgements and the same image always say the same.
/// </summary>
public sealed class ImageVex
{
    private readonly ImmutableArray<VexEntry> _entries;
    private readonly Dictionary<Platform, ImmutableArray<PlacedEntry>> _held;

    private ImageVex(ImmutableArray<VexEntry> entries, Dictionary<Platform, ImmutableArray<PlacedEntry>> held)
    {
        _entries = entries;
        _held = held;
    }

    /// <summary>Rules that do not hold where a path that they are about is there: rule, platform and the first such path.</summary>
    public required ImmutableArray<FallenRule> Fallen { get; init; }

    /// <param name="entries">Of <see cref="VexFile"/>.</param>
    /// <param name="definition">Says which paths are left out of the image on purpose.</param>
    /// <param name="platforms">Those of the image that are known.</param>
    /// <param name="hasStandIns">
    /// Whether programs of a rehearsal took the place of upstream's: then only Debian packages must be there.
    /// </param>
    /// <exception cref="DefinitionException">
    /// An entry is about a package that the image lacks, or a rule about a path that nothing leaves out and nothing has; names each with
    /// its place.
    /// </exception>
    public static ImageVex Of(
        ImmutableArray<VexEntry> entries,
        ImageDefinition definition,
        IReadOnlyList<VexPlatform> platforms,
        bool hasStandIns
    )
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentNullException.ThrowIfNull(platforms);
        string[] idle = [.. Idle(entries, definition, platforms, hasStandIns)];
        if (idle.Length > 0)
            throw new DefinitionException(
                idle.Length == 1
                    ? $"{idle[0]}. Correct it, or remove the entry"
                    : $"{definition.Name}: {idle.Length} entries of {VexFile.Name} match nothing; correct or remove them:\n"
                        + string.Join('\n', idle)
            );
        Dictionary<Platform, ImmutableArray<PlacedEntry>> held = [];
        var fallen = ImmutableArray.CreateBuilder<FallenRule>();
        foreach (VexPlatform platform in platforms)
        {
            var here = ImmutableArray.CreateBuilder<PlacedEntry>();
            foreach (VexEntry entry in entries.Where(entry => entry.IsFor(platform.Platform)))
            {
                ImmutableArray<VexComponent> components = [.. Named(entry, platform)];
                if (components.IsEmpty || (!entry.Paths.IsEmpty && platform.Paths is null))
                    continue;
                if (PresentPath(entry, platform) is { } path)
                    fallen.Add(new FallenRule(entry, platform.Platform, path));
                else
                    here.Add(new PlacedEntry(entry, components));
            }

            held.Add(platform.Platform, here.ToImmutable());
        }

        return new ImageVex(entries, held) { Fallen = fallen.ToImmutable() };
    }

    /// <summary>What is judged of a flaw that was found in a package of a platform.</summary>
    /// <param name="ids">The names of the flaw.</param>
    /// <param name="package">A package URL, or the name of a Debian package, binary or source.</param>
    /// <returns>
    /// Null when nothing is. Where several judgements fit, the one to be most careful about, of those as careful the newest.
    /// </returns>
    public VexVerdict? For(Platform platform, IEnumerable<string> ids, string package)
    {
        string[] names = [.. ids];
        return (_held.TryGetValue(platform, out ImmutableArray<PlacedEntry> here) ? here : [])
            .Where(placed => placed.Entry.IsAbout(names) && placed.Components.Any(component => component.IsNamedBy(package)))
            .OrderBy(placed => placed.Entry.Status)
            .ThenByDescending(placed => placed.Entry.Date)
            .FirstOrDefault()
            ?.Entry.Verdict;
    }

    /// <summary>The entries about flaws that a complete scan does not find any more, each as <c>FILE:LINE:COLUMN: what</c>.</summary>
    /// <param name="found">Of each finding the names of the flaw, and the package.</param>
    public IEnumerable<string> Stale(IEnumerable<(IReadOnlyList<string> Ids, string Package)> found)
    {
        (IReadOnlyList<string> Ids, string Package)[] all = [.. found];
        foreach (VexEntry entry in _entries)
        {
            VexComponent[] components =
            [
                .. _held.Values.SelectMany(here => here).Where(placed => placed.Entry == entry).SelectMany(placed => placed.Components),
            ];
            bool isFound = all.Any(finding =>
                entry.IsAbout(finding.Ids) && components.Any(component => component.IsNamedBy(finding.Package))
            );
            // A rule that fell away says nothing of the flaw, found or not.
            if (!isFound && components.Length > 0)
                yield return $"{entry.Place}: {entry.Id} is not found in {entry.Package} any more";
        }
    }

    /// <summary>The judgements as statements about the image, in the file's order.</summary>
    /// <param name="image">What the statements are about.</param>
    public ImmutableArray<VexStatement> Statements(VexImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var statements = ImmutableArray.CreateBuilder<VexStatement>();
        foreach (VexEntry entry in _entries)
        {
            (Platform Platform, ImmutableArray<VexComponent> Components)[] here =
            [
                .. image
                    .Manifests.Select(manifest => manifest.Platform)
                    .SelectMany(platform =>
                        _held[platform].Where(placed => placed.Entry == entry).Select(placed => (platform, placed.Components))
                    ),
            ];
            if (here.Length == 0)
                continue;
            // The index is all of its platforms: what is said of it holds on each of them.
            ImmutableArray<VexProduct> whole =
                here.Length == image.Manifests.Length
                    ? [image.Product(null, [.. here.SelectMany(one => one.Components).DistinctBy(one => one.Purl)])]
                    : [];
            statements.Add(
                new VexStatement
                {
                    Id = entry.Id,
                    Aliases = entry.Aliases,
                    Verdict = entry.Verdict,
                    Products = [.. whole, .. here.Select(one => image.Product(one.Platform, one.Components))],
                }
            );
        }

        return statements.ToImmutable();
    }

    private static IEnumerable<VexComponent> Named(VexEntry entry, VexPlatform platform) =>
        platform.Components.Where(component => component.IsNamedBy(entry.Package));

    private static string? PresentPath(VexEntry entry, VexPlatform platform)
    {
        PathMatcher[] matchers = [.. entry.Paths.Select(pattern => pattern.For(platform.Platform))];
        return matchers.Length == 0 ? null : platform.Paths?.FirstOrDefault(path => matchers.Any(matcher => matcher.Matches(path)));
    }

    private static IEnumerable<string> Idle(
        ImmutableArray<VexEntry> entries,
        ImageDefinition definition,
        IReadOnlyList<VexPlatform> platforms,
        bool hasStandIns
    )
    {
        foreach (VexEntry entry in entries)
        {
            VexPlatform[] meant = [.. platforms.Where(platform => entry.IsFor(platform.Platform))];
            bool isDebian = VexComponent.TryParse(entry.Package) is null or { Type: "deb" };
            if (meant.Length > 0 && (isDebian || !hasStandIns) && !meant.Any(platform => Named(entry, platform).Any()))
                yield return $"{entry.Place}: {entry.Id}: the image has no package {entry.Package}";
            foreach (PathPattern pattern in entry.Paths.Where(pattern => meant.Any(platform => IsIdle(pattern, definition, platform))))
                yield return $"{pattern.Place}: pattern {pattern} of {entry.Id} matches nothing that 'exclude' in "
                    + $"{ImageDefinition.FileName} leaves out, and nothing in the image; what no package here ships is judged under "
                    + "'statements'";
        }
    }

    /// <summary>
    /// A misspelt path is never there: so a rule is believed of what is left out by name alone, or was there and may go again.
    /// </summary>
    private static bool IsIdle(PathPattern pattern, ImageDefinition definition, VexPlatform platform)
    {
        string text = pattern.TextFor(platform.Platform)[1..];
        bool Matches(PathPattern other) => other.For(platform.Platform).Matches(text);
        PathMatcher matcher = pattern.For(platform.Platform);
        return platform.Paths is { } paths
            && !definition.Exclude.Any(exclusion =>
                exclusion.IsFor(platform.Platform) && exclusion.Paths.Any(Matches) && !exclusion.Except.Any(Matches)
            )
            && !paths.Any(matcher.Matches);
    }

    private sealed record PlacedEntry(VexEntry Entry, ImmutableArray<VexComponent> Components);
}

/// <summary>A rule that does not hold, and why.</summary>
/// <param name="Path">What is there, without a leading slash.</param>
public sealed record FallenRule(VexEntry Rule, Platform Platform, string Path)
{
    /// <summary>For people.</summary>
    public override string ToString() =>
        $"{Platform}: the rule about {Rule.Id} in {Rule.Package} does not hold: the image has /{Printable.Of(Path)}";
}
