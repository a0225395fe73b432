using Slipway.Rehearsal;

namespace Slipway.StandIns;

/// <summary>One fault around another.</summary>
internal sealed record BothFault(Fault Outer, Fault Inner) : Fault
{
    public override bool AppliesTo(RehearsalRequest request) => Outer.AppliesTo(request) || Inner.AppliesTo(request);

    internal override Task HappenAsync(HttpExchange exchange) => Outer.HappenAsync(exchange.Through(() => Inner.HappenAsync(exchange)));
}
