namespace Nuke.Common.CI.GitLab;

/// <summary>A job of GitLab CI (GitLab, "CI/CD YAML syntax reference").</summary>
/// <param name="Name">What <see cref="Needs"/> of other jobs calls it.</param>
public sealed record GitLabJob(string Name)
{
    /// <summary>Below <see cref="GitLabCIAttribute.Stages"/>.</summary>
    public required string Stage { get; init; }

    /// <summary>Lines of a shell; what somebody else wrote is in variables there.</summary>
    public required IReadOnlyList<string> Script { get; init; }

    /// <summary>Conditions of which one must hold; empty for always.</summary>
    public IReadOnlyList<string> Rules { get; init; } = [];

    /// <summary>Names of runners' tags.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Jobs whose artifacts it gets and that come before it.</summary>
    public IReadOnlyList<string> Needs { get; init; } = [];

    /// <summary>Rows of <c>parallel: matrix</c>, each with the same names; empty for one job.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, string>> Matrix { get; init; } = [];

    /// <summary>Paths that later jobs get.</summary>
    public IReadOnlyList<string> Artifacts { get; init; } = [];

    /// <summary>Variables that hold an OIDC token, and whom each is for.</summary>
    public IReadOnlyDictionary<string, string> IdTokens { get; init; } = new Dictionary<string, string>();

    /// <summary>The environment whose protection and variables count; null for none.</summary>
    public string? EnvironmentName { get; init; }

    /// <summary>Jobs of one group run one after the other, whatever their pipelines; null for none.</summary>
    public string? ResourceGroup { get; init; }

    /// <summary>Whether a newer pipeline may end it.</summary>
    public bool IsInterruptible { get; init; } = true;

    /// <summary>Whether the pipeline goes on when it fails.</summary>
    public bool AllowFailure { get; init; }

    public string? Timeout { get; init; }

    internal YamlMapping ToYaml() =>
        new()
        {
            { "stage", Stage },
            { "rules", YamlSequence.Of(Rules.Select(rule => (YamlNode)new YamlMapping { { "if", rule } })) },
            { "tags", YamlSequence.Of(Tags) },
            { "needs", YamlSequence.Of(Needs.Select(Need)) },
            {
                "parallel",
                Matrix.Count == 0
                    ? null
                    : new YamlMapping { { "matrix", YamlSequence.Of(Matrix.Select(row => (YamlNode)YamlMapping.Of(row))) } }
            },
            { "environment", EnvironmentName },
            { "resource_group", ResourceGroup },
            { "interruptible", IsInterruptible },
            { "allow_failure", AllowFailure ? true : null },
            { "timeout", Timeout },
            { "id_tokens", Tokens() },
            { "script", YamlSequence.Of(Script) },
            {
                "artifacts",
                Artifacts.Count == 0
                    ? null
                    : new YamlMapping { { "paths", YamlSequence.Of(Artifacts) }, { "expire_in", "1 week" } }
            },
        };

    private static YamlNode Need(string job) => new YamlMapping { { "job", job }, { "artifacts", true } };

    private YamlMapping Tokens()
    {
        YamlMapping tokens = [];
        foreach ((string variable, string audience) in IdTokens)
            tokens.Add(variable, new YamlMapping { { "aud", audience } });
        return tokens;
    }
}
