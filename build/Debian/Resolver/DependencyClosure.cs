using System.Runtime.CompilerServices;

namespace Slipway.Debian;

/// <summary>
/// Packages that grow until every dependency is met, decided in the order in which apt decides (docs/decisions/0006):
/// all that is wanted first, then need by need and depth first; of alternatives the first that can be had with all that it
/// needs in turn. What is wanted, and what it leaves no choice about, is firm: all else gives way to it.
/// </summary>
internal sealed class DependencyClosure
{
    private readonly PackageCandidates _candidates;
    private readonly OmittedPackages _without;
    private readonly ResolutionSelection _selection = new();
    private readonly HashSet<string> _firm = new(StringComparer.Ordinal);
    private readonly HashSet<string> _open = new(StringComparer.Ordinal);
    private readonly ResolutionRefusals _refusals;

    /// <param name="candidates">What there is.</param>
    /// <param name="without">What counts as met and is not taken.</param>
    public DependencyClosure(PackageCandidates candidates, OmittedPackages without)
    {
        _candidates = candidates;
        _without = without;
        _refusals = new ResolutionRefusals(candidates);
    }

    /// <summary>Adds packages and everything they need; once only.</summary>
    /// <exception cref="ResolutionException">It cannot be done; says the chain.</exception>
    public void Add(IEnumerable<DebianPackage> packages)
    {
        List<DebianPackage> wanted =
        [
            .. packages.DistinctBy(package => package.Name).OrderBy(package => package.Name, StringComparer.Ordinal),
        ];
        foreach (DebianPackage package in wanted)
        {
            _firm.Add(package.Name);
            _selection.Add(package, asker: null);
        }

        RequireTogether(wanted);
        foreach (DebianPackage package in wanted)
            Take(package, asker: null);
        Mend();
    }

    /// <summary>
    /// Everything that some packages need, themselves included, without what is excluded. What was tried and is not needed
    /// after all is not among it; of several packages that meet one need all are.
    /// </summary>
    public IReadOnlyCollection<DebianPackage> Reach(IEnumerable<DebianPackage> packages, Func<string, bool> excluded)
    {
        Dictionary<string, DebianPackage> reached = new(StringComparer.Ordinal);
        Stack<DebianPackage> left = new(packages);
        while (left.TryPop(out DebianPackage? package))
        {
            if (excluded(package.Name) || !reached.TryAdd(package.Name, package))
                continue;
            foreach (IReadOnlyList<PackageRelation> need in package.Needs)
            {
                foreach (DebianPackage met in _selection.AllMeeting(need))
                    left.Push(met);
            }
        }

        return reached.Values;
    }

    /// <summary>
    /// The packages done without that some packages would need: by each need that nothing selected meets, the one that does.
    /// </summary>
    public IEnumerable<string> Missed(IEnumerable<DebianPackage> packages) =>
        packages
            .SelectMany(package => package.Needs)
            .Where(need => _selection.Meeting(need) is null)
            .Select(_without.FirstMeeting)
            .OfType<string>();

    private void RequireTogether(List<DebianPackage> wanted)
    {
        foreach (DebianPackage package in wanted)
        {
            if (_selection.Excluding(package).FirstOrDefault() is { } other)
                throw _refusals.Conflict(_selection, package, other);
        }
    }

    /// <summary>Whether a package, with all it needs, could be selected. If not it is as it was, or refused for good.</summary>
    private bool Take(DebianPackage package, DebianPackage? asker)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw new ResolutionException($"{_candidates.Architecture}: {package.Name}: the dependencies are nested too deep");
        bool firm = _firm.Contains(package.Name);
        if (_refusals.Has(package))
            return false;
        if (_open.Contains(package.Name) || (_selection.Has(package) && !firm))
            return true;
        if (package.Needs.FirstOrDefault(need => !IsMet(need) && !Options(need).Any()) is { } hopeless)
        {
            _selection.Add(package, asker);
            return Fail(package, hopeless, firm);
        }

        if (!MakeRoom(package, asker, firm))
            return false;

        _selection.Add(package, asker);
        _open.Add(package.Name);
        try
        {
            return package.Needs.All(need => firm ? Secure(package, need) : Meet(package, need, firm));
        }
        finally
        {
            _open.Remove(package.Name);
        }
    }

    /// <summary>What a firm package leaves no choice about becomes firm itself, and goes first when it excludes others.</summary>
    private bool Secure(DebianPackage package, IReadOnlyList<PackageRelation> need)
    {
        if (!IsMet(need))
            return Meet(package, need, firm: true);
        return _without.Meets(need)
            || OnlyOption(need) is not { } only
            || _open.Contains(only.Name)
            || !_firm.Add(only.Name)
            || Take(only, package);
    }

    private bool Meet(DebianPackage package, IReadOnlyList<PackageRelation> need, bool firm)
    {
        if (IsMet(need))
            return true;
        if (firm && OnlyOption(need) is { } only)
            _firm.Add(only.Name);
        return Options(need).Any(option => Take(option, package)) || Fail(package, need, firm);
    }

    /// <summary>What could meet a need, the preferred first. Looked for one by one: the first often does.</summary>
    private IEnumerable<DebianPackage> Options(IReadOnlyList<PackageRelation> need) =>
        need.SelectMany(_candidates.Meeting).Where(package => !_refusals.Has(package)).DistinctBy(package => package.Name);

    private DebianPackage? OnlyOption(IReadOnlyList<PackageRelation> need) => Options(need).Take(2).ToArray() is [{ } only] ? only : null;

    /// <summary>What is not firm passes when it excludes something; what is firm pushes out what is not.</summary>
    private bool MakeRoom(DebianPackage package, DebianPackage? asker, bool firm)
    {
        foreach (DebianPackage other in _selection.Excluding(package).ToList())
        {
            if (!firm)
            {
                _refusals.Note(package, other);
                return false;
            }

            if (_firm.Contains(other.Name) || _open.Contains(other.Name))
            {
                _selection.Add(package, asker);
                throw _refusals.Conflict(_selection, package, other);
            }

            _selection.Remove(other);
            _refusals.Add(other, package);
        }

        if (firm)
            _refusals.AddAll(_candidates.ExcludedBy(package).Where(other => !_selection.Has(other)), package);
        return true;
    }

    private bool Fail(DebianPackage package, IReadOnlyList<PackageRelation> need, bool firm)
    {
        if (firm)
            throw _refusals.Unmet(_selection, package, need);
        _selection.Remove(package);
        _refusals.Add(package, need);
        return false;
    }

    /// <summary>Meets again what was met by packages that had to go. Ends, for what was refused never comes back.</summary>
    private void Mend()
    {
        while (_selection.Packages.FirstOrDefault(IsBroken) is { } broken)
        {
            IReadOnlyList<PackageRelation> need = broken.Needs.First(need => !IsMet(need));
            Meet(broken, need, _firm.Contains(broken.Name));
        }
    }

    private bool IsBroken(DebianPackage package) => !package.Needs.All(IsMet);

    private bool IsMet(IReadOnlyList<PackageRelation> need) => _selection.Meeting(need) is not null || _without.Meets(need);
}
