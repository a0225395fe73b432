namespace Nuke.Common.CI.GitHubActions;

/// <summary>
/// A workflow, <c>.github/workflows/NAME.yml</c>: a job for each image that runs the invoked targets. Names and meaning are NUKE's; so are
/// the defaults, but that every job names its rights and actions stand at a commit.
/// </summary>
public class GitHubActionsAttribute(string name, GitHubActionsImage image, params GitHubActionsImage[] images) : ConfigurationAttributeBase
{
    public override string IdPostfix { get; } = name.Replace(' ', '_');

    public override Type HostType => typeof(GitHubActions);

    public override string ConfigurationFile => $".github/workflows/{IdPostfix}.yml";

    public override IEnumerable<string> RelevantTargetNames => InvokedTargets;

    public GitHubActionsTrigger[] On { get; set; } = [];
    public string[] OnPushBranches { get; set; } = [];
    public string[] OnPushBranchesIgnore { get; set; } = [];
    public string[] OnPushTags { get; set; } = [];
    public string[] OnPushTagsIgnore { get; set; } = [];
    public string[] OnPushIncludePaths { get; set; } = [];
    public string[] OnPushExcludePaths { get; set; } = [];
    public string[] OnPullRequestBranches { get; set; } = [];
    public string[] OnPullRequestTags { get; set; } = [];
    public string[] OnPullRequestIncludePaths { get; set; } = [];
    public string[] OnPullRequestExcludePaths { get; set; } = [];
    public string[] OnWorkflowDispatchOptionalInputs { get; set; } = [];
    public string[] OnWorkflowDispatchRequiredInputs { get; set; } = [];

    /// <summary>Five fields, in UTC.</summary>
    public string? OnCronSchedule { get; set; }

    /// <summary>Secrets of the repository that become variables of the command: <c>REGISTRY_TOKEN</c>.</summary>
    public string[] ImportSecrets { get; set; } = [];

    /// <summary>Whether the command gets the job's token as <c>GITHUB_TOKEN</c>.</summary>
    public bool EnableGitHubToken { get; set; }
    public GitHubActionsPermissions[] WritePermissions { get; set; } = [];
    public GitHubActionsPermissions[] ReadPermissions { get; set; } = [];

    public string[] CacheIncludePatterns { get; set; } = [".nuke/temp", "~/.nuget/packages"];
    public string[] CacheExcludePatterns { get; set; } = [];

    /// <summary>Files whose content tells caches apart; none for no cache.</summary>
    public string[] CacheKeyFiles { get; set; } = ["**/global.json", "**/*.csproj", "**/Directory.Packages.props"];

    /// <summary>Whether what the targets produce is kept as artifacts of the run.</summary>
    public bool PublishArtifacts { get; set; } = true;

    /// <summary>An expression without its braces.</summary>
    public string? PublishCondition { get; set; }

    /// <summary>0 for the server's own limit.</summary>
    public int TimeoutMinutes { get; set; }

    public string? EnvironmentName { get; set; }
    public string? EnvironmentUrl { get; set; }

    public string? ConcurrencyGroup { get; set; }
    public bool ConcurrencyCancelInProgress { get; set; }
    public string? JobConcurrencyGroup { get; set; }
    public bool JobConcurrencyCancelInProgress { get; set; }

    public string[] InvokedTargets { get; set; } = [];

    /// <summary>How many commits are there; 0 for all. NUKE leaves the default to the action: 1.</summary>
    public uint FetchDepth { get; set; } = 1;

    public override YamlMapping GetConfiguration(ConfigurationContext context)
    {
        YamlMapping jobs = [];
        GitHubActionsJob[] all = [.. GetJobs(context)];
        if (all.SelectMany(x => x.Needs).FirstOrDefault(need => all.All(x => x.Id != need)) is { } missing)
            throw new InvalidOperationException($"{Id}: a job needs {missing}, which is none.");
        foreach (GitHubActionsJob job in all)
            jobs.Add(job.Id, job.ToYaml());
        return new YamlMapping
        {
            { "name", IdPostfix },
            { "on", GitHubActionsTriggers.Of(this) },
            // Each job names what it needs.
            { "permissions", YamlMapping.None },
            { "concurrency", GitHubActionsJob.Concurrency(ConcurrencyGroup, ConcurrencyCancelInProgress) },
            { "jobs", jobs },
        };
    }

    /// <summary>A job for each image.</summary>
    protected virtual IEnumerable<GitHubActionsJob> GetJobs(ConfigurationContext context) =>
        ((GitHubActionsImage[])[image, .. images]).Select(each => GetJob(each, context));

    protected virtual GitHubActionsJob GetJob(GitHubActionsImage on, ConfigurationContext context) =>
        new(EnumValueAttribute.Of(on).Replace('.', '_'))
        {
            RunsOn = EnumValueAttribute.Of(on),
            ReadPermissions = ReadPermissions.Length + WritePermissions.Length > 0 ? ReadPermissions : [GitHubActionsPermissions.Contents],
            WritePermissions = WritePermissions,
            EnvironmentName = EnvironmentName,
            EnvironmentUrl = EnvironmentUrl,
            ConcurrencyGroup = JobConcurrencyGroup,
            ConcurrencyCancelInProgress = JobConcurrencyCancelInProgress,
            TimeoutMinutes = TimeoutMinutes > 0 ? TimeoutMinutes : null,
            Steps = [.. GetSteps(context)],
        };

    protected virtual IEnumerable<GitHubActionsStep> GetSteps(ConfigurationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        foreach (GitHubActionsStep step in GetSetup())
            yield return step;
        yield return GitHubActionsStep.Run(string.Join(' ', [context.Command, .. InvokedTargets])) with
        {
            Env = GetImports().ToDictionary(),
        };
        if (!PublishArtifacts)
            yield break;
        foreach (string product in InvokedTargets.SelectMany(context.ArtifactProducts).Distinct())
        {
            // The folder above the first wildcard.
            string[] parts = [.. product.Split('/').TakeWhile(part => !part.Contains('*', StringComparison.Ordinal))];
            yield return GitHubActionsStep.UploadArtifact(parts[^1], string.Join('/', parts)) with
            {
                Condition = PublishCondition,
            };
        }
    }

    /// <summary>The source, the SDK, and what earlier runs left.</summary>
    protected IEnumerable<GitHubActionsStep> GetSetup()
    {
        yield return GitHubActionsStep.Checkout(FetchDepth);
        yield return GitHubActionsStep.SetupDotNet();
        if (CacheKeyFiles.Length > 0)
            yield return GitHubActionsStep.Cache(CacheIncludePatterns, CacheExcludePatterns, CacheKeyFiles);
    }

    /// <summary>Variables of the command: inputs, secrets, the token. Each by its own name.</summary>
    protected virtual IEnumerable<KeyValuePair<string, string>> GetImports()
    {
        foreach (string input in OnWorkflowDispatchOptionalInputs.Concat(OnWorkflowDispatchRequiredInputs))
            yield return new(input.ToUpperInvariant().Replace('-', '_'), $"${{{{ inputs.{input} }}}}");
        foreach (string secret in ImportSecrets)
            yield return new(secret, $"${{{{ secrets.{secret} }}}}");
        if (EnableGitHubToken)
            yield return new("GITHUB_TOKEN", "${{ secrets.GITHUB_TOKEN }}");
    }
}
