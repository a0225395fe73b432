using System.Net;
using System.Net.Http.Headers;

namespace Slipway.Fetching;

/// <summary>
/// From which byte on a file is wanted, and by what a server tells that it is still the same file (RFC 9110, 13.1.5 and 14).
/// </summary>
/// <param name="Offset">In bytes; 0 asks for the whole.</param>
/// <param name="Condition">What an answer of the same place said of the file; null when nothing is known that counts.</param>
internal sealed record ResumePoint(long Offset, RangeConditionHeaderValue? Condition)
{
    public static ResumePoint Start { get; } = new(0, null);

    /// <summary>What is there already and need not come again if it is still the same; null where nothing is.</summary>
    public Validators? Known { get; init; }

    public void AddTo(HttpRequestMessage request)
    {
        if (Offset == 0)
        {
            Known?.AddTo(request);
            return;
        }

        request.Headers.Range = new RangeHeaderValue(Offset, null);
        request.Headers.IfRange = Condition;
    }

    /// <summary>Whether an answer gives exactly what is missing: from the offset on, to the end of the file, in one piece.</summary>
    public bool IsGivenBy(HttpResponseMessage response) =>
        Offset > 0
        && response.StatusCode == HttpStatusCode.PartialContent
        && response.Content.Headers.ContentRange is { HasRange: true, Unit: "bytes" } range
        && range.From == Offset
        && (range.Length is null || range.To == range.Length - 1)
        && (response.Content.Headers.ContentLength is not { } length || length == range.To - range.From + 1);

    /// <summary>Whether an response is one to the range, though not the wanted one: the whole is to be asked for then.</summary>
    public bool IsMissedBy(HttpResponseMessage response) =>
        Offset > 0
        && response.StatusCode is HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable
        && !IsGivenBy(response);

    /// <summary>Whether a response says that what is there already is still the same (RFC 9110, 15.4.5).</summary>
    public bool IsKnownBy(HttpResponseMessage response) =>
        Offset == 0 && Known is { IsEmpty: false } && response.StatusCode == HttpStatusCode.NotModified;

    /// <summary>
    /// A strong entity tag; else the time of modification, where it is so far back that the file cannot have changed twice in
    /// that second (RFC 9110, 8.8.2.2).
    /// </summary>
    public static RangeConditionHeaderValue? ConditionOf(HttpResponseMessage response)
    {
        if (response.Headers.ETag is { } tag)
            return tag.IsWeak ? null : new RangeConditionHeaderValue(tag);
        return response.Content.Headers.LastModified is { } modified && response.Headers.Date is { } date && modified.AddSeconds(1) <= date
            ? new RangeConditionHeaderValue(modified)
            : null;
    }
}

/// <summary>Bytes of a file from an offset on: the wanted one, or 0 where only the whole could be had. Disposes the stream.</summary>
internal sealed record OriginBody(Stream Bytes, long Offset, RangeConditionHeaderValue? Condition) : IAsyncDisposable
{
    /// <summary>What tells this state of the file from another.</summary>
    public Validators Validators { get; init; } = Validators.None;

    /// <summary>Whether there are no bytes, because what was known is still the same.</summary>
    public bool IsUnchanged { get; init; }

    public ValueTask DisposeAsync() => Bytes.DisposeAsync();
}
