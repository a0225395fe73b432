using System.Globalization;
using System.Net;

namespace Slipway.GitHub;

/// <summary>
/// A limit that a request ran into (GitHub, "Rate limits for the REST API", "Exceeding the rate limit"): a 403 or 429 that names a time
/// to wait, says that nothing of the primary limit is left, or speaks of a secondary limit. Any other 403 is a refusal.
/// </summary>
/// <param name="Wait">How long it asks to be left alone.</param>
/// <param name="IsPrimary">Whether it is the count of requests in an hour.</param>
internal sealed record RateLimit(TimeSpan Wait, bool IsPrimary)
{
    /// <summary>Where it names no time, a minute, and with every further refusal twice as long.</summary>
    private static readonly TimeSpan Unnamed = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Longest = TimeSpan.FromDays(365);

    /// <param name="tries">How often it was tried by now, from 1.</param>
    /// <param name="now">Our time, where the response does not tell its own.</param>
    public static RateLimit? Of(HttpResponseMessage response, GitHubError error, int tries, DateTimeOffset now)
    {
        if (response.StatusCode is not (HttpStatusCode.Forbidden or HttpStatusCode.TooManyRequests))
            return null;
        DateTimeOffset theirs = response.Headers.Date ?? now;
        bool isUsedUp = Number(response, "x-ratelimit-remaining") == 0;
        TimeSpan? named = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - theirs,
            _ => isUsedUp && Number(response, "x-ratelimit-reset") is { } reset
                ? DateTimeOffset.FromUnixTimeSeconds(reset) - theirs + TimeSpan.FromSeconds(1)
                : null,
        };
        bool isLimit =
            named is not null
            || isUsedUp
            || response.StatusCode == HttpStatusCode.TooManyRequests
            || (error.Message?.Contains("rate limit", StringComparison.OrdinalIgnoreCase) ?? false);
        return isLimit ? new RateLimit(Bounded(named ?? (Unnamed * Math.Pow(2, Math.Min(tries, 10) - 1))), isUsedUp) : null;
    }

    private static TimeSpan Bounded(TimeSpan wait) =>
        wait < TimeSpan.Zero ? TimeSpan.Zero
        : wait < Longest ? wait
        : Longest;

    /// <summary>Ten digits at the most: the year 2286.</summary>
    private static long? Number(HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out var values)
        && values.ToString() is { Length: <= 10 } text
        && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? number
            : null;
}
