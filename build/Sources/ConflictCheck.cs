namespace Slipway.Sources;

/// <summary>Which packages cannot be together: Conflicts and Breaks (Debian policy 7.3, 7.4).</summary>
internal static class ConflictCheck
{
    /// <exception cref="ResolutionException">Two of the packages exclude each other; names both and the relation.</exception>
    public static void Run(string architecture, IReadOnlyCollection<DebianPackage> packages)
    {
        ILookup<string, DebianPackage> byName = packages
            .SelectMany(package => package.Provides.Select(provided => provided.Name).Append(package.Name).Distinct(), (package, name) => (package, name))
            .ToLookup(pair => pair.name, pair => pair.package, StringComparer.Ordinal);
        foreach (DebianPackage package in packages.OrderBy(package => package.Name, StringComparer.Ordinal))
        {
            foreach (PackageRelation relation in package.Conflicts.Concat(package.Breaks))
            {
                if (byName[relation.Name].FirstOrDefault(other => Means(relation, package, other)) is { } other)
                {
                    throw new ResolutionException(
                        $"{architecture}: {package.Name} {package.Version} and {other.Name} {other.Version} cannot be together: "
                        + $"{package.Name} conflicts with {relation}");
                }
            }
        }
    }

    /// <summary>The relation by which one of two packages excludes the other; null when they go together.</summary>
    public static PackageRelation? Between(DebianPackage one, DebianPackage other) =>
        one.Conflicts.Concat(one.Breaks).FirstOrDefault(relation => Means(relation, one, other))
        ?? other.Conflicts.Concat(other.Breaks).FirstOrDefault(relation => Means(relation, other, one));

    /// <summary>A package does not exclude itself, also when it provides what it conflicts with.</summary>
    private static bool Means(PackageRelation relation, DebianPackage package, DebianPackage other) =>
        package.Name != other.Name && (other.Is(relation) || other.DoesProvide(relation));
}
