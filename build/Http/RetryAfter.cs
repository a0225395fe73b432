using System.Globalization;

namespace Slipway.Http;

/// <summary>What a server's answer says about coming back (RFC 9110, section 10.2.3).</summary>
public static class RetryAfter
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(365);

    /// <summary>
    /// How long the server asks to be left alone; null when it asks for nothing, for a moment that is past, or for nonsense: then our own
    /// wait holds. By the server's own clock where it tells it: ours may be another.
    /// </summary>
    /// <param name="now">Our time, where the response does not tell its own.</param>
    public static TimeSpan? Of(HttpResponseMessage? response, DateTimeOffset now)
    {
        TimeSpan? asked = response?.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - (response.Headers.Date ?? now),
            _ => null,
        };
        return asked is not { } wait || wait <= TimeSpan.Zero ? null
            : wait < Longest ? wait
            : Longest;
    }

    /// <summary>In words for people: for how long, and until when.</summary>
    public static string Tell(TimeSpan asked, DateTimeOffset now) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"it asks to come back in {asked.TotalSeconds:0} s, at {(now + asked).UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}"
        );
}
