using Nuke.Common.CI.GitHubActions;
using Slipway.Development;

namespace Slipway.Graph;

/// <summary>
/// What CI servers run: <c>./build.sh --generate-configuration</c> writes <c>.github/workflows</c> and <c>.gitlab-ci.yml</c>. Jobs that
/// these words cannot describe are in Development's <c>CI</c>; docs/ci.md says what each workflow is for.
/// </summary>
[CheckWorkflow(
    "check",
    OnPushBranches = ["main"],
    OnPullRequestBranches = ["main"],
    ConcurrencyGroup = "check-${{ github.ref }}",
    ConcurrencyCancelInProgress = true,
    FetchDepth = 0,
    CacheIncludePatterns = ["~/.cache/slipway", "~/.nuget/packages"],
    CacheKeyFiles = ["global.json", "**/packages.lock.json", "images/*/image.lock.json"]
)]
[ReleaseWorkflow(
    "release",
    On = [GitHubActionsTrigger.WorkflowDispatch],
    OnPushTags = ["*/v*"],
    EnableGitHubToken = true,
    FetchDepth = 0,
    // What signs starts from nothing that another run could have left.
    CacheKeyFiles = []
)]
[ReproduceWorkflow(
    "reproduce",
    On = [GitHubActionsTrigger.WorkflowDispatch, GitHubActionsTrigger.WorkflowCall],
    OnWorkflowDispatchOptionalInputs = ["image"],
    OnCronSchedule = "23 3 * * 1",
    FetchDepth = 0,
    CacheKeyFiles = []
)]
[StayCurrentWorkflow(
    "stay-current",
    On = [GitHubActionsTrigger.WorkflowDispatch],
    OnCronSchedule = "43 4 * * *",
    WritePermissions = [GitHubActionsPermissions.Contents, GitHubActionsPermissions.PullRequests],
    ConcurrencyGroup = "stay-current",
    TimeoutMinutes = 60,
    FetchDepth = 0,
    CacheKeyFiles = []
)]
[WatchWorkflow(
    "watch",
    On = [GitHubActionsTrigger.WorkflowDispatch],
    OnCronSchedule = "17 5 * * *",
    ReadPermissions = [GitHubActionsPermissions.Contents],
    WritePermissions = [GitHubActionsPermissions.Issues],
    EnableGitHubToken = true,
    ConcurrencyGroup = "watch",
    TimeoutMinutes = 30,
    FetchDepth = 0,
    CacheKeyFiles = []
)]
[GitLabPipeline]
internal sealed partial class Build;
