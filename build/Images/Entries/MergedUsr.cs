namespace Slipway.Images;

/// <summary>
/// Debian's merged /usr: <c>bin</c>, <c>sbin</c>, <c>lib</c> and its kin at the top are links into <c>usr</c>, so what a
/// package ships below them belongs there (Debian policy, 10.1; base-files ships the links).
/// </summary>
internal static class MergedUsr
{
    private static readonly HashSet<string> Links = new(
        ["bin", "sbin", "lib", "lib32", "lib64", "libo32", "libx32"],
        StringComparer.Ordinal
    );

    /// <summary>Whether the path is one of the links themselves.</summary>
    public static bool IsLink(string path) => Links.Contains(path);

    /// <summary>The path with its links followed.</summary>
    public static string Resolve(string path)
    {
        int slash = path.IndexOf('/', StringComparison.Ordinal);
        return Links.Contains(slash < 0 ? path : path[..slash]) ? "usr/" + path : path;
    }
}
