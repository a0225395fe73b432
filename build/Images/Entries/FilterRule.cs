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
            yield return $"{use.Pattern.Place}: pattern {use.Pattern} keeps nothing that the 'paths' beside it match";
    }
}

/// <summary>A pattern on one platform, and what it was good for so far.</summary>
internal sealed class PatternUse(PathPattern pattern, Platform platform)
{
    private readonly HashSet<string> _directories = new(StringComparer.Ordinal);
    private bool _onlyKept;

    public PathPattern Pattern => pattern;

    public PathMatcher Matcher { get; } = pattern.For(platform);

    public bool IsUsed { get; set; }

    /// <summary>Notes an entry that the pattern means.</summary>
    /// <param name="entry">Of a package.</param>
    /// <param name="kept">Whether it stays all the same.</param>
    public void Note(LayerEntry entry, bool kept)
    {
        if (IsUsed)
            return;
        if (kept)
            _onlyKept = true;
        else if (entry.Kind == LayerEntryKind.Directory)
            _directories.Add(entry.Path);
        else
            IsUsed = true;
    }

    /// <summary>
    /// Whether something is left out because of the pattern, now that all layers are laid. A directory counts when it is gone in the end.
    /// </summary>
    public bool TookOut(ImageTree tree) => IsUsed || _directories.Any(path => !tree.Has(path));

    /// <summary>Why nothing is.</summary>
    public string WhyIdle(ImageTree tree)
    {
        if (_directories.FirstOrDefault(tree.Has) is { } directory)
            return $"matches only directories that hold something that stays, such as /{directory}; end it with /** to match their content";
        if (_onlyKept)
            return "matches only what 'except' keeps";
        string merged = "/" + MergedUsr.Resolve(pattern.Text[1..]);
        return "matches nothing in any package" + (merged == pattern.Text ? "" : $"; in merged /usr it is {merged}");
    }
}
