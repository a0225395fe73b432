using System.Text.RegularExpressions;

namespace Slipway.Graph;

/// <summary>
/// A pattern of tags as the command line takes it: a tag in which <c>*</c> stands for any text, <c>?</c> for one character.
/// </summary>
internal static class TagFilter
{
    /// <param name="pattern">Null lets every tag pass.</param>
    /// <exception cref="FormatException">It holds what no tag does.</exception>
    public static Func<string, bool> Parse(string? pattern)
    {
        if (pattern is null)
            return _ => true;
        if (!Regex.IsMatch(pattern, @"^[a-zA-Z0-9_.*?-]{1,128}\z", RegexOptions.NonBacktracking))
            throw new FormatException($"--tags '{pattern}': wanted a tag, with * for any text and ? for one character");
        string expression = Regex
            .Escape(pattern)
            .Replace("\\*", ".*", StringComparison.Ordinal)
            .Replace("\\?", ".", StringComparison.Ordinal);
        return new Regex($@"^{expression}\z", RegexOptions.NonBacktracking).IsMatch;
    }
}
