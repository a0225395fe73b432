namespace Slipway.Debian;

/// <summary>
/// Finds what must be installed for some packages to work: they and everything they need by Depends and Pre-Depends
/// (Debian policy 7.2), nothing that is only recommended. The order of the wanted names within a group does not matter.
/// </summary>
public sealed class DependencyResolver
{
    private readonly PackageCandidates _candidates;
    private readonly OmittedPackages _without;

    /// <inheritdoc cref="DependencyResolver(IReadOnlyList{PackageIndex}, IEnumerable{string})"/>
    public DependencyResolver(IReadOnlyList<PackageIndex> suites)
        : this(suites, []) { }

    /// <param name="suites">One index per suite, all for the same architecture; the newest version across them counts.</param>
    /// <param name="without">
    /// Packages that count as there already: what needs them does without, and none of them is taken, Essential or not.
    /// </param>
    public DependencyResolver(IReadOnlyList<PackageIndex> suites, IEnumerable<string> without)
    {
        _candidates = new PackageCandidates(suites);
        _without = new OmittedPackages(_candidates, without);
    }

    /// <inheritdoc cref="Resolve(IReadOnlyList{IReadOnlyList{string}}, bool)"/>
    public Resolution Resolve(IReadOnlyList<string> wanted, bool withEssential) => Resolve([wanted], withEssential);

    /// <summary>
    /// The closure of all groups together, each package with the first group that needs it. Of alternatives the first
    /// that can be met is taken, unless another is there already.
    /// </summary>
    /// <param name="wantedGroups">Package names; what a later group shares with an earlier one belongs to the earlier.</param>
    /// <param name="withEssential">Whether all packages marked <c>Essential: yes</c> belong to the first group.</param>
    /// <exception cref="ResolutionException">Something is missing, of a wrong version, or conflicts; says the chain.</exception>
    public Resolution Resolve(IReadOnlyList<IReadOnlyList<string>> wantedGroups, bool withEssential)
    {
        ArgumentNullException.ThrowIfNull(wantedGroups);
        List<List<DebianPackage>> groups = [.. wantedGroups.Select(group => group.Select(Wanted).ToList())];
        if (withEssential && groups.Count == 0)
            groups.Add([]);
        if (withEssential)
            groups[0].AddRange(_candidates.Essential().Where(package => !_without.Has(package.Name)));

        DependencyClosure closure = new(_candidates, _without);
        closure.Add(groups.SelectMany(group => group));
        Dictionary<string, ResolvedPackage> resolved = new(StringComparer.Ordinal);
        for (int i = 0; i < groups.Count; i++)
        {
            foreach (DebianPackage package in closure.Reach(groups[i], resolved.ContainsKey))
                resolved.Add(package.Name, new ResolvedPackage(package, i));
        }

        return new Resolution
        {
            Architecture = _candidates.Architecture,
            Packages = [.. resolved.Values.OrderBy(package => package.Package.Name, StringComparer.Ordinal)],
            Without = Missed(closure, resolved.Values, withEssential),
        };
    }

    /// <summary>These packages without what they need: for what is taken out of them. What is done without can be had here.</summary>
    /// <param name="names">Each once.</param>
    /// <exception cref="ResolutionException">No suite has one of them.</exception>
    public Resolution Alone(IEnumerable<string> names) =>
        new()
        {
            Architecture = _candidates.Architecture,
            Packages = [.. names.Order(StringComparer.Ordinal).Select(name => new ResolvedPackage(Newest(name), 0))],
        };

    private IReadOnlyList<string> Missed(DependencyClosure closure, IEnumerable<ResolvedPackage> resolved, bool withEssential)
    {
        IEnumerable<string> essential = withEssential ? _candidates.Essential().Select(package => package.Name).Where(_without.Has) : [];
        return [.. closure.Missed(resolved.Select(package => package.Package)).Concat(essential).Distinct().Order(StringComparer.Ordinal)];
    }

    private DebianPackage Wanted(string name) =>
        _without.Has(name)
            ? throw new ResolutionException($"{_candidates.Architecture}: package {name} is both wanted and excluded by 'without'")
            : Newest(name);

    private DebianPackage Newest(string name)
    {
        if (_candidates.Find(name) is { } package)
            return package;
        string[] providers = [.. _candidates.Meeting(new PackageRelation { Name = name }).Select(provider => provider.Name)];
        string next = providers.Length == 0 ? "" : $"; name one of its providers: {string.Join(", ", providers)}";
        throw new ResolutionException(
            $"{_candidates.Architecture}: wanted package {name}: none of the suites {_candidates.SuiteNames} has it{next}"
        );
    }
}
