namespace Slipway.Definitions;

/// <summary>
/// A <see cref="PathPattern"/> made ready for one platform. Most paths are told off by their first characters; the others take
/// no more steps than the product of both lengths, whatever the pattern.
/// </summary>
public sealed class PathMatcher
{
    private const string AnyParts = "**";

    private readonly string[] _parts;
    private readonly string _prefix;

    internal PathMatcher(string pattern)
    {
        _parts = pattern.Split('/');
        int wild = pattern.AsSpan().IndexOfAny('*', '?');
        // "a/**" means "a" too, so the slash before a wild part is no part of what every path begins with.
        _prefix = wild < 0 ? pattern : pattern[..wild].TrimEnd('/');
    }

    /// <param name="path">Without a leading or trailing slash, as in <c>usr/bin/mount</c>.</param>
    public bool Matches(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!path.StartsWith(_prefix, StringComparison.Ordinal))
            return false;
        int part = 0,
            at = 0,
            afterAny = -1,
            tried = 0;
        while (at <= path.Length)
        {
            if (part < _parts.Length && _parts[part] == AnyParts)
            {
                (afterAny, tried) = (++part, at);
                continue;
            }

            int end = EndOfPart(path, at);
            if (part < _parts.Length && MatchesPart(_parts[part], path.AsSpan(at, end - at)))
                (part, at) = (part + 1, end + 1);
            else if (afterAny >= 0)
                (part, at) = (afterAny, tried = EndOfPart(path, tried) + 1);
            else
                return false;
        }

        return _parts.AsSpan(part).IndexOfAnyExcept(AnyParts) < 0;
    }

    private static int EndOfPart(string path, int start) => path.IndexOf('/', start) is var slash && slash < 0 ? path.Length : slash;

    private static bool MatchesPart(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        int p = 0,
            t = 0,
            afterStar = -1,
            tried = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
                (afterStar, tried) = (++p, t);
            else if (p < pattern.Length && (pattern[p] == '?' || pattern[p] == text[t]))
                (p, t) = (p + 1, t + 1);
            else if (afterStar >= 0)
                (p, t) = (afterStar, ++tried);
            else
                return false;
        }

        return pattern[p..].IndexOfAnyExcept('*') < 0;
    }
}
