using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Slipway.Advisories;

/// <summary>
/// A version of a Go module, ordered as Go orders them (<c>golang.org/x/mod/semver</c>, Semantic Versioning 2.0.0, 11): what stands
/// behind a plus, as <c>+incompatible</c>, does not count, so that two such texts are equal. Pseudo-versions are prereleases.
/// </summary>
public sealed partial class GoVersion : IComparable<GoVersion>, IEquatable<GoVersion>
{
    private const int LongestVersion = 256;

    private readonly string _text;
    private readonly string[] _numbers;
    private readonly string[] _prerelease;

    private GoVersion(string text, string[] numbers, string[] prerelease) => (_text, _numbers, _prerelease) = (text, numbers, prerelease);

    /// <param name="text">With or without a <c>v</c> before it; <c>1</c> and <c>1.2</c> are <c>1.0.0</c> and <c>1.2.0</c>.</param>
    public static bool TryParse(string? text, [NotNullWhen(true)] out GoVersion? version)
    {
        version = null;
        if (text is null || text.Length > LongestVersion || Grammar().Match(text) is not { Success: true } match)
            return false;
        string pre = match.Groups["pre"].Value;
        version = new GoVersion(
            text,
            [match.Groups["major"].Value, OrZero(match.Groups["minor"].Value), OrZero(match.Groups["patch"].Value)],
            pre.Length == 0 ? [] : pre.Split('.')
        );
        return true;
    }

    /// <summary>
    /// Of Go itself: <c>go1.24.4</c>, <c>1.25rc2</c>, with what experiments and distributors add behind it. Its candidates are
    /// prereleases, as Go's vulnerability database has them: <c>1.25.0-rc.2</c>.
    /// </summary>
    public static bool TryParseToolchain(string? text, [NotNullWhen(true)] out GoVersion? version)
    {
        version = null;
        if (text is null || text.Length > LongestVersion || Toolchain().Match(text) is not { Success: true } match)
            return false;
        string pre = match.Groups["kind"].Success ? $"-{match.Groups["kind"].Value}.{match.Groups["number"].Value}" : "";
        return TryParse(
            $"{match.Groups["major"].Value}.{match.Groups["minor"].Value}.{OrZero(match.Groups["patch"].Value)}{pre}",
            out version
        );
    }

    public int CompareTo(GoVersion? other)
    {
        if (other is null)
            return 1;
        for (int i = 0; i < _numbers.Length; i++)
        {
            if (CompareNumbers(_numbers[i], other._numbers[i]) is not 0 and int order)
                return order;
        }

        // A release is newer than its prereleases.
        if (_prerelease.Length == 0 || other._prerelease.Length == 0)
            return other._prerelease.Length.CompareTo(0) - _prerelease.Length.CompareTo(0);
        for (int i = 0; i < Math.Min(_prerelease.Length, other._prerelease.Length); i++)
        {
            if (CompareIdentifiers(_prerelease[i], other._prerelease[i]) is not 0 and int order)
                return order;
        }

        return _prerelease.Length.CompareTo(other._prerelease.Length);
    }

    public bool Equals(GoVersion? other) => CompareTo(other) == 0;

    public override bool Equals(object? obj) => Equals(obj as GoVersion);

    public override int GetHashCode() => string.Join('.', _numbers.Concat(_prerelease)).GetHashCode(StringComparison.Ordinal);

    public override string ToString() => _text;

    public static bool operator ==(GoVersion? left, GoVersion? right) => left is null ? right is null : left.Equals(right);

    public static bool operator !=(GoVersion? left, GoVersion? right) => !(left == right);

    public static bool operator <(GoVersion left, GoVersion right) => left.CompareTo(right) < 0;

    public static bool operator >(GoVersion left, GoVersion right) => left.CompareTo(right) > 0;

    public static bool operator <=(GoVersion left, GoVersion right) => left.CompareTo(right) <= 0;

    public static bool operator >=(GoVersion left, GoVersion right) => left.CompareTo(right) >= 0;

    private static string OrZero(string number) => number.Length == 0 ? "0" : number;

    /// <summary>Without leading zeros the longer one is the greater one, however long.</summary>
    private static int CompareNumbers(string left, string right) =>
        left.Length != right.Length ? left.Length.CompareTo(right.Length) : Math.Sign(string.CompareOrdinal(left, right));

    /// <summary>Numbers come before words.</summary>
    private static int CompareIdentifiers(string left, string right)
    {
        bool leftNumber = IsNumber(left),
            rightNumber = IsNumber(right);
        return leftNumber && rightNumber ? CompareNumbers(left, right)
            : leftNumber != rightNumber ? (leftNumber ? -1 : 1)
            : Math.Sign(string.CompareOrdinal(left, right));
    }

    private static bool IsNumber(string text) => text.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0;

    [GeneratedRegex(
        @"\Av?(?<major>0|[1-9][0-9]*)(\.(?<minor>0|[1-9][0-9]*)(\.(?<patch>0|[1-9][0-9]*)"
            + @"(-(?<pre>(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)(\.(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*))*))?"
            + @"(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?)?)?\z",
        RegexOptions.ExplicitCapture
    )]
    private static partial Regex Grammar();

    [GeneratedRegex(
        @"\A(go)?(?<major>[1-9][0-9]{0,5})\.(?<minor>0|[1-9][0-9]{0,5})(\.(?<patch>0|[1-9][0-9]{0,5}))?"
            + @"((?<kind>beta|rc)(?<number>[1-9][0-9]{0,5}))?(?=\z|[ +-])",
        RegexOptions.ExplicitCapture
    )]
    private static partial Regex Toolchain();
}
