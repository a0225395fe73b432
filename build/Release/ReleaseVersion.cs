using System.Globalization;
using System.Text.RegularExpressions;

namespace Slipway.Release;

/// <summary>
/// The version that a release is called by, <c>v1.36.4</c>, <c>v1.37.0-rc.1</c> or <c>v1.36.4-r2</c>, in the order of releases: a
/// pre-release before what it leads to, a rebuild after what it rebuilds.
/// </summary>
public sealed partial record ReleaseVersion : IComparable<ReleaseVersion>
{
    private static readonly string[] Stages = ["alpha", "beta", "rc", ""];

    private readonly (int Major, int Minor, int Patch, int Stage, int Step, int Rebuild) _rank;

    private ReleaseVersion(string text, (int, int, int, int, int, int) rank) => (Text, _rank) = (text, rank);

    public string Text { get; }

    /// <summary>Whether it leads to a version and is none.</summary>
    public bool IsPrerelease => _rank.Stage < Stages.Length - 1;

    /// <summary>Null when it is no such version.</summary>
    public static ReleaseVersion? Find(string text)
    {
        Match match = Grammar().Match(text);
        return match.Success
            ? new ReleaseVersion(text, (Number(match, "major"), Number(match, "minor"), Number(match, "patch"), Array.IndexOf(Stages, match.Groups["stage"].Value), Number(match, "step"), Number(match, "rebuild")))
            : null;
    }

    public int CompareTo(ReleaseVersion? other) => other is null ? 1 : _rank.CompareTo(other._rank);

    public static bool operator <(ReleaseVersion left, ReleaseVersion right) => Comparer<ReleaseVersion>.Default.Compare(left, right) < 0;

    public static bool operator >(ReleaseVersion left, ReleaseVersion right) => right < left;

    public static bool operator <=(ReleaseVersion left, ReleaseVersion right) => !(right < left);

    public static bool operator >=(ReleaseVersion left, ReleaseVersion right) => !(left < right);

    public override string ToString() => Text;

    private static int Number(Match match, string group) =>
        match.Groups[group] is { Success: true } found ? int.Parse(found.ValueSpan, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@"^v(?<major>[0-9]{1,6})\.(?<minor>[0-9]{1,6})\.(?<patch>[0-9]{1,6})(-(?<stage>alpha|beta|rc)\.(?<step>[0-9]{1,6}))?(-r(?<rebuild>[0-9]{1,6}))?\z")]
    private static partial Regex Grammar();
}
