namespace Nuke.Common.CI;

/// <summary>The host that runs a build, by the variables that CI servers set.</summary>
public static class BuildServer
{
    private static readonly (string Variable, Func<Host> Make)[] Known =
    [
        ("GITHUB_ACTIONS", () => new GitHubActions.GitHubActions()),
        ("GITLAB_CI", () => new GitLab.GitLab()),
        ("TF_BUILD", () => new AzurePipelines.AzurePipelines()),
        ("TEAMCITY_VERSION", () => new TeamCity.TeamCity()),
    ];

    /// <param name="variable">Reads a variable; null when it is not set or empty.</param>
    /// <param name="isServer">Whether a CI server runs it at all.</param>
    public static Host Of(Func<string, string?> variable, bool isServer)
    {
        ArgumentNullException.ThrowIfNull(variable);
        if (!isServer)
            return new Host();
        (string Variable, Func<Host> Make) found = Array.Find(Known, known => IsSet(variable(known.Variable)));
        return found.Make?.Invoke() ?? new PlainServer();
    }

    private static bool IsSet(string? value) => value is not null && !value.Equals("false", StringComparison.OrdinalIgnoreCase);
}
