using System.Net;

namespace Slipway.GitHub;

/// <summary>One request to GitHub, made anew for each attempt.</summary>
/// <param name="Call">The operation that it belongs to.</param>
internal sealed record GitHubRequest(GitHubCall Call, HttpMethod Method, Uri Address)
{
    /// <summary>A fresh body; null for none.</summary>
    public Func<HttpContent>? Content { get; init; }

    /// <summary>The tag of a response that is kept (RFC 9110, section 13.1.2); null for none.</summary>
    public string? IfNoneMatch { get; init; }

    /// <summary>Whether an unclear answer is no reason to look first, before it is sent again.</summary>
    public bool IsIdempotent => Method != HttpMethod.Post || Call.IsIdempotent;

    public bool Takes(HttpStatusCode status) =>
        (int)status is >= 200 and < 300 || (status == HttpStatusCode.NotModified && IfNoneMatch is not null);
}
