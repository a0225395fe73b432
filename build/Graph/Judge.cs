using System.Collections.Immutable;
using Slipway.Release;
using Slipway.Trust;

namespace Slipway.Graph;

/// <summary>Whom the command line believes about releases, and who must have built them again.</summary>
/// <param name="Reproducers">Each must say that the same came out.</param>
internal sealed record Judge(VerificationPolicy Policy, ImmutableArray<ITrustedSigner> Reproducers)
{
    public ReleaseVerifier Of(ReleaseExpectation expectation) => new(Policy, expectation with { ReproducedBy = Reproducers });
}
