using Nuke.Common.CI;
using Nuke.Common.CI.GitHubActions;

namespace Slipway.Development;

/// <summary>What is newer than the locks, on the page of the run; and a pull request for each image that has something.</summary>
internal sealed class StayCurrentWorkflowAttribute(string name) : GitHubActionsAttribute(name, GitHubActionsImage.Ubuntu2404)
{
    protected override IEnumerable<GitHubActionsStep> GetSteps(ConfigurationContext context)
    {
        foreach (GitHubActionsStep step in GetSetup())
            yield return step;
        Dictionary<string, string> token = new() { ["GITHUB_TOKEN"] = "${{ github.token }}" };
        yield return GitHubActionsStep.Run($"{context.Command} Outdated --fail-on security") with
        {
            Env = token,
        };
        // A security update fails the step before, and is what is wanted here.
        yield return GitHubActionsStep.Run($"{context.Command} Update --pull-request") with
        {
            Condition = "${{ !cancelled() }}",
            // What the job's own token opens starts no workflow, so that nobody would check it; a token of an app does.
            Env = new Dictionary<string, string> { ["GITHUB_TOKEN"] = "${{ secrets.UPDATE_TOKEN || github.token }}" },
        };
    }
}
