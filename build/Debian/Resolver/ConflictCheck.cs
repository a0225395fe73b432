namespace Slipway.Debian;

/// <summary>Which packages cannot be together: Conflicts and Breaks (Debian policy 7.3, 7.4).</summary>
internal static class ConflictCheck
{
    /// <summary>
    /// The relation by which one of two packages excludes the other, the first one's if both do; null when they go together.
    /// </summary>
    public static PackageRelation? Between(DebianPackage one, DebianPackage other) => Of(one, other) ?? Of(other, one);

    /// <summary>The relation by which a package itself excludes another; null when it does not.</summary>
    public static PackageRelation? Of(DebianPackage package, DebianPackage other) =>
        package.Exclusions.FirstOrDefault(relation => Means(relation, package, other));

    /// <summary>A package does not exclude itself, also when it provides what it conflicts with.</summary>
    private static bool Means(PackageRelation relation, DebianPackage package, DebianPackage other) =>
        package.Name != other.Name && (other.Is(relation) || other.DoesProvide(relation));
}
