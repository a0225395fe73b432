using System.Globalization;

namespace Slipway.Oci;

/// <summary>A whole second of UTC as documents of ours write it: <c>2026-11-30T08:00:00Z</c> (RFC 3339, 5.6).</summary>
public static class UtcSecond
{
    public const string Format = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    public static string Text(DateTimeOffset time) => time.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture);

    /// <summary>Takes that form alone.</summary>
    public static bool TryParse(string? text, out DateTimeOffset time) =>
        DateTimeOffset.TryParseExact(text, Format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
}
