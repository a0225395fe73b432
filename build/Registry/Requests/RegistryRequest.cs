using Slipway.Http;

namespace Slipway.Registry;

/// <summary>One request to a registry, made anew for each attempt.</summary>
/// <param name="Scope">What a token must allow: one or more scopes, with spaces between.</param>
internal sealed record RegistryRequest(HttpMethod Method, RegistryOperation Operation, string Scope)
{
    /// <summary>Where to send it; may take work of its own, such as opening an upload session.</summary>
    public required Func<CancellationToken, Task<Uri>> Target { get; init; }

    /// <summary>A fresh body; null for none.</summary>
    public Func<HttpContent>? Content { get; init; }

    /// <summary>The value of the Accept field; null for none.</summary>
    public string? Accept { get; init; }

    /// <summary>From which byte on to send it; 0 asks for all.</summary>
    public long From { get; init; }

    /// <summary>Whether it is sent once, whatever comes of it: for what its caller can do without.</summary>
    public bool IsOnce { get; init; }

    /// <summary>What the request belongs to, where one operation sends several; null for an exchange of its own.</summary>
    public Exchange? Exchange { get; init; }
}
