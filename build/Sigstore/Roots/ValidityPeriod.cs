using System.Globalization;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Sigstore;

/// <summary>
/// When a key or an authority is to be believed (sigstore_common.proto, <c>TimeRange</c>): both ends belong to it.
/// </summary>
/// <param name="End">Null where no end is known.</param>
public sealed record ValidityPeriod(DateTimeOffset Start, DateTimeOffset? End)
{
    public bool Contains(DateTimeOffset time) => Start <= time && (End is null || time <= End);

    public override string ToString() => $"{Text(Start)} to {(End is { } end ? Text(end) : "now")}";

    /// <param name="owner">Has the member <c>validFor</c>.</param>
    /// <exception cref="ContentException">It is missing, has no start, or ends before that.</exception>
    internal static ValidityPeriod Of(JsonElement owner)
    {
        JsonElement range = owner.RequiredObject("validFor");
        DateTimeOffset start = range.RequiredTime("start");
        DateTimeOffset? end = range.Find("end") is null ? null : range.RequiredTime("end");
        return end < start ? throw new ContentException("'validFor' ends before it starts") : new ValidityPeriod(start, end);
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
