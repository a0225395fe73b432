using System.Net;

namespace Slipway.GitHub;

/// <summary>One request to GitHub, made anew for each attempt.</summary>
/// <param name="Place">The repository, for errors.</param>
/// <param name="Operation">What it does, for errors: <c>create draft v1.36.4</c>.</param>
internal sealed record GitHubCall(HttpMethod Method, Uri Address, string Place, string Operation)
{
    /// <summary>What GitHub recommends for all but raw content.</summary>
    public const string Json = "application/vnd.github+json";

    /// <summary>A fresh body; null for none.</summary>
    public Func<HttpContent>? Content { get; init; }

    public string Accept { get; init; } = Json;

    /// <summary>The tag of an answer that is kept (RFC 9110, section 13.1.2); null for none.</summary>
    public string? IfNoneMatch { get; init; }

    /// <summary>Whether redirects may lead to another host, which sees no token.</summary>
    public bool LeadsElsewhere { get; init; }

    /// <summary>A status beside success that the caller judges by itself.</summary>
    public HttpStatusCode? Also { get; init; }

    /// <summary>
    /// Whether doing it twice is doing it once (RFC 9110, section 9.2.2): then an unclear answer is no reason to look first. A POST may say
    /// so of itself.
    /// </summary>
    public bool IsIdempotent { get; init; } = Method != HttpMethod.Post;

    public bool Takes(HttpStatusCode status) =>
        (int)status is >= 200 and < 300 || status == Also || (status == HttpStatusCode.NotModified && IfNoneMatch is not null);

    /// <summary>What the request belongs to, where one operation sends several; null for an exchange of its own.</summary>
    public Slipway.Http.Exchange? Exchange { get; init; }
}
