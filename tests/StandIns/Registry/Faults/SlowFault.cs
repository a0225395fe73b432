using Slipway.Rehearsal;

namespace Slipway.StandIns;

/// <summary>The answer's body comes in small parts with a pause before each.</summary>
internal sealed record SlowFault(int Bytes, TimeSpan Pause) : Fault
{
    internal override Task HappenAsync(HttpExchange exchange)
    {
        exchange.Context.Response.Body = new SlowStream(exchange.Context.Response.Body, this, exchange.Time);
        return exchange.RespondAsync();
    }

    private sealed class SlowStream(Stream inner, SlowFault fault, TimeProvider time) : WriteOnlyStream
    {
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            while (buffer.Length > 0)
            {
                await Task.Delay(fault.Pause, time, cancellationToken);
                int count = Math.Min(fault.Bytes, buffer.Length);
                await inner.WriteAsync(buffer[..count], cancellationToken);
                await inner.FlushAsync(cancellationToken);
                buffer = buffer[count..];
            }
        }
    }
}
