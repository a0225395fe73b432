using System.Globalization;
using System.Text;

namespace Slipway.Archives;

/// <summary>Paths inside a .deb: what they may be, and their one normal form.</summary>
public static class DebPath
{
    private const int LongestPath = 4096;

    /// <summary>Drops a leading "./" and a trailing "/". The root itself becomes "".</summary>
    /// <exception cref="FormatException">The path could lead out of the root or mean different things to different programs.</exception>
    public static string Normalise(string written)
    {
        if (written.Length is 0 or > LongestPath)
            throw new FormatException($"a path must have 1 to {LongestPath} characters, got {written.Length}");
        if (written.Any(char.IsControl))
            throw new FormatException("a path holds a control character");
        if (written.EnumerateRunes().Any(HasOtherForms))
            throw new FormatException("a path holds a combining mark or an invisible character, so another path could look the same");
        if (written.StartsWith('/'))
            throw new FormatException("a path is absolute");

        string path =
            written is "." or "./" ? ""
            : written.StartsWith("./", StringComparison.Ordinal) ? written[2..]
            : written;
        path = path.EndsWith('/') ? path[..^1] : path;
        if (path.Length == 0)
            return written is "." or "./" ? "" : throw new FormatException("a path has an empty part");
        // Backslashes are real: systemd names units "system-systemd\x2dcryptsetup.slice". They must not spell another path, though.
        if (path.StartsWith('\\') || path.Split('/', '\\').Contains(".."))
            throw new FormatException("a path leads out of the root");
        foreach (string part in path.Split('/'))
        {
            if (part is "" or ".")
                throw new FormatException("a path has an empty or \".\" part");
        }

        return path;
    }

    /// <summary>
    /// Whether a symbolic link's target climbs out of the root when its text is followed from the directory that holds the link. An
    /// absolute target starts at the image's root, as it does for every program that runs in the image.
    /// </summary>
    public static bool ClimbsOut(string link, string target)
    {
        int depth = target.StartsWith('/') ? 0 : link.Count(c => c == '/');
        foreach (string part in target.Split('/'))
        {
            depth += part switch
            {
                "" or "." => 0,
                ".." => -1,
                _ => 1,
            };
            if (depth < 0)
                return true;
        }

        return false;
    }

    /// <summary>The directory that holds <paramref name="path"/>, "" for the root.</summary>
    public static string Parent(string path) => path[..Math.Max(path.LastIndexOf('/'), 0)];

    // Unicode names that differ only in form (UAX 15) look the same and are different files. The composed form needs none of these: marks
    // that combine, Hangul letters that do, the three letter-like signs that stand for a letter. Format characters are not seen at all.
    private static bool HasOtherForms(Rune rune) =>
        rune.Value is (>= 0x1100 and <= 0x11FF) or 0x2126 or 0x212A or 0x212B
        || (
            !rune.IsAscii
            && Rune.GetUnicodeCategory(rune)
                is UnicodeCategory.NonSpacingMark
                    or UnicodeCategory.SpacingCombiningMark
                    or UnicodeCategory.EnclosingMark
                    or UnicodeCategory.Format
        );
}
