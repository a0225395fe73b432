namespace Slipway.Debian;

/// <summary>The packages that stand selected while a resolution grows, one version of each name, and who asked for each.</summary>
internal sealed class ResolutionSelection
{
    private readonly Dictionary<string, DebianPackage> _packages = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DebianPackage?> _askers = new(StringComparer.Ordinal);

    // By the name that is provided or excluded. What was taken back stays listed here, and counts again when it returns.
    private readonly Dictionary<string, List<DebianPackage>> _providers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<DebianPackage>> _excluders = new(StringComparer.Ordinal);

    public IReadOnlyCollection<DebianPackage> Packages => _packages.Values;

    public bool Has(DebianPackage package) => _packages.ContainsKey(package.Name);

    /// <summary>Selects a package; nothing when it is there already.</summary>
    public void Add(DebianPackage package, DebianPackage? asker)
    {
        if (!_packages.TryAdd(package.Name, package))
            return;
        if (!_askers.TryAdd(package.Name, asker))
        {
            _askers[package.Name] = asker;
            return;
        }

        foreach (string name in package.Provides.Select(provided => provided.Name).Distinct(StringComparer.Ordinal))
            ListOf(_providers, name).Add(package);
        foreach (string name in package.Exclusions.Select(relation => relation.Name).Distinct(StringComparer.Ordinal))
            ListOf(_excluders, name).Add(package);
    }

    /// <summary>Takes a package back.</summary>
    public void Remove(DebianPackage package) => _packages.Remove(package.Name);

    /// <summary>The selected package that meets the first alternative to be met; null when none does.</summary>
    public DebianPackage? Meeting(IReadOnlyList<PackageRelation> need)
    {
        foreach (PackageRelation alternative in need)
        {
            if (_packages.TryGetValue(alternative.Name, out DebianPackage? real) && real.Is(alternative))
                return real;
            if (Selected(_providers, alternative.Name).FirstOrDefault(provider => provider.DoesProvide(alternative)) is { } provider)
                return provider;
        }

        return null;
    }

    /// <summary>All selected packages that meet some alternative.</summary>
    public IEnumerable<DebianPackage> AllMeeting(IReadOnlyList<PackageRelation> need) =>
        need.SelectMany(alternative =>
            (_packages.TryGetValue(alternative.Name, out DebianPackage? real) && real.Is(alternative) ? new[] { real } : []).Concat(
                Selected(_providers, alternative.Name).Where(provider => provider.DoesProvide(alternative))
            )
        );

    /// <summary>What is selected and cannot be together with a package, by the relations of either.</summary>
    public IEnumerable<DebianPackage> Excluding(DebianPackage package)
    {
        IEnumerable<DebianPackage> meant = package.Exclusions.SelectMany(relation =>
            Selected(_providers, relation.Name).Concat(_packages.TryGetValue(relation.Name, out DebianPackage? real) ? [real] : [])
        );
        IEnumerable<DebianPackage> meaning = package
            .Provides.Select(provided => provided.Name)
            .Append(package.Name)
            .SelectMany(name => Selected(_excluders, name));
        return meant.Concat(meaning).Distinct().Where(other => ConflictCheck.Between(package, other) is not null);
    }

    /// <summary>The packages by which a package came in, the wanted one first and the package itself last.</summary>
    public IReadOnlyList<DebianPackage> ChainTo(DebianPackage package)
    {
        List<DebianPackage> chain = [package];
        while (_askers.GetValueOrDefault(chain[0].Name) is { } asker && !chain.Contains(asker))
            chain.Insert(0, asker);
        return chain;
    }

    private static List<DebianPackage> ListOf(Dictionary<string, List<DebianPackage>> lists, string name)
    {
        if (!lists.TryGetValue(name, out List<DebianPackage>? list))
            lists.Add(name, list = []);
        return list;
    }

    private IEnumerable<DebianPackage> Selected(Dictionary<string, List<DebianPackage>> lists, string name) =>
        lists.TryGetValue(name, out List<DebianPackage>? list) ? list.Where(Has) : [];
}
