namespace Slipway.Debian;

/// <summary>A package of a resolution and the index of the first wanted group that needs it.</summary>
public sealed record ResolvedPackage(DebianPackage Package, int Group);

/// <summary>What must be installed on one architecture, sorted by name, one version of each package.</summary>
public sealed record Resolution
{
    /// <summary>The Debian architecture.</summary>
    public required string Architecture { get; init; }

    public required IReadOnlyList<ResolvedPackage> Packages { get; init; }

    /// <summary>
    /// The packages that would be there, had the resolution not been asked to do without them; sorted. What only they need is not among
    /// them.
    /// </summary>
    public IReadOnlyList<string> Without { get; init; } = [];

    /// <summary>
    /// Makes sure that the architectures agree: a package that several have is built from the same source version on
    /// each. A rebuild for one architecture (<c>+b1</c>) is no difference, for its source is the same.
    /// </summary>
    /// <exception cref="ResolutionException">They differ; names the packages and versions.</exception>
    public static void RequireSameVersions(IReadOnlyList<Resolution> resolutions)
    {
        ArgumentNullException.ThrowIfNull(resolutions);
        List<string> differences =
        [
            .. resolutions
                .SelectMany(resolution => resolution.Packages, (resolution, resolved) => (resolution.Architecture, resolved.Package))
                .GroupBy(pair => pair.Package.Name, StringComparer.Ordinal)
                .Where(group => group.Select(pair => (pair.Package.Source, pair.Package.SourceVersion)).Distinct().Count() > 1)
                .OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => $"{group.Key} ({string.Join(", ", group.Select(pair => $"{pair.Architecture} {pair.Package.Version}"))})"),
        ];
        if (differences.Count > 0)
        {
            throw new ResolutionException(
                $"the architectures have different versions: {string.Join("; ", differences)}; "
                    + "one architecture's build may be late: try again in a few hours, or lock at an earlier snapshot"
            );
        }
    }
}
