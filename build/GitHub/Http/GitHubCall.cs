namespace Slipway.GitHub;

/// <summary>One operation at GitHub: how people are told of it, and what may become of its request.</summary>
/// <param name="Place">The repository, for errors.</param>
/// <param name="Operation">What it does, for errors: <c>create draft v1.36.4</c>.</param>
internal sealed record GitHubCall(string Place, string Operation)
{
    /// <summary>What GitHub recommends for all but raw content.</summary>
    public const string Json = "application/vnd.github+json";

    /// <summary>What is asked for; all but <see cref="Json"/> comes as a stream.</summary>
    public string Accept { get; init; } = Json;

    /// <summary>Whether redirects may lead to another host, which sees no token.</summary>
    public bool LeadsElsewhere { get; init; }

    /// <summary>
    /// Whether its POST may be sent twice, since doing it twice is doing it once. Of other methods HTTP itself says so (RFC 9110, section
    /// 9.2.2).
    /// </summary>
    public bool IsIdempotent { get; init; }

    /// <summary>
    /// Is told how many bytes of a file were sent by now, from 0 again with every attempt; null where nobody wants to know.
    /// </summary>
    public Action<long>? Sent { get; init; }

    /// <summary>What the request belongs to, where one operation sends several; null for an exchange of its own.</summary>
    public Slipway.Http.Exchange? Exchange { get; init; }
}
