using Slipway.Rehearsal;

namespace Slipway.StandIns;

/// <summary>The connection breaks, as TCP tells it: by a reset.</summary>
internal sealed class ConnectionCutException() : IOException("the connection was cut on purpose");

internal sealed record ResetFault : Fault
{
    internal override Task HappenAsync(HttpExchange exchange) => throw new ConnectionCutException();
}

/// <summary>The end-point gets the first bytes of the body; its answer, if it has one, gets nowhere.</summary>
internal sealed record CutFault(long Bytes) : Fault
{
    public override bool AppliesTo(RehearsalRequest request) => Bytes == long.MaxValue || request.Method is "PATCH" or "PUT" or "POST";

    internal override async Task HappenAsync(HttpExchange exchange)
    {
        exchange.Context.Request.Body = new CutStream(exchange.Context.Request.Body, Bytes);
        exchange.Context.Response.Body = Stream.Null;
        await exchange.RespondAsync();
        throw new ConnectionCutException();
    }
}

/// <summary>The end-point answers; of its header the first half goes out.</summary>
internal sealed record HeaderFault : Fault
{
    internal override async Task HappenAsync(HttpExchange exchange)
    {
        exchange.Context.Response.Body = Stream.Null;
        await exchange.RespondAsync();
        await new RawResponse(exchange.Context).SendHalfOfHeaderAsync();
        throw new ConnectionCutException();
    }
}

/// <summary>The end-point answers; of the body the first bytes go out, half of it when no number is given.</summary>
internal sealed record TruncationFault(long? Bytes) : Fault
{
    internal override async Task HappenAsync(HttpExchange exchange)
    {
        exchange.Context.Response.Body = new TruncatedStream(new RawResponse(exchange.Context), Bytes);
        await exchange.RespondAsync();
        throw new ConnectionCutException();
    }
}
