namespace Nuke.Common.CI.GitHubActions;

/// <summary>A job: steps on one runner, or, with a matrix, on one for each of its rows.</summary>
/// <param name="Id">Letters, digits, <c>-</c> and <c>_</c>; what <see cref="Needs"/> of other jobs calls it.</param>
public sealed record GitHubActionsJob(string Id)
{
    public string? Name { get; init; }

    /// <summary>The runner's label, or an expression over the matrix.</summary>
    public string RunsOn { get; init; } = "";

    /// <summary>Another workflow of this repository that the job runs instead of steps: <c>./.github/workflows/NAME.yml</c>.</summary>
    public string? Workflow { get; init; }

    /// <summary>Inputs of <see cref="Workflow"/>.</summary>
    public IReadOnlyDictionary<string, string> Inputs { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether <see cref="Workflow"/> gets the secrets that this one has.</summary>
    public bool InheritsSecrets { get; init; }

    /// <summary>An expression without its braces.</summary>
    public string? Condition { get; init; }

    /// <summary>Jobs that come before it and whose artifacts it may download.</summary>
    public IReadOnlyList<string> Needs { get; init; } = [];

    /// <summary>Rows of a matrix, each with the same names; empty for none. One that fails ends the others.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, string>> Matrix { get; init; } = [];

    /// <summary>All that its token may read; what stands in neither list it may not.</summary>
    public IReadOnlyList<GitHubActionsPermissions> ReadPermissions { get; init; } = [GitHubActionsPermissions.Contents];

    public IReadOnlyList<GitHubActionsPermissions> WritePermissions { get; init; } = [];

    /// <summary>The environment whose protection rules and secrets count; null for none.</summary>
    public string? EnvironmentName { get; init; }

    public string? EnvironmentUrl { get; init; }

    /// <summary>Jobs of one group run one after the other; null for none.</summary>
    public string? ConcurrencyGroup { get; init; }

    /// <summary>Whether a newer job of the group ends an older one.</summary>
    public bool ConcurrencyCancelInProgress { get; init; }

    /// <summary>Null for the server's own limit of six hours.</summary>
    public int? TimeoutMinutes { get; init; }

    public IReadOnlyList<GitHubActionsStep> Steps { get; init; } = [];

    internal YamlMapping ToYaml() =>
        new()
        {
            { "name", Name },
            { "if", Condition },
            { "needs", YamlSequence.Of(Needs) },
            { "strategy", Matrix.Count == 0 ? null : Strategy() },
            { "runs-on", RunsOn.Length == 0 ? null : (YamlNode)RunsOn! },
            { "permissions", Permissions() },
            { "environment", Environment() },
            { "concurrency", Concurrency(ConcurrencyGroup, ConcurrencyCancelInProgress) },
            { "timeout-minutes", TimeoutMinutes is { } minutes ? minutes : null },
            { "uses", Workflow },
            { "with", YamlMapping.Of(Inputs) },
            { "secrets", InheritsSecrets ? "inherit" : null },
            { "steps", YamlSequence.Of(Steps.Select(step => (YamlNode)step.ToYaml())) },
        };

    internal static YamlMapping? Concurrency(string? group, bool cancelInProgress) =>
        group is null ? null : new YamlMapping { { "group", group }, { "cancel-in-progress", cancelInProgress } };

    private YamlMapping Strategy() =>
        new()
        {
            { "fail-fast", true },
            {
                "matrix",
                new YamlMapping { { "include", YamlSequence.Of(Matrix.Select(row => (YamlNode)YamlMapping.Of(row))) } }
            },
        };

    private YamlMapping Permissions()
    {
        YamlMapping permissions = [];
        foreach (GitHubActionsPermissions permission in ReadPermissions.Except(WritePermissions))
            permissions.Add(EnumValueAttribute.Of(permission), "read");
        foreach (GitHubActionsPermissions permission in WritePermissions)
            permissions.Add(EnumValueAttribute.Of(permission), "write");
        return permissions.Count == 0 ? YamlMapping.None : permissions;
    }

    private YamlNode? Environment() =>
        EnvironmentName is null ? null
        : EnvironmentUrl is null ? EnvironmentName
        : new YamlMapping { { "name", EnvironmentName }, { "url", EnvironmentUrl } };
}
