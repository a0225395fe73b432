using Slipway.Definitions;
using Slipway.Oci;

namespace Slipway.Images;

/// <summary>One <see cref="Exclusion"/> on one platform, and what its patterns were good for so far.</summary>
internal sealed class FilterRule(Exclusion exclusion, Platform platform)
{
    private readonly PatternUse[] _paths = [.. exclusion.Paths.Select(pattern => new PatternUse(pattern, platform))];
    private readonly PatternUse[] _except = [.. exclusion.Except.Select(pattern => new PatternUse(pattern, platform))];

    /// <summary>Whether an entry of a package is to be left out; a directory only if nothing beneath it stays.</summary>
    public bool TakesOut(LayerEntry entry)
    {
        // Every pattern is asked, for each must be good for something by itself.
        List<PatternUse>? meaning = null;
        foreach (PatternUse use in _paths)
        {
            if (use.Matcher.Matches(entry.Path))
                (meaning ??= []).Add(use);
        }

        if (meaning is null)
            return false;
        bool kept = false;
        foreach (PatternUse use in _except)
        {
            if (use.Matcher.Matches(entry.Path))
                kept = use.IsUsed = true;
        }

        foreach (PatternUse use in meaning)
            use.Note(entry, kept);
        return !kept;
    }

    /// <summary>What to say of each pattern that matched nothing, when all layers are laid.</summary>
    public IEnumerable<string> Idle(ImageTree tree)
    {
        foreach (PatternUse use in _paths.Where(use => !use.TookOut(tree)))
            yield return $"{use.Pattern.Place}: pattern {use.Pattern} {use.WhyIdle(tree)}";
        foreach (PatternUse use in _except.Where(use => !use.IsUsed))
            yield return $"{use.Pattern.Place}: pattern {use.Pattern} keeps nothing of what the 'paths' beside it mean";
    }
}
