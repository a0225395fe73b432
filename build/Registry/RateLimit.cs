using System.Globalization;
using System.Text.RegularExpressions;

namespace Slipway.Registry;

/// <summary>
/// A limit on pulling as Docker Hub tells it: <c>ratelimit-limit: 100;w=21600</c> and <c>ratelimit-remaining: 76;w=21600</c>, the
/// window in seconds.
/// </summary>
/// <param name="Limit">Pulls in a window.</param>
/// <param name="Remaining">Pulls that are left of them.</param>
/// <param name="Window">How long a window is; null when the registry does not say.</param>
public sealed partial record RateLimit(int Limit, int Remaining, TimeSpan? Window)
{
    /// <summary>What a response tells; null when it tells nothing, or nothing that can be read.</summary>
    internal static RateLimit? Of(HttpResponseMessage response)
    {
        Match limit = Field().Match(TextOf(response, "ratelimit-limit")),
            remaining = Field().Match(TextOf(response, "ratelimit-remaining"));
        if (!limit.Success || !remaining.Success)
            return null;
        TimeSpan? window = limit.Groups[2].Success ? TimeSpan.FromSeconds(NumberOf(limit.Groups[2])) : null;
        return new RateLimit(NumberOf(limit.Groups[1]), NumberOf(remaining.Groups[1]), window);
    }

    private static string TextOf(HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : "";

    private static int NumberOf(Group digits) => int.Parse(digits.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^([0-9]{1,9})(?:;w=([0-9]{1,9}))?\z")]
    private static partial Regex Field();
}
