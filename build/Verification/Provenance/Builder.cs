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
    /// The workflow of GitHub Actions or the pipeline of GitLab that this process runs in, by the variables that these give each job; else
    /// <see cref="Local"/>. The id is who Sigstore says that the job is.
    /// </summary>
    /// <param name="environment">Reads a variable; null when it is not set.</param>
    /// <exception cref="ReleaseException">A variable of theirs is missing or unfit: what is not known is not called local.</exception>
    public static Builder Of(Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        return environment("GITHUB_ACTIONS") == "true" ? OfGitHub(new JobVariables("GITHUB_ACTIONS", "GitHub Actions", environment))
            : environment("GITLAB_CI") == "true" ? OfGitLab(new JobVariables("GITLAB_CI", "GitLab", environment))
            : Local;
    }

    private static Builder OfGitHub(JobVariables job)
    {
        string server = job.Required("GITHUB_SERVER_URL", ServerGrammar());
        string repository = $"{server}/{job.Required("GITHUB_REPOSITORY", RepositoryGrammar())}";
        string run = $"{repository}/actions/runs/{job.Required("GITHUB_RUN_ID", NumberGrammar())}";
        return new Builder($"{server}/{job.Required("GITHUB_WORKFLOW_REF", WorkflowGrammar())}")
        {
            InvocationId = $"{run}/attempts/{job.Required("GITHUB_RUN_ATTEMPT", NumberGrammar())}",
            Repository = repository,
            Parameters = job.Optional("RUNNER_ENVIRONMENT") is "github-hosted" or "self-hosted"
                ? Descriptor.NoAnnotations.Add("runner", job.Optional("RUNNER_ENVIRONMENT")!)
                : Descriptor.NoAnnotations,
        };
    }

    /// <summary>GitLab, "Predefined CI/CD variables"; the id as in Fulcio's claims of GitLab.</summary>
    private static Builder OfGitLab(JobVariables job)
    {
        string project = job.Required("CI_PROJECT_URL", ProjectGrammar());
        string reference = string.IsNullOrEmpty(job.Optional("CI_COMMIT_TAG"))
            ? $"refs/heads/{job.Required("CI_COMMIT_REF_NAME", NameGrammar())}"
            : $"refs/tags/{job.Required("CI_COMMIT_TAG", NameGrammar())}";
        return new Builder($"{project}//{job.Required("CI_CONFIG_PATH", PathGrammar())}@{reference}")
        {
            InvocationId = $"{project}/-/jobs/{job.Required("CI_JOB_ID", NumberGrammar())}",
            Repository = project,
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

    /// <summary>With as many groups above it as there are.</summary>
    [GeneratedRegex(@"\Ahttps://[a-z0-9.-]{1,253}(:[0-9]{1,5})?(/[A-Za-z0-9._-]{1,255}){2,22}\z")]
    private static partial Regex ProjectGrammar();

    [GeneratedRegex(@"\A[A-Za-z0-9._-][A-Za-z0-9._/-]{0,254}\z")]
    private static partial Regex PathGrammar();

    [GeneratedRegex(@"\A[!-~]{1,255}\z")]
    private static partial Regex NameGrammar();

    private sealed class JobVariables(string marker, string server, Func<string, string?> environment)
    {
        public string? Optional(string name) => environment(name);

        public string Required(string name, Regex grammar) =>
            environment(name) is { } value && grammar.IsMatch(value)
                ? value
                : throw new ReleaseException(
                    $"{marker} is true and {name} is missing or malformed, so the builder has no name; nothing was signed. "
                        + $"Run in a job of {server}, or unset {marker}"
                );
    }
}
