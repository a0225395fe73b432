using Slipway.Oci;

namespace Slipway.Tuf;

/// <summary>
/// A pattern of target paths (specification, 4.5, PATHPATTERN): <c>*</c> stands for any characters and <c>?</c> for one, neither for a
/// slash.
/// </summary>
internal sealed record PathPattern(string Text)
{
    /// <param name="file">Where it stands, for errors.</param>
    /// <exception cref="TufException">It has brackets or a backslash, which shells understand and this does not.</exception>
    public static PathPattern Parse(string text, string file) =>
        text.AsSpan().IndexOfAny('[', '\\') < 0
            ? new PathPattern(text)
            : throw new TufException(TufFailure.UnknownFormat, $"{file}: it has the path pattern '{Printable.Of(text)}', not known here");

    public bool Matches(string path)
    {
        string[] patterns = Text.Split('/'),
            parts = path.Split('/');
        return patterns.Length == parts.Length && patterns.Zip(parts).All(pair => Matches(pair.First, pair.Second));
    }

    /// <summary>Goes back to the last star alone, so that the work is bounded by both lengths' product.</summary>
    private static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        int at = 0,
            read = 0,
            star = -1,
            resume = 0;
        while (read < text.Length)
        {
            if (at < pattern.Length && pattern[at] == '*')
            {
                star = at++;
                resume = read;
            }
            else if (at < pattern.Length && (pattern[at] == '?' || pattern[at] == text[read]))
            {
                at++;
                read++;
            }
            else if (star >= 0)
            {
                at = star + 1;
                read = ++resume;
            }
            else
            {
                return false;
            }
        }

        return pattern[at..].Trim('*').IsEmpty;
    }
}
