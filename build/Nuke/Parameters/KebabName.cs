using System.Text;

namespace Nuke.Common.Parameters;

/// <summary>A member's name as people type it: <c>SigningKey</c> is <c>signing-key</c>, <c>SBOMFile</c> is <c>sbom-file</c>.</summary>
internal static class KebabName
{
    /// <summary>Names with a capital inside that are one word all the same.</summary>
    private static readonly string[] KnownWords = ["GitHub", "GitLab", "DotNet", "NuGet"];

    public static string Of(string name)
    {
        foreach (string word in KnownWords)
            name = name.Replace(word, word[0] + word[1..].ToLowerInvariant(), StringComparison.Ordinal);

        StringBuilder kebab = new();
        for (int i = 0; i < name.Length; i++)
        {
            bool starts =
                i > 0 && char.IsUpper(name[i]) && (!char.IsUpper(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1])));
            if (starts)
                kebab.Append('-');
            kebab.Append(char.ToLowerInvariant(name[i]));
        }

        return kebab.ToString();
    }

    /// <summary>Whether two spellings mean the same: letters and digits decide, letter case does not.</summary>
    public static bool Same(string a, string b) => Letters(a).Equals(Letters(b), StringComparison.OrdinalIgnoreCase);

    private static string Letters(string name) => string.Concat(name.Where(char.IsLetterOrDigit));
}
