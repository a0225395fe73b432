namespace Nuke.Common.Parameters;

/// <summary>Finds what someone probably meant.</summary>
internal static class NearestName
{
    /// <summary>
    /// The known name with the fewest edits (insert, delete, replace, swap of neighbours), letter case aside; null when more than a third
    /// of the letters, and more than two, would have to change. Failing that, the only name that begins with what was typed.
    /// </summary>
    public static string? Of(string wanted, IEnumerable<string> known)
    {
        List<string> names = [.. known];
        var best = names
            .Select(x => (Name: x, Edits: Edits(wanted.ToUpperInvariant(), x.ToUpperInvariant())))
            .OrderBy(x => x.Edits)
            .ThenBy(x => x.Name, StringComparer.Ordinal)
            .FirstOrDefault();
        if (best.Name is not null && best.Edits <= Math.Max(2, wanted.Length / 3))
            return best.Name;
        return wanted.Length > 0 && names.Where(x => x.StartsWith(wanted, StringComparison.OrdinalIgnoreCase)).ToList() is [{ } only]
            ? only
            : null;
    }

    private static int Edits(string a, string b)
    {
        int[,] d = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
            d[i, 0] = i;
        for (int j = 0; j <= b.Length; j++)
            d[0, j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            for (int j = 1; j <= b.Length; j++)
            {
                int replace = d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                d[i, j] = Math.Min(replace, Math.Min(d[i - 1, j], d[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }

        return d[a.Length, b.Length];
    }
}
