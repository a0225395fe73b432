namespace Slipway.Sources;

/// <summary>
/// Packages that grow until every dependency is met. What leaves no choice is taken first; choices are made after that,
/// one at a time, so that an alternative which something else needs anyway is found in place.
/// </summary>
internal sealed class DependencyClosure
{
    private readonly PackageCandidates _candidates;
    private readonly Dictionary<string, DebianPackage> _selected = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _askedBy = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<DebianPackage>> _providers = new(StringComparer.Ordinal);
    private readonly Queue<DebianPackage> _pending = new();
    private readonly Queue<(DebianPackage Package, IReadOnlyList<PackageRelation> Need)> _choices = new();

    public DependencyClosure(PackageCandidates candidates)
    {
        _candidates = candidates;
    }

    public IReadOnlyCollection<DebianPackage> Packages => _selected.Values;

    /// <summary>Adds packages and everything they need. All of them count as there before the first choice is made.</summary>
    public void Add(IEnumerable<DebianPackage> packages)
    {
        foreach (DebianPackage package in packages.OrderBy(package => package.Name, StringComparer.Ordinal))
            Select(package, askedBy: null);
        while (true)
        {
            while (_pending.TryDequeue(out DebianPackage? package))
                Follow(package);
            if (!_choices.TryDequeue(out (DebianPackage Package, IReadOnlyList<PackageRelation> Need) choice))
                return;
            if (Meets(choice.Need) is null)
                Select(Choose(choice.Need), choice.Package);
        }
    }

    /// <summary>The names of everything that some packages need, themselves included, without what is excluded.</summary>
    public IReadOnlyCollection<string> Reach(IEnumerable<DebianPackage> packages, Func<string, bool> excluded)
    {
        HashSet<string> reached = new(StringComparer.Ordinal);
        Stack<DebianPackage> left = new(packages);
        while (left.TryPop(out DebianPackage? package))
        {
            if (excluded(package.Name) || !reached.Add(package.Name))
                continue;
            foreach (IReadOnlyList<PackageRelation> need in Needs(package))
                left.Push(Meets(need)!);
        }

        return reached;
    }

    private static IEnumerable<IReadOnlyList<PackageRelation>> Needs(DebianPackage package) =>
        package.PreDepends.Concat(package.Depends);

    private void Select(DebianPackage package, DebianPackage? askedBy)
    {
        if (!_selected.TryAdd(package.Name, package))
            return;
        if (askedBy is not null)
            _askedBy.Add(package.Name, askedBy.Name);
        foreach (string name in package.Provides.Select(provided => provided.Name).Distinct())
        {
            if (!_providers.TryGetValue(name, out List<DebianPackage>? providers))
                _providers.Add(name, providers = []);
            providers.Add(package);
        }

        _pending.Enqueue(package);
    }

    private void Follow(DebianPackage package)
    {
        foreach (IReadOnlyList<PackageRelation> need in Needs(package))
        {
            if (Meets(need) is not null)
                continue;
            if (!need.Any(alternative => _candidates.Meeting(alternative).Any()))
                throw Unmet(package, need);
            if (need.Count == 1 && OnlyOne(need[0]) is { } only)
                Select(only, package);
            else
                _choices.Enqueue((package, need));
        }
    }

    /// <summary>The package that leaves no choice: the one of that name, or the single provider.</summary>
    private DebianPackage? OnlyOne(PackageRelation relation)
    {
        DebianPackage[] meeting = [.. _candidates.Meeting(relation).Take(2)];
        return meeting[0].Name == relation.Name || meeting.Length == 1 ? meeting[0] : null;
    }

    /// <summary>The selected package that meets the first alternative to be met; null when none does.</summary>
    private DebianPackage? Meets(IReadOnlyList<PackageRelation> need)
    {
        foreach (PackageRelation alternative in need)
        {
            if (_selected.TryGetValue(alternative.Name, out DebianPackage? real) && real.Is(alternative))
                return real;
            if (_providers.TryGetValue(alternative.Name, out List<DebianPackage>? providers)
                && providers.Find(provider => provider.DoesProvide(alternative)) is { } provider)
            {
                return provider;
            }
        }

        return null;
    }

    /// <summary>The first package that meets an alternative and goes with what is selected, else the first that meets one.</summary>
    private DebianPackage Choose(IReadOnlyList<PackageRelation> need)
    {
        IEnumerable<DebianPackage> meeting = need.SelectMany(_candidates.Meeting);
        return meeting.FirstOrDefault(package => _selected.Values.All(other => ConflictCheck.Between(package, other) is null))
            ?? meeting.First();
    }

    private ResolutionException Unmet(DebianPackage package, IReadOnlyList<PackageRelation> need)
    {
        IEnumerable<string> newest = need.Select(alternative => _candidates.Find(alternative.Name)).OfType<DebianPackage>()
            .Distinct().Select(found => $"{found.Name} {found.Version} ({found.Suite})");
        string has = string.Join(", ", newest) is { Length: > 0 } list ? $"; the newest there: {list}" : "";
        List<string> chain = [package.Name];
        while (_askedBy.TryGetValue(chain[0], out string? by))
            chain.Insert(0, by);
        string asked = chain.Count == 1 ? $"{package.Name} is wanted itself" : $"asked for by {string.Join(" → ", chain)}";
        return new ResolutionException(
            $"{package.Name} {package.Version} needs {string.Join(" | ", need)}, which no suite of {_candidates.SuiteNames} "
            + $"has for {_candidates.Architecture}{has}; {asked}");
    }
}
