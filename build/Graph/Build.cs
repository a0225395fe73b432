using Nuke.Common;
using Nuke.Common.IO;
using Slipway.Verification;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>The build graph: what every target shares here, each target in a file of its name below Targets and Operate.</summary>
[Example("", "a release, rehearsed here")]
[Example("Assemble Inspect --images kubelet", "one image, proven to run")]
[Example("Publish --help", "what Publish does and needs")]
internal sealed partial class Build : NukeBuild
{
    [Parameter("Folder of the cache; default: ~/.cache/slipway")]
    private readonly AbsolutePath? CacheDirectory;

    [Parameter("Folder of results; default: artifacts/")]
    private readonly AbsolutePath? ArtifactsDirectory;

    [Parameter("Image to verify or to mirror: REPOSITORY:TAG or REPOSITORY@DIGEST; default of Verify: the local layouts")]
    private readonly string? Reference;

    [Parameter(
        "Mirror: the repository to copy --reference to, as docker.io/psdn/kubelet; Save: the file to write; Update: upstream's version"
    )]
    private readonly string? To;

    [Parameter("Print results as JSON")]
    private readonly bool Json;

    public static int Main() => Execute<Build>(x => x.Rehearse);

    private Workspace Workspace =>
        new(
            RootDirectory / "images",
            ArtifactsDirectory ?? RootDirectory / "artifacts",
            CacheDirectory ?? Workflows.Workspace.DefaultCache(Environment.GetEnvironmentVariable)
        );

    /// <summary>
    /// Whether a target runs on the way to another one: then it tells the log alone, for standard output is that target's.
    /// </summary>
    private bool IsStep(string target) => InvokedTargets.All(invoked => invoked.Name != target);

    /// <summary>Reads a value of the command line; what is wrong with it is wrong use, not wrong data.</summary>
    private static T ParseArgument<T>(Func<T> parse) => Argument.Parse(parse);
}
