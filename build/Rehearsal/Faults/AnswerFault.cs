using System.Globalization;

namespace Slipway.Rehearsal;

/// <summary>An error in place of an answer.</summary>
internal sealed record AnswerFault(int Status, string? RetryAfter) : Fault
{
    internal override Task HappenAsync(HttpExchange exchange)
    {
        if (RetryAfter is not null)
            exchange.Context.Response.Headers.RetryAfter = RetryAfter;
        throw ErrorResponse.For(Status);
    }
}

/// <summary>An error with a date to come back at (RFC 9110, section 10.2.3).</summary>
internal sealed record DateFault(int Status, TimeSpan Wait) : Fault
{
    internal override Task HappenAsync(HttpExchange exchange)
    {
        DateTimeOffset date = exchange.Time.GetUtcNow() + Wait;
        exchange.Context.Response.Headers.RetryAfter = date.ToString("R", CultureInfo.InvariantCulture);
        throw ErrorResponse.For(Status);
    }
}
