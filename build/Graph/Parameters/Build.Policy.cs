using Nuke.Common;
using Slipway.Definitions;
using Slipway.Git;
using Slipway.Trust;
using Slipway.Verification;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>What a release must be, for every target that reads one.</summary>
internal sealed partial class Build
{
    [Parameter("Verify, Save, Mirror, Reproduce, Scan: refuse what is older than this version, time (2026-11-30T08:00:00Z) or commit")]
    private readonly string? NotOlderThan;

    [Parameter("Verify, Save, Mirror, Reproduce, Scan: the builder's id that the provenance must name, exactly", Name = "Builder")]
    private readonly string? RequiredBuilder;

    private PolicyChoice Policies =>
        new()
        {
            Builder = RequiredBuilder,
            Way = Dockerfile ? BuildMethod.Dockerfile : null,
            NotOlderThan = NotOlderThan is null
                ? null
                : ParseArgument(() => Slipway.Verification.NotOlderThan.Parse(NotOlderThan, new GitRepository(RootDirectory))),
            Folder = Deep ? VerifyFolder : null,
        };

    /// <summary>Where layers are spooled while they are read.</summary>
    private string VerifyFolder => Path.Combine(Workspace.Cache, "verify");

    private ReleasePolicy PolicyOf(ITrustedSigner signer, ImageDefinition definition) => Policies.Of(signer, definition.Known());
}
