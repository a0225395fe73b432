namespace Nuke.Common.CI.GitLab;

/// <summary>The pipeline of a project on GitLab, <c>.gitlab-ci.yml</c>. NUKE has none; this one has its shape.</summary>
public abstract class GitLabCIAttribute : ConfigurationAttributeBase
{
    public override Type HostType => typeof(GitLab);

    public override string ConfigurationFile => ".gitlab-ci.yml";

    public override IEnumerable<string> RelevantTargetNames => InvokedTargets;

    public string[] InvokedTargets { get; set; } = [];

    /// <summary>The container image that jobs run in.</summary>
    public string Image { get; set; } = "";

    public string[] Stages { get; set; } = [];

    /// <summary>Folders below the project that later pipelines get.</summary>
    public string[] CacheIncludePatterns { get; set; } = [];

    /// <summary>Files whose content tells caches apart; at most two, as GitLab has it.</summary>
    public string[] CacheKeyFiles { get; set; } = [];

    /// <summary>Conditions of which one must hold for a pipeline.</summary>
    public string[] Rules { get; set; } = [];

    public override YamlMapping GetConfiguration(ConfigurationContext context)
    {
        GitLabJob[] jobs = [.. GetJobs(context)];
        if (jobs.SelectMany(x => x.Needs).FirstOrDefault(need => jobs.All(x => x.Name != need)) is { } missing)
            throw new InvalidOperationException($"{Id}: a job needs {missing}, which is none.");
        if (jobs.FirstOrDefault(job => !Stages.Contains(job.Stage)) is { } stray)
            throw new InvalidOperationException($"{Id}: {stray.Name} is of stage {stray.Stage}, which is none.");
        YamlMapping document = new()
        {
            {
                "workflow",
                new YamlMapping { { "rules", YamlSequence.Of(Rules.Select(rule => (YamlNode)new YamlMapping { { "if", rule } })) } }
            },
            { "stages", Stages },
            { "variables", YamlMapping.Of(GetVariables()) },
            { "default", Default() },
        };
        foreach (GitLabJob job in jobs)
            document.Add(job.Name, job.ToYaml());
        return document;
    }

    /// <summary>Variables of all jobs.</summary>
    protected virtual IReadOnlyDictionary<string, string> GetVariables() => new Dictionary<string, string> { ["GIT_DEPTH"] = "0" };

    protected abstract IEnumerable<GitLabJob> GetJobs(ConfigurationContext context);

    private YamlMapping Default() =>
        new()
        {
            { "image", Image.Length == 0 ? null : (YamlNode)Image! },
            {
                "cache",
                CacheIncludePatterns.Length == 0
                    ? null
                    : new YamlMapping
                    {
                        {
                            "key",
                            new YamlMapping { { "files", CacheKeyFiles } }
                        },
                        { "paths", CacheIncludePatterns },
                    }
            },
        };
}
