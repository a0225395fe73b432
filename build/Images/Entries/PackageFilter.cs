using System.Collections.Immutable;
using Slipway.Definitions;
using Slipway.Oci;

namespace Slipway.Images;

/// <summary>What is left of a package.</summary>
/// <param name="Staying">What is laid, in the package's order.</param>
/// <param name="Withheld">Directories that are left out unless something that stays, of whatever owner, lies beneath them.</param>
internal sealed record FilteredPackage(IReadOnlyList<LayerEntry> Staying, IReadOnlyList<LayerEntry> Withheld);

/// <summary>
/// Takes out of packages what a definition excludes on one platform, and remembers what each pattern was good for. Nobody opens the
/// content of what is taken out.
/// </summary>
internal sealed class PackageFilter(ImmutableArray<Exclusion> exclusions, Platform platform)
{
    private readonly FilterRule[] _rules =
    [
        .. exclusions.Where(exclusion => exclusion.IsFor(platform)).Select(exclusion => new FilterRule(exclusion, platform)),
    ];

    /// <summary>How many files and links were taken out so far.</summary>
    public int LeftOut { get; private set; }

    /// <summary>The bytes of those.</summary>
    public long LeftOutBytes { get; private set; }

    /// <param name="package">All entries of one package, in its order; a hard link behind the file that it names.</param>
    public FilteredPackage Apply(IEnumerable<LayerEntry> package)
    {
        List<LayerEntry> staying = [],
            withheld = [];
        Dictionary<string, LayerEntry> gone = new(StringComparer.Ordinal);
        Dictionary<string, string> heirs = new(StringComparer.Ordinal);
        foreach (LayerEntry entry in package)
        {
            if (!TakesOut(entry))
            {
                staying.Add(entry.Kind == LayerEntryKind.HardLink ? Inherit(entry, gone, heirs) : entry);
                continue;
            }

            if (entry.Kind == LayerEntryKind.Directory)
                withheld.Add(entry);
            else
                LeftOut++;
            if (entry.Kind == LayerEntryKind.File)
                gone[entry.Path] = entry;
        }

        LeftOutBytes += gone.Values.Where(file => !heirs.ContainsKey(file.Path)).Sum(file => file.Size);
        return new FilteredPackage(staying, withheld);
    }

    /// <summary>Makes sure that every pattern was good for something, now that all layers are laid.</summary>
    /// <param name="tree">With all layers.</param>
    /// <param name="what">The image and platform, for the error.</param>
    /// <exception cref="DefinitionException">Some were not; names each with its place.</exception>
    public void RequireUsed(ImageTree tree, string what)
    {
        string[] idle = [.. _rules.SelectMany(rule => rule.Idle(tree))];
        if (idle.Length == 1)
            throw new DefinitionException($"{what}: {idle[0]}. Correct it in {ImageDefinition.FileName}");
        if (idle.Length > 1)
            throw new DefinitionException(
                $"{what}: {idle.Length} exclude patterns match nothing; remove or correct them "
                    + $"in {ImageDefinition.FileName}:\n{string.Join('\n', idle)}"
            );
    }

    private bool TakesOut(LayerEntry entry)
    {
        bool takes = false;
        // Every rule is asked, for each remembers what it was good for.
        foreach (FilterRule rule in _rules)
            takes |= rule.TakesOut(entry);
        return takes;
    }

    /// <summary>The first link that stays of a file that does not becomes the file, and later ones link to it.</summary>
    private static LayerEntry Inherit(LayerEntry link, Dictionary<string, LayerEntry> gone, Dictionary<string, string> heirs)
    {
        if (!gone.TryGetValue(link.LinkTarget!, out LayerEntry? file))
            return link;
        return heirs.TryAdd(file.Path, link.Path) ? file with { Path = link.Path } : link with { LinkTarget = heirs[file.Path] };
    }
}
