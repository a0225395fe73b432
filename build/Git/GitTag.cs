using System.Globalization;
using System.Text.RegularExpressions;

namespace Slipway.Git;

/// <summary>One git tag of an image.</summary>
/// <param name="Name">As its reference has it, <c>kubelet/v1.36.4</c>.</param>
/// <param name="Commit">What it names in the end, in hex; null when that is no commit.</param>
/// <param name="OwnName">What the tag object calls itself; null when it is no object. <c>git tag NEW OLD</c> makes the two differ.</param>
public sealed partial record GitTag(string Name, string? Commit, string? OwnName)
{
    /// <summary>What the tag says after <c>IMAGE/</c>.</summary>
    public string Version => Name[(Name.IndexOf('/', StringComparison.Ordinal) + 1)..];

    /// <summary>Whether it is <c>IMAGE/vX.Y.Z</c>, perhaps with <c>-rc.N</c> and <c>-rN</c>.</summary>
    public bool IsRelease => Grammar().IsMatch(Version);

    internal static bool IsVersion(string text) => Grammar().IsMatch(text);

    /// <summary>
    /// The order of releases: by number, what comes before a release first, rebuilds last; whatever is no version before all.
    /// </summary>
    internal static int Compare(GitTag one, GitTag other)
    {
        (long[] a, long[] b) = (one.Key(), other.Key());
        int different = Enumerable.Range(0, a.Length).FirstOrDefault(i => a[i] != b[i], -1);
        return different < 0 ? string.CompareOrdinal(one.Name, other.Name) : a[different].CompareTo(b[different]);
    }

    private long[] Key()
    {
        Match match = Grammar().Match(Version);
        long Number(string group) =>
            long.TryParse(match.Groups[group].Value, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : 0;
        long stage = match.Groups["stage"].Value switch
        {
            "alpha" => 1,
            "beta" => 2,
            "rc" => 3,
            _ => 4,
        };
        return match.Success ? [1, Number("x"), Number("y"), Number("z"), stage, Number("n"), Number("r")] : new long[7];
    }

    [GeneratedRegex(@"\Av(?<x>[0-9]+)\.(?<y>[0-9]+)\.(?<z>[0-9]+)(-(?<stage>alpha|beta|rc)\.(?<n>[0-9]+))?(-r(?<r>[0-9]+))?\z")]
    private static partial Regex Grammar();
}
