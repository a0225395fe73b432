using System.Collections.Immutable;
using Slipway.Definitions;
using Slipway.Verification;

namespace Slipway.Workflows;

/// <summary>Checks the local layouts; what a reference names is checked by <see cref="ReferenceVerifier"/>.</summary>
/// <param name="policy">What an image of ours must be.</param>
internal sealed class VerifyWorkflow(Func<ImageDefinition, ReleasePolicy> policy)
{
    /// <summary>Checks the local layouts, whose only name is the definition's version: no tag, so they claim nothing.</summary>
    public async Task<ReleaseVerdict> LayoutsAsync(
        Workspace workspace,
        IEnumerable<ImageDefinition> definitions,
        CancellationToken cancellationToken
    )
    {
        var places = ImmutableArray.CreateBuilder<PlaceVerdict>();
        foreach (ImageDefinition definition in definitions)
        {
            ReleaseVerifier verifier = new(policy(definition) with { Claims = TagClaims.None });
            places.Add(await verifier.VerifyAsync(workspace.ReleaseOf(definition), cancellationToken));
        }

        return new ReleaseVerdict(places.ToImmutable());
    }
}
