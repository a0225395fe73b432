namespace Slipway.Http;

/// <summary>
/// The media type that a response is sent as (RFC 9110, section 8.3): without parameters and in lower case, as media types compare. The
/// field is read as it came: a parameter that breaks the grammar does not take the type away.
/// </summary>
public static class ContentType
{
    /// <summary>Null when the response has none.</summary>
    public static string? Of(HttpResponseMessage response)
    {
        ArgumentNullException.ThrowIfNull(response);
        if (!response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var values))
            return null;
        string type = values.ToString().Split(';')[0].Trim().ToLowerInvariant();
        return type.Length > 0 ? type : null;
    }

    /// <summary>
    /// Whether a type says nothing of what is sent, but that it is text, bytes or JSON: what file servers and caches send with anything. In
    /// lower case, as <see cref="Of"/> gives it.
    /// </summary>
    public static bool IsGeneral(string type) =>
        type is "text/plain" or "application/json" or "application/octet-stream" or "binary/octet-stream";

    /// <summary>Whether two media types without parameters are the same.</summary>
    public static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
