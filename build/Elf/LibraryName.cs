namespace Slipway.Elf;

/// <summary>
/// Names of shared libraries in the order that glibc's loader searches its cache by (_dl_cache_libcmp): digits that follow each other are
/// one number.
/// </summary>
public sealed class LibraryName : IComparer<string>
{
    public static LibraryName Order { get; } = new();

    /// <summary>Whether ldconfig takes a file of this name for a library or the loader.</summary>
    public static bool Is(string fileName) =>
        (
            fileName.StartsWith("lib", StringComparison.Ordinal)
            || fileName.StartsWith("ld-", StringComparison.Ordinal)
            || fileName.StartsWith("ld.so", StringComparison.Ordinal)
        ) && fileName.Contains(".so", StringComparison.Ordinal);

    public int Compare(string? x, string? y)
    {
        (string one, string other) = (x ?? "", y ?? "");
        (int i, int j) = (0, 0);
        while (i < one.Length)
        {
            bool otherIsDigit = j < other.Length && char.IsAsciiDigit(other[j]);
            if (char.IsAsciiDigit(one[i]) != otherIsDigit)
                return otherIsDigit ? -1 : 1;
            if (otherIsDigit)
            {
                if (Number(one, ref i).CompareTo(Number(other, ref j)) is not 0 and var difference)
                    return difference;
                continue;
            }

            if (j >= other.Length || one[i] != other[j])
                return j >= other.Length ? 1 : one[i] - other[j];
            (i, j) = (i + 1, j + 1);
        }

        return j < other.Length ? -1 : 0;
    }

    private static ulong Number(string text, ref int at)
    {
        ulong number = 0;
        for (; at < text.Length && char.IsAsciiDigit(text[at]); at++)
            number = unchecked((number * 10) + (ulong)(text[at] - '0'));
        return number;
    }
}
