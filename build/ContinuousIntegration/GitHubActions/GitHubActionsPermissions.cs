namespace Nuke.Common.CI.GitHubActions;

/// <summary>What a job's token may read or write.</summary>
public enum GitHubActionsPermissions
{
    [EnumValue("actions")]
    Actions,

    [EnumValue("checks")]
    Checks,

    [EnumValue("contents")]
    Contents,

    [EnumValue("deployments")]
    Deployments,

    [EnumValue("id-token")]
    IdToken,

    [EnumValue("issues")]
    Issues,

    [EnumValue("discussions")]
    Discussions,

    [EnumValue("packages")]
    Packages,

    [EnumValue("pages")]
    Pages,

    [EnumValue("pull-requests")]
    PullRequests,

    [EnumValue("security-events")]
    SecurityEvents,

    [EnumValue("statuses")]
    Statuses,
}
