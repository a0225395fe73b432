namespace Slipway.Definitions;

/// <summary>The known key that someone most likely meant.</summary>
public static class NearestKey
{
    /// <summary>
    /// The key with the fewest edits (a letter more, less or other, or two neighbours swapped; letter case aside), the first of equals;
    /// null when more than two edits, or more than a third of what was written, separate them.
    /// </summary>
    public static string? Of(string written, IEnumerable<string> known)
    {
        string? nearest = null;
        int fewest = Math.Min(2, written.Length / 3) + 1;
        foreach (string key in known.Order(StringComparer.Ordinal))
        {
            if (Edits(written.ToUpperInvariant(), key.ToUpperInvariant()) is var edits && edits < fewest)
                (nearest, fewest) = (key, edits);
        }

        return nearest;
    }

    // The distance of Damerau and Levenshtein (each pair of neighbours swapped once at most).
    private static int Edits(string one, string other)
    {
        int[,] edits = new int[one.Length + 1, other.Length + 1];
        for (int i = 0; i <= one.Length; i++)
        {
            for (int j = 0; j <= other.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    edits[i, j] = i + j;
                    continue;
                }

                int replaced = edits[i - 1, j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1);
                edits[i, j] = Math.Min(replaced, Math.Min(edits[i - 1, j], edits[i, j - 1]) + 1);
                if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1])
                    edits[i, j] = Math.Min(edits[i, j], edits[i - 2, j - 2] + 1);
            }
        }

        return edits[one.Length, other.Length];
    }
}
