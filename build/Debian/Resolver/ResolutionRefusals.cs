namespace Slipway.Debian;

/// <summary>The packages that a resolution has given up, each with why, and the words for it.</summary>
internal sealed class ResolutionRefusals(PackageCandidates candidates)
{
    private const int MostSteps = 12;

    private readonly Dictionary<string, Reason> _final = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Reason> _passed = new(StringComparer.Ordinal);

    /// <summary>Whether a package was given up for good.</summary>
    public bool Has(DebianPackage package) => _final.ContainsKey(package.Name);

    /// <summary>Gives up a package that needs what cannot be had.</summary>
    public void Add(DebianPackage package, IReadOnlyList<PackageRelation> need) => _final.TryAdd(package.Name, new Reason(need, null));

    /// <summary>Gives up a package that cannot be together with one that must be there.</summary>
    public void Add(DebianPackage package, DebianPackage other) => _final.TryAdd(package.Name, new Reason(null, other));

    /// <inheritdoc cref="Add(DebianPackage, DebianPackage)"/>
    public void AddAll(IEnumerable<DebianPackage> packages, DebianPackage other)
    {
        foreach (DebianPackage package in packages)
            Add(package, other);
    }

    /// <summary>Remembers why a package was passed over; it may still be taken when the other one is gone.</summary>
    public void Note(DebianPackage package, DebianPackage other) => _passed.TryAdd(package.Name, new Reason(null, other));

    /// <summary>A need that nothing meets, with the chain from what is wanted down to what is missing.</summary>
    public ResolutionException Unmet(ResolutionSelection selection, DebianPackage package, IReadOnlyList<PackageRelation> need)
    {
        IReadOnlyList<DebianPackage> chain = selection.ChainTo(package);
        string which = chain.Count > 1 ? ", which" : "";
        return new ResolutionException(
            $"{candidates.Architecture}: {Chain(chain)}{which} needs {string.Join(" | ", need)}, {WhyNot(need, MostSteps)}"
        );
    }

    /// <summary>Two packages that must both be there and cannot be together, with the chain to each.</summary>
    public ResolutionException Conflict(ResolutionSelection selection, DebianPackage one, DebianPackage other)
    {
        PackageRelation relation = ConflictCheck.Between(one, other)!;
        (one, other) = ConflictCheck.Of(one, other) is not null ? (one, other) : (other, one);
        string[] chains = [.. new[] { one, other }.Select(selection.ChainTo).Where(chain => chain.Count > 1).Select(Chain)];
        string because = chains.Length == 0 ? "both are wanted" : string.Join("; ", chains);
        return new ResolutionException(
            $"{candidates.Architecture}: {one.Name} {one.Version} and {other.Name} {other.Version} cannot be installed together: "
                + $"{one.Name} conflicts with {relation}; {because}"
        );
    }

    private static string Chain(IReadOnlyList<DebianPackage> chain) =>
        chain[0].Name + string.Concat(chain.Skip(1).Select((package, i) => $"{(i == 0 ? "" : ", which")} needs {package.Name}"));

    /// <summary>Why a need cannot be met, beginning with <c>which</c> or <c>where</c>.</summary>
    private string WhyNot(IReadOnlyList<PackageRelation> need, int steps)
    {
        List<DebianPackage> options = [.. need.SelectMany(candidates.Meeting).DistinctBy(package => package.Name)];
        if (options.Count == 0)
            return $"which no suite of {candidates.SuiteNames} has for {candidates.Architecture}{Newest(need)}";
        if (steps == 0)
            return "which is not installable either";
        if (options is [{ } only])
            return (need is [{ } named] && named.Name == only.Name ? "which " : $"where {only.Name} ") + Why(only, steps);
        return "where "
            + string.Join(", and ", options.Take(3).Select(option => $"{option.Name} {Why(option, steps / 2)}"))
            + (options.Count > 3 ? $", and none of {options.Count - 3} others is installable" : "");
    }

    private string Why(DebianPackage package, int steps)
    {
        Reason? reason = _final.GetValueOrDefault(package.Name) ?? _passed.GetValueOrDefault(package.Name);
        return reason switch
        {
            { Other: { } other } => $"cannot be installed with {other.Name} {other.Version}",
            { Need: { } need } => $"needs {string.Join(" | ", need)}, {WhyNot(need, steps - 1)}",
            _ => "is not installable",
        };
    }

    private string Newest(IReadOnlyList<PackageRelation> need)
    {
        IEnumerable<string> newest = need.Select(alternative => candidates.Find(alternative.Name))
            .OfType<DebianPackage>()
            .Distinct()
            .Select(found => $"{found.Name} {found.Version} ({found.Suite})");
        return string.Join(", ", newest) is { Length: > 0 } list ? $"; the newest there: {list}" : "";
    }

    private sealed record Reason(IReadOnlyList<PackageRelation>? Need, DebianPackage? Other);
}
