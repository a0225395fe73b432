using Slipway.Rehearsal;

namespace Slipway.StandIns;

/// <summary>Makes requests to a rehearsal registry go wrong.</summary>
public static class FaultInjection
{
    /// <summary>The same registry with faults, and without those that it had.</summary>
    /// <param name="faults">Asked before each request is handled; what it returns happens to it. Called concurrently.</param>
    public static RehearsalOptions WithFaults(this RehearsalOptions options, Func<RehearsalRequest, Fault?> faults) =>
        options with
        {
            Interceptor = exchange => faults(exchange.Request) is { } fault ? InjectAsync(exchange, fault) : exchange.RespondAsync(),
        };

    /// <summary>Whether it is about a part of the path such as <c>/manifests/</c>.</summary>
    internal static bool Concerns(this RehearsalRequest request, string part) => request.Path.Contains(part, StringComparison.Ordinal);

    /// <summary>Whether its query has a parameter.</summary>
    internal static bool HasQuery(this RehearsalRequest request, string parameter) =>
        request.Query.Contains('?' + parameter + '=', StringComparison.Ordinal)
        || request.Query.Contains('&' + parameter + '=', StringComparison.Ordinal);

    private static async Task InjectAsync(HttpExchange exchange, Fault fault)
    {
        byte[] buffer = new byte[16 * 1024];
        long left = fault.AfterBytes;
        int count;
        while (
            left > 0 && (count = await exchange.Context.Request.Body.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)))) > 0
        )
            left -= count;
        await fault.HappenAsync(exchange);
    }
}
