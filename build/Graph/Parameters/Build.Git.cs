using System.Collections.Immutable;
using Nuke.Common;
using Slipway.Definitions;
using Slipway.Git;
using Slipway.Verification;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>Which git tag.</summary>
internal sealed partial class Build
{
    [Parameter(
        "Sign, Preview, Publish, Release, Doctor: the git tag to release, as kubelet/v1.36.4; default: the commit's own, or what "
            + "the CI runs for where there are two"
    )]
    private readonly string[] Tag = [];

    private GitRepository Git => new(RootDirectory, RequestedTags);

    /// <summary>The git tags that were asked for, each of an image that there is.</summary>
    private RequestedTags RequestedTags
    {
        get
        {
            RequestedTags asked = ParseArgument(() => RequestedTags.Of(Tag, Environment.GetEnvironmentVariable));
            IReadOnlyList<string> images = ImageDefinitionFile.Names(Workspace.Images);
            return
                Tag.Length > 0
                && asked.Names.FirstOrDefault(name => !images.Contains(name.Split('/')[0], StringComparer.Ordinal)) is { } unknown
                ? throw new WorkflowException(
                    $"--tag {unknown}: unknown image; there are: {string.Join(", ", images)}",
                    FailureKind.WrongUse
                )
                : asked;
        }
    }
}
