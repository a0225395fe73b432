using Nuke.Common.CI;
using Nuke.Common.CI.GitHubActions;

namespace Slipway.Development;

/// <summary>
/// All tests, and a rehearsal whose table is on the page of the run. It runs the code of pull requests, so it gets no secret and may write
/// nothing.
/// </summary>
internal sealed class CheckWorkflowAttribute(string name) : GitHubActionsAttribute(name, GitHubActionsImage.Ubuntu2404)
{
    protected override IEnumerable<GitHubActionsJob> GetJobs(ConfigurationContext context)
    {
        GitHubActionsJob job = GetJob(GitHubActionsImage.Ubuntu2404, context);
        GitHubActionsStep[] setup = [.. GetSetup()];
        yield return job with
        {
            Id = "test",
            TimeoutMinutes = 120,
            // As root, as the tests of network, name spaces and engines need it; they skip what they cannot run, and skipping fails here.
            Steps =
            [
                .. setup,
                GitHubActionsStep.Run(JobCommands.InstallPeers),
                GitHubActionsStep.Run($"sudo env \"PATH=$PATH\" CI=true {context.Command} Test"),
            ],
        };
        yield return job with
        {
            Id = "rehearse",
            TimeoutMinutes = 30,
            Steps = [.. setup, GitHubActionsStep.Run(context.Command)],
        };
    }
}
