using Nuke.Common;
using Slipway.Definitions;
using Slipway.Git;
using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.Graph;

/// <summary>What a release must be: one policy, made here alone, for every target that reads one.</summary>
internal sealed partial class Build
{
    [Parameter("Verify, Save, Mirror, Reproduce: refuse what is older than this version, time (2026-11-30T08:00:00Z) or commit")]
    private readonly string? NotOlderThan;

    [Parameter("Verify, Save, Mirror, Reproduce: the builder's id that the provenance must name, exactly", Name = "Builder")]
    private readonly string? RequiredBuilder;

    /// <summary>The policy for an image of ours, or for one of which nothing but its repository is known.</summary>
    private ReleasePolicy PolicyOf(ITrustedSigner signer, ImageDefinition? definition) =>
        ReleasePolicy.Require(signer) with
        {
            Provenance = new ProvenanceCheck
            {
                Image = definition?.Name,
                Source = definition?.Source,
                Builder = RequiredBuilder,
                Way = Dockerfile ? BuildMethod.Dockerfile : null,
            },
            NotOlderThan = NotOlderThan is null
                ? null
                : ParseArgument(() => Slipway.Verification.NotOlderThan.Parse(NotOlderThan, new GitRepository(RootDirectory))),
        };

    /// <summary>That, and what else Verify was asked for.</summary>
    private ReleasePolicy FullPolicyOf(ReleaseSigners signers, ImageDefinition? definition) =>
        PolicyOf(signers.Signer, definition) with
        {
            ReproducedBy = signers.Reproducers,
            Folder = Deep ? Path.Combine(Workspace.Cache, "verify") : null,
        };
}
