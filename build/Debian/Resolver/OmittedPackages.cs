namespace Slipway.Debian;

/// <summary>
/// The packages that a resolution does without. They count as though each stood installed in its newest version, with nothing in it:
/// a need that one of them meets is met, and none of them is ever taken.
/// </summary>
internal sealed class OmittedPackages
{
    private readonly PackageCandidates _candidates;
    private readonly HashSet<string> _names;
    private readonly Dictionary<string, List<DebianPackage>> _byName = new(StringComparer.Ordinal);

    public OmittedPackages(PackageCandidates candidates, IEnumerable<string> names)
    {
        _candidates = candidates;
        _names = new HashSet<string>(names, StringComparer.Ordinal);
        foreach (DebianPackage package in _names.Select(candidates.Find).OfType<DebianPackage>())
        {
            foreach (
                string name in package.Provides.Select(provided => provided.Name).Append(package.Name).Distinct(StringComparer.Ordinal)
            )
            {
                if (!_byName.TryGetValue(name, out List<DebianPackage>? packages))
                    _byName.Add(name, packages = []);
                packages.Add(package);
            }
        }
    }

    public bool Has(string name) => _names.Contains(name);

    /// <summary>Whether one of the packages meets some alternative of a need.</summary>
    public bool Meets(IReadOnlyList<PackageRelation> need)
    {
        foreach (PackageRelation alternative in need)
        {
            if (
                _byName.TryGetValue(alternative.Name, out List<DebianPackage>? packages)
                && packages.Any(package => package.Name == alternative.Name ? package.Is(alternative) : package.DoesProvide(alternative))
            )
                return true;
        }

        return false;
    }

    /// <summary>The package that meets a need: the first of several, in the order in which candidates are looked at.</summary>
    public string? FirstMeeting(IReadOnlyList<PackageRelation> need) =>
        !Meets(need) ? null : need.SelectMany(_candidates.Meeting).Select(package => package.Name).First(_names.Contains);
}
