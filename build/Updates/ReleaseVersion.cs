using System.Globalization;
using System.Text.RegularExpressions;
using Slipway.Oci;

namespace Slipway.Updates;

/// <summary>How far from the locked version an update may lead.</summary>
public enum VersionReach
{
    /// <summary>The same major and minor number.</summary>
    Patch,

    /// <summary>The same major number.</summary>
    Minor,

    /// <summary>Any.</summary>
    Major,
}

/// <summary>
/// An upstream version: <c>vX.Y.Z</c>, as few as one number, and perhaps a label with a number, as in <c>v1.36.0-rc.1</c> or
/// <c>v1.9.1-flannel1</c>. Ordered by the numbers; then alpha, beta and rc come before the release, any other label behind it. The text
/// stays as it was read.
/// </summary>
public sealed partial record ReleaseVersion : IComparable<ReleaseVersion>
{
    /// <summary>Of any version's text, in characters.</summary>
    public const int Longest = 64;

    private static readonly string[] Before = ["alpha", "beta", "rc"];

    private ReleaseVersion(string text, Match match)
    {
        Text = text;
        Major = Part(match, "major");
        Minor = Part(match, "minor");
        Patch = Part(match, "patch");
        Label = match.Groups["label"].Value;
        Number = Part(match, "number");
    }

    public string Text { get; }

    public int Major { get; }

    public int Minor { get; }

    public int Patch { get; }

    /// <summary><c>1.36</c>: what upstream supports as one.</summary>
    public string MinorName => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}");

    /// <summary>Whether it comes before a release.</summary>
    public bool IsPreRelease => Before.Contains(Label);

    private string Label { get; }

    private int Number { get; }

    /// <exception cref="ContentException">The text is no version.</exception>
    public static ReleaseVersion Parse(string text) =>
        TryParse(text) ?? throw new ContentException($"version '{text[..Math.Min(text.Length, Longest)]}': wanted vX.Y.Z");

    /// <summary>Null when the text is no version.</summary>
    public static ReleaseVersion? TryParse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length <= Longest && Grammar().Match(text) is { Success: true } match ? new ReleaseVersion(text, match) : null;
    }

    /// <summary>Whether it may take the place of another by itself: of the same kind of label, no pre-release, near enough.</summary>
    public bool MayFollow(ReleaseVersion other, VersionReach reach)
    {
        ArgumentNullException.ThrowIfNull(other);
        string line = other.IsPreRelease ? "" : other.Label;
        return !IsPreRelease
            && Label == line
            && reach switch
            {
                VersionReach.Patch => (Major, Minor) == (other.Major, other.Minor),
                VersionReach.Minor => Major == other.Major,
                _ => true,
            };
    }

    public int CompareTo(ReleaseVersion? other) => other is null ? 1 : Key.CompareTo(other.Key);

    public bool Equals(ReleaseVersion? other) => other is not null && Text == other.Text;

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Text);

    public override string ToString() => Text;

    public static bool operator <(ReleaseVersion left, ReleaseVersion right) => left.CompareTo(right) < 0;

    public static bool operator >(ReleaseVersion left, ReleaseVersion right) => left.CompareTo(right) > 0;

    public static bool operator <=(ReleaseVersion left, ReleaseVersion right) => left.CompareTo(right) <= 0;

    public static bool operator >=(ReleaseVersion left, ReleaseVersion right) => left.CompareTo(right) >= 0;

    private (int, int, int, int, int) Key =>
        (
            Major,
            Minor,
            Patch,
            Label.Length == 0 ? Before.Length
            : IsPreRelease ? Array.IndexOf(Before, Label)
            : Before.Length + 1,
            Number
        );

    private static int Part(Match match, string name) =>
        match.Groups[name].Success ? int.Parse(match.Groups[name].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(
        @"^v(?<major>[0-9]{1,9})(\.(?<minor>[0-9]{1,9})(\.(?<patch>[0-9]{1,9}))?)?(-(?<label>[a-z]+)\.?(?<number>[0-9]{1,9})?)?\z",
        RegexOptions.ExplicitCapture
    )]
    private static partial Regex Grammar();
}
