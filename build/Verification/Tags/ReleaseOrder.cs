using System.Globalization;
using System.Text.RegularExpressions;

namespace Slipway.Verification;

/// <summary>
/// Which release comes after which: by version (Semantic Versioning 2.0.0, 11), then by the number behind <c>-r</c>, then by the commits
/// after it.
/// </summary>
internal sealed partial class ReleaseOrder : IComparable<ReleaseOrder>
{
    private readonly int[] _order;

    private ReleaseOrder(int[] order) => _order = order;

    /// <summary>
    /// From <c>v1.36.4</c>, <c>v1.37.0-rc.1</c>, <c>v1.36.4-r1</c>, <c>v1.36.4-2-g23228e6</c>, with or without the <c>v</c>; null for all
    /// else.
    /// </summary>
    public static ReleaseOrder? Find(string text)
    {
        if (Grammar().Match(text) is not { Success: true } match)
            return null;
        int Number(string group) =>
            match.Groups[group] is { Success: true } found ? int.Parse(found.Value, CultureInfo.InvariantCulture) : 0;
        int stage = match.Groups["stage"].Value switch
        {
            "alpha" => 0,
            "beta" => 1,
            "rc" => 2,
            _ => 3,
        };
        return new ReleaseOrder([
            Number("major"),
            Number("minor"),
            Number("patch"),
            stage,
            Number("before"),
            Number("again"),
            Number("after"),
        ]);
    }

    public int CompareTo(ReleaseOrder? other) =>
        other is null ? 1 : _order.Zip(other._order, (mine, theirs) => mine.CompareTo(theirs)).FirstOrDefault(compared => compared != 0);

    [GeneratedRegex(
        @"^v?(?<major>[0-9]{1,9})\.(?<minor>[0-9]{1,9})\.(?<patch>[0-9]{1,9})(-(?<stage>alpha|beta|rc)\.(?<before>[0-9]{1,9}))?(-r(?<again>[0-9]{1,9}))?(-(?<after>[0-9]{1,9})-g[0-9a-f]{7,40})?\z",
        RegexOptions.ExplicitCapture
    )]
    private static partial Regex Grammar();
}
