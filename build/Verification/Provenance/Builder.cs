using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Slipway.Oci;

namespace Slipway.Verification;

/// <summary>
/// Where a build ran (SLSA provenance v1, "Builder"). The id alone says what may be believed of it; those that are no workflow of
/// a CI lead to the page that says how little that is.
/// </summary>
/// <param name="Id">A URI.</param>
public sealed partial record Builder(string Id)
{
    /// <summary>What this invocation is called there; null where nobody keeps one.</summary>
    public string? InvocationId { get; init; }

    /// <summary>The https address of the repository that the CI built; null when only the definition says where it is kept.</summary>
    public string? Repository { get; init; }

    /// <summary>What the place set by itself, for people who look into a build.</summary>
    public ImmutableSortedDictionary<string, string> Parameters { get; init; } = Descriptor.NoAnnotations;

    /// <summary>Somebody's own machine, of which nothing is known on purpose: SLSA Build level 1 at most, as the id says.</summary>
    public static Builder Local { get; } = new(SlsaProvenance.BuildType + "#local-slsa-build-level-1-at-most");

    /// <summary>A rehearsal, wherever it runs: no level at all.</summary>
    public static Builder Rehearsal { get; } = new(SlsaProvenance.BuildType + "#rehearsal-no-slsa-level");

    /// <summary>
    /// The workflow of GitHub Actions that this process runs in, by GitHub's default variables; else <see cref="Local"/>.
    /// </summary>
    /// <param name="environment">Reads a variable; null when it is not set.</param>
    /// <exception cref="ReleaseException">
    /// A variable of GitHub Actions is missing or unfit: what is not known is not called local.
    /// </exception>
    public static Builder Of(Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        if (environment("GITHUB_ACTIONS") != "true")
            return Local;
        string Required(string name, Regex grammar) =>
            environment(name) is { } value && grammar.IsMatch(value)
                ? value
                : throw new ReleaseException(
                    $"GITHUB_ACTIONS is true and {name} is missing or malformed, so the builder has no name; nothing was signed. "
                        + "Run in a job of GitHub Actions, or unset GITHUB_ACTIONS"
                );
        string server = Required("GITHUB_SERVER_URL", ServerGrammar());
        string repository = $"{server}/{Required("GITHUB_REPOSITORY", RepositoryGrammar())}";
        string run = $"{repository}/actions/runs/{Required("GITHUB_RUN_ID", NumberGrammar())}";
        return new Builder($"{server}/{Required("GITHUB_WORKFLOW_REF", WorkflowGrammar())}")
        {
            InvocationId = $"{run}/attempts/{Required("GITHUB_RUN_ATTEMPT", NumberGrammar())}",
            Repository = repository,
            Parameters = environment("RUNNER_ENVIRONMENT") is "github-hosted" or "self-hosted"
                ? Descriptor.NoAnnotations.Add("runner", environment("RUNNER_ENVIRONMENT")!)
                : Descriptor.NoAnnotations,
        };
    }

    [GeneratedRegex(@"\Ahttps://[a-z0-9.-]{1,253}(:[0-9]{1,5})?\z")]
    private static partial Regex ServerGrammar();

    [GeneratedRegex(@"\A[A-Za-z0-9._-]{1,100}/[A-Za-z0-9._-]{1,100}\z")]
    private static partial Regex RepositoryGrammar();

    /// <summary>As in <c>octocat/hello-world/.github/workflows/release.yml@refs/heads/main</c>.</summary>
    [GeneratedRegex(@"\A[A-Za-z0-9._-]{1,100}/[A-Za-z0-9._-]{1,100}/[!-?A-~]{1,255}@refs/[!-~]{1,255}\z")]
    private static partial Regex WorkflowGrammar();

    [GeneratedRegex(@"\A[0-9]{1,20}\z")]
    private static partial Regex NumberGrammar();
}
