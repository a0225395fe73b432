using System.Net.Http.Headers;

namespace Slipway.Fetching;

/// <summary>By what a server tells one state of a file from another (RFC 9110, 8.8).</summary>
/// <param name="EntityTag">As the header has it, weak ones with <c>W/</c>; null where there is none.</param>
/// <param name="LastModified">Null where it is not said.</param>
public sealed record Validators(string? EntityTag, DateTimeOffset? LastModified)
{
    public static Validators None { get; } = new(null, null);

    public bool IsEmpty => EntityTag is null && LastModified is null;

    internal static Validators Of(HttpResponseMessage response) =>
        new(response.Headers.ETag?.ToString(), response.Content.Headers.LastModified);

    /// <summary>Asks for the file only if it is another by now; the tag alone counts where there is one (RFC 9110, 13.1.3).</summary>
    internal void AddTo(HttpRequestMessage request)
    {
        if (EntityTag is not null && EntityTagHeaderValue.TryParse(EntityTag, out EntityTagHeaderValue? tag))
            request.Headers.IfNoneMatch.Add(tag);
        else
            request.Headers.IfModifiedSince = LastModified;
    }
}
