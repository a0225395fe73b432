namespace Slipway.Debian;

/// <summary>
/// What several suites offer together for one architecture: of each package the newest version; where two suites have
/// the same one, the earlier suite's. Remembers what it parsed; not safe for concurrent use.
/// </summary>
public sealed class PackageCandidates
{
    private readonly IReadOnlyList<PackageIndex> _suites;
    private readonly Dictionary<string, DebianPackage?> _found = new(StringComparer.Ordinal);
    private readonly ProviderOrder _order;

    /// <param name="suites">At least one index, all for the same architecture.</param>
    public PackageCandidates(IReadOnlyList<PackageIndex> suites)
    {
        ArgumentNullException.ThrowIfNull(suites);
        ArgumentOutOfRangeException.ThrowIfZero(suites.Count);
        if (suites.Any(suite => suite.Architecture != suites[0].Architecture))
            throw new ArgumentException("the indexes are for several architectures", nameof(suites));
        _suites = suites;
        _order = new ProviderOrder(suites);
    }

    public string Architecture => _suites[0].Architecture;

    /// <summary>The suites' names, for errors.</summary>
    public string SuiteNames => string.Join(", ", _suites.Select(suite => suite.Suite));

    /// <summary>The newest version of a package; null when no suite has it.</summary>
    public DebianPackage? Find(string name)
    {
        if (_found.TryGetValue(name, out DebianPackage? newest))
            return newest;
        foreach (PackageIndex suite in _suites)
        {
            DebianPackage? package = suite.Find(name);
            if (package is not null && (newest is null || package.Version > newest.Version))
                newest = package;
        }

        _found.Add(name, newest);
        return newest;
    }

    /// <summary>The packages whose newest version is marked essential, by name.</summary>
    public IReadOnlyList<DebianPackage> Essential() =>
        [
            .. _suites
                .SelectMany(suite => suite.EssentialNames)
                .Distinct()
                .Order(StringComparer.Ordinal)
                .Select(name => Find(name)!)
                .Where(package => package.Essential),
        ];

    /// <summary>The packages that one excludes by its Conflicts and Breaks, in no order that means anything.</summary>
    internal IEnumerable<DebianPackage> ExcludedBy(DebianPackage package) =>
        package.Exclusions.SelectMany(relation => Named(relation).Concat(Providing(relation))).Where(other => other.Name != package.Name);

    /// <summary>
    /// The packages that meet a relation: the one of that name if it does, then those that provide it, the preferred first.
    /// Those are looked for when the enumeration comes to them.
    /// </summary>
    public IEnumerable<DebianPackage> Meeting(PackageRelation relation)
    {
        ArgumentNullException.ThrowIfNull(relation);
        return Named(relation).Concat(_order.Of(Providing(relation)));
    }

    private DebianPackage[] Named(PackageRelation relation) => Find(relation.Name) is { } real && real.Is(relation) ? [real] : [];

    private IEnumerable<DebianPackage> Providing(PackageRelation relation) =>
        _suites
            .SelectMany(suite => suite.NamesProviding(relation.Name))
            .Distinct()
            .Select(name => Find(name)!)
            .Where(package => package.Name != relation.Name && package.DoesProvide(relation));
}
