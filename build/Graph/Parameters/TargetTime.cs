using System.Globalization;
using System.Text.RegularExpressions;

namespace Slipway.Graph;

/// <summary>How long something may take, as the command line writes it: <c>90s</c>, <c>30m</c>, <c>1h30m</c>.</summary>
public static partial class TargetTime
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    /// <param name="option">Whose value it is, for the error.</param>
    /// <exception cref="FormatException">It is no duration, or none of one second to a week.</exception>
    public static TimeSpan Parse(string option, string text)
    {
        Match match = Grammar().Match(text);
        TimeSpan time = match.Success ? Part(match, "h", 3600) + Part(match, "m", 60) + Part(match, "s", 1) : TimeSpan.Zero;
        return time > TimeSpan.Zero && time <= Longest
            ? time
            : throw new FormatException($"{option} '{text}': wanted a time of 1s to 168h, as in 90s, 30m or 1h30m");
    }

    private static TimeSpan Part(Match match, string unit, int seconds) =>
        match.Groups[unit] is { Success: true } digits
            ? TimeSpan.FromSeconds(double.Parse(digits.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) * seconds)
            : TimeSpan.Zero;

    [GeneratedRegex(@"^(?:(?<h>[0-9]{1,6})h)?(?:(?<m>[0-9]{1,6})m)?(?:(?<s>[0-9]{1,6})s)?\z")]
    private static partial Regex Grammar();
}
