namespace Slipway.Debian;

/// <summary>The grammar of names in Debian's indexes (Debian policy 5.6.1, 5.6.7).</summary>
public static class PackageName
{
    /// <summary>Whether the text is a binary package's name: lower-case letters, digits, <c>+ - .</c>.</summary>
    public static bool IsValid(ReadOnlySpan<char> text)
    {
        if (text.Length < 2 || !char.IsAsciiLetterOrDigit(text[0]))
            return false;
        foreach (char c in text)
        {
            // Policy wants lower case; some virtual packages (language module names) do not keep to it.
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('+' or '-' or '.' or '_'))
                return false;
        }

        return true;
    }

    /// <summary>Whether the text can name an architecture, <c>any</c> or <c>native</c>.</summary>
    public static bool IsArchitecture(ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-')
                return false;
        }

        return !text.IsEmpty;
    }

    /// <summary>
    /// Whether the text is a plain relative path below the archive's root, safe to append to an address: no empty, dot
    /// or dot-dot part, no character that means something in an address.
    /// </summary>
    public static bool IsArchivePath(ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '+' or '-' or '_' or '~' or '/' or ':'))
                return false;
        }

        foreach (Range range in text.Split('/'))
        {
            if (text[range] is "" or "." or "..")
                return false;
        }

        // A colon in the first part would make the text an address with a scheme.
        int colon = text.IndexOf(':');
        return colon < 0 || (text.IndexOf('/') is var slash && slash >= 0 && slash < colon);
    }
}
