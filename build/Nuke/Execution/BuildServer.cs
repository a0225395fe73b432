namespace Nuke.Common.Execution;

/// <summary>Whether a continuous integration server runs the build, by the variables that the common ones set.</summary>
internal static class BuildServer
{
    private static readonly string[] Marks =
    [
        "CI",
        "GITHUB_ACTIONS",
        "GITLAB_CI",
        "TF_BUILD",
        "JENKINS_URL",
        "TEAMCITY_VERSION",
        "APPVEYOR",
        "TRAVIS",
        "BITRISE_BUILD_URL",
        "BITBUCKET_PIPELINE_UUID",
        "bamboo_planKey",
        "JB_SPACE_PROJECT_KEY",
    ];

    public static bool IsIn(BuildEnvironment environment) =>
        Marks.Any(x => environment.Variable(x) is { } value && !value.Equals("false", StringComparison.OrdinalIgnoreCase));
}
