using Slipway.Oci;

namespace Slipway.Debian;

/// <summary>
/// Reads relationship fields (Debian policy 7.1): groups separated by commas, each a list of alternatives separated by
/// <c>|</c>. Architecture restrictions in brackets are judged; build profiles belong to source packages and are refused.
/// </summary>
public static class RelationField
{
    /// <param name="text">The field's value; empty means no relation.</param>
    /// <param name="architecture">The Debian architecture that restrictions in brackets are judged for.</param>
    /// <returns>The groups in the field's order. Each has at least one alternative.</returns>
    /// <exception cref="ContentException">The text is no relationship field; names the bad part.</exception>
    public static IReadOnlyList<IReadOnlyList<PackageRelation>> Parse(string text, string architecture)
    {
        List<IReadOnlyList<PackageRelation>> groups = [];
        foreach (string group in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            List<PackageRelation> alternatives = [];
            foreach (string alternative in group.Split('|', StringSplitOptions.TrimEntries))
            {
                if (ParseOne(alternative, architecture) is { } relation)
                    alternatives.Add(relation);
            }

            if (alternatives.Count > 0)
                groups.Add(alternatives);
        }

        return groups;
    }

    /// <summary>One alternative; null when its brackets exclude the architecture.</summary>
    private static PackageRelation? ParseOne(string text, string architecture)
    {
        string rest = text;
        bool applies = true;
        if (rest.EndsWith(']'))
        {
            int open = rest.LastIndexOf('[');
            string[] names = open < 0 ? [] : rest[(open + 1)..^1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (names.Length == 0)
                throw Bad(text, "the architecture list is broken");
            applies = Applies(names, architecture);
            rest = rest[..open].TrimEnd();
        }

        string condition = "";
        int bracket = rest.IndexOf('(', StringComparison.Ordinal);
        if (bracket >= 0)
        {
            if (!rest.EndsWith(')'))
                throw Bad(text, "the version's bracket is not closed");
            condition = rest[(bracket + 1)..^1].Trim();
            rest = rest[..bracket].TrimEnd();
            if (condition.Length == 0)
                throw Bad(text, "the version's bracket is empty");
        }

        int colon = rest.IndexOf(':', StringComparison.Ordinal);
        PackageRelation relation = new() { Name = colon < 0 ? rest : rest[..colon], Qualifier = colon < 0 ? null : rest[(colon + 1)..] };
        if (!PackageName.IsValid(relation.Name) || (relation.Qualifier is { } qualifier && !PackageName.IsArchitecture(qualifier)))
            throw Bad(text, $"'{rest}' is not a package name");
        relation = condition.Length == 0 ? relation : WithVersion(relation, condition, text);
        return applies ? relation : null;
    }

    private static PackageRelation WithVersion(PackageRelation relation, string condition, string text)
    {
        int digits = condition.AsSpan().IndexOfAnyExcept('<', '=', '>');
        if (digits <= 0)
            throw Bad(text, $"'{condition}' is not a version with <<, <=, =, >= or >>");
        // deb-control(5): a single < or > is obsolete and means <= and >=.
        VersionOrder order = condition[..digits] switch
        {
            "<<" => VersionOrder.Earlier,
            "<=" or "<" => VersionOrder.EarlierOrEqual,
            "=" => VersionOrder.Exactly,
            ">=" or ">" => VersionOrder.LaterOrEqual,
            ">>" => VersionOrder.Later,
            _ => throw Bad(text, $"'{condition[..digits]}' is none of <<, <=, =, >=, >>"),
        };
        return DebianVersion.TryParse(condition[digits..].Trim(), out DebianVersion? version)
            ? relation with
            {
                Order = order,
                Version = version,
            }
            : throw Bad(text, $"'{condition[digits..].Trim()}' is not a version");
    }

    private static bool Applies(string[] names, string architecture)
    {
        bool negated = names[0].StartsWith('!');
        bool named = names.Any(name =>
            name.TrimStart('!') is var plain
            && (
                plain == architecture || plain is "any" or "linux-any" || plain == "any-" + architecture || plain == "linux-" + architecture
            )
        );
        return named != negated;
    }

    private static ContentException Bad(string text, string problem) => new($"relation '{text}': {problem}");
}
