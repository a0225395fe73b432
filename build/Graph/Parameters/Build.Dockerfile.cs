using Nuke.Common;
using Slipway.Verification;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>Which of the two ways of building is meant, and whether for a rehearsal.</summary>
internal sealed partial class Build
{
    [Parameter("Inspect, Smoke, Sign, Preview, Publish, Verify: of what BuildDockerfile made, artifacts/NAME/dockerfile")]
    private readonly bool Dockerfile;

    [Parameter(
        "BuildDockerfile, Compare, Report, Reproduce, Verify: below artifacts/rehearsal, with stand-ins where upstream cannot be reached; never "
            + "to be published"
    )]
    private readonly bool Rehearsal;

    /// <summary>Of the images that <c>--dockerfile</c> means, or does not.</summary>
    private Workspace ChosenWorkspace => Dockerfile ? Workspace with { Way = BuildMethod.Dockerfile } : Workspace;

    private Workspace DockerfileWorkspace => (Rehearsal ? Workspace.Rehearsal : Workspace) with { Way = BuildMethod.Dockerfile };
}
