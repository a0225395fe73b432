namespace Slipway.Rehearsal;

/// <summary>A request as it came in.</summary>
/// <param name="Number">Counts from 1 in the order of arrival.</param>
/// <param name="Method">In upper case.</param>
/// <param name="Path">Without query.</param>
/// <param name="HasAuthorization">Whether it carried an Authorization field.</param>
public sealed record RehearsalRequest(long Number, string Method, string Path, bool HasAuthorization);

/// <summary>What goes wrong with one request.</summary>
public sealed record Fault
{
    /// <summary>The status to answer with, with the error document of the specification; null resets the connection.</summary>
    public int? Status { get; private init; }

    /// <summary>The value of a Retry-After field; null for none.</summary>
    public string? RetryAfter { get; private init; }

    /// <summary>How many bytes of the request's body are read before it happens.</summary>
    public long AfterBytes { get; init; }

    /// <summary>Whether the end-point gets the bytes that are read, so that an upload keeps them.</summary>
    public bool IsHandled { get; private init; }

    public static Fault Answer(int status, string? retryAfter = null) => new() { Status = status, RetryAfter = retryAfter };

    public static Fault Reset { get; } = new();

    /// <summary>Handles the request with the first bytes of its body, then resets the connection.</summary>
    public static Fault Cut(long afterBytes) => new() { AfterBytes = afterBytes, IsHandled = true };

    /// <summary>Handles the whole request, then resets the connection instead of answering.</summary>
    public static Fault LostAnswer { get; } = Cut(long.MaxValue);
}
