namespace Slipway.Sources;

/// <summary>Paths inside a .deb: what they may be, and their one normal form.</summary>
internal static class DebPath
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
        if (written.StartsWith('/'))
            throw new FormatException("a path is absolute");

        string path = written is "." or "./" ? "" : written.StartsWith("./", StringComparison.Ordinal) ? written[2..] : written;
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

    /// <summary>The directory that holds <paramref name="path"/>, "" for the root.</summary>
    public static string Parent(string path) => path[..Math.Max(path.LastIndexOf('/'), 0)];
}
