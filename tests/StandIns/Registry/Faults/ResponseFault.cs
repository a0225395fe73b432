using System.Globalization;
using Slipway.Rehearsal;

namespace Slipway.StandIns;

/// <summary>An error in place of a response.</summary>
internal sealed record ResponseFault(int Status, string? RetryAfter) : Fault
{
    internal override Task HappenAsync(HttpExchange exchange)
    {
        if (RetryAfter is not null)
            exchange.Context.Response.Headers.RetryAfter = RetryAfter;
        throw ErrorOf(Status);
    }

    /// <summary>The code that fits a status.</summary>
    internal static ErrorResponse ErrorOf(int status) =>
        new(
            status,
            status switch
            {
                401 => "UNAUTHORIZED",
                403 => "DENIED",
                404 => "MANIFEST_UNKNOWN",
                413 => "SIZE_INVALID",
                429 => "TOOMANYREQUESTS",
                503 => "UNAVAILABLE",
                >= 500 => "UNKNOWN",
                _ => "UNSUPPORTED",
            },
            "a fault was asked for"
        );
}

/// <summary>An error with a date to come back at (RFC 9110, section 10.2.3).</summary>
internal sealed record DateFault(int Status, TimeSpan Wait) : Fault
{
    internal override Task HappenAsync(HttpExchange exchange)
    {
        DateTimeOffset date = exchange.Time.GetUtcNow() + Wait;
        exchange.Context.Response.Headers.RetryAfter = date.ToString("R", CultureInfo.InvariantCulture);
        throw ResponseFault.ErrorOf(Status);
    }
}
