using Nuke.Common.CI;
using Nuke.Common.CI.GitHubActions;

namespace Slipway.Development;

/// <summary>
/// What differs on the registries, or is not what the images' policies ask for, each in an issue that is opened once, refreshed, and closed
/// when it is well again.
/// </summary>
internal sealed class WatchWorkflowAttribute(string name) : GitHubActionsAttribute(name, GitHubActionsImage.Ubuntu2404)
{
    protected override IEnumerable<GitHubActionsStep> GetSteps(ConfigurationContext context) =>
        [
            .. GetSetup(),
            GitHubActionsStep.Run($"{context.Command} Drift --issues --policy images") with
            {
                Env = GetImports().ToDictionary(),
            },
        ];
}
