using System.Collections.Immutable;
using Slipway.Definitions;
using Slipway.Oci;
using Slipway.Release;
using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.Workflows;

/// <summary>Checks the local layouts; what a reference names is checked by <see cref="ReferenceVerifier"/>.</summary>
/// <param name="policy">What an image of ours must be.</param>
internal sealed class VerifyWorkflow(Func<ImageDefinition, ReleasePolicy> policy)
{
    /// <summary>
    /// What was rehearsed, by the keys that rehearsals left beside it: that says that it is whole, and not who made it. Nothing but a
    /// rehearsal passes.
    /// </summary>
    /// <param name="rehearsal">Where it is.</param>
    /// <param name="folder">Where layers are unpacked to be compared with the SBOM; null leaves that out.</param>
    public static VerifyWorkflow OfRehearsals(Workspace rehearsal, string? folder) =>
        new(definition => ReleasePolicy.RequireRehearsal(KeyOf(rehearsal, definition.Name)) with { Folder = folder });

    private static VerificationKey KeyOf(Workspace rehearsal, string image)
    {
        string key = Path.Combine(rehearsal.Assets(image), VerifyCommands.KeyName);
        NextCommand rehearse = new("Rehearse") { Image = image };
        return File.Exists(key)
            ? VerificationKey.Parse(File.ReadAllText(key), key)
            : throw rehearse.After(
                new WorkflowException($"{image}: {key}: there is no rehearsal. Run {rehearse}", FailureKind.Unavailable)
            );
    }

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
