namespace Nuke.Common.CI.GitHubActions;

/// <summary>What starts a workflow, without conditions.</summary>
public enum GitHubActionsTrigger
{
    [EnumValue("push")]
    Push,

    [EnumValue("pull_request")]
    PullRequest,

    [EnumValue("workflow_dispatch")]
    WorkflowDispatch,

    /// <summary>Not in NUKE: another workflow of the repository.</summary>
    [EnumValue("workflow_call")]
    WorkflowCall,
}
