using Slipway.Testing;

namespace Slipway.StandIns;

/// <summary>
/// Runs the jobs of a pipeline as GitLab's runners do, from the file as it is written: each in a fresh clone with a home of its own, its
/// script in bash with the variables that GitLab gives every job, those of its row and of its environment, and nothing else; what a job
/// keeps is all that later ones get of it. What the file says that is not known here fails.
/// </summary>
/// <param name="text">The pipeline.</param>
/// <param name="repository">The git repository that is cloned.</param>
/// <param name="folder">Where jobs work.</param>
public sealed class PipelineRunner(string text, string repository, ScratchFolder folder)
{
    private readonly PipelineFile _pipeline = new(text);
    private readonly Dictionary<string, string> _states = [];
    private readonly List<JobRun> _runs = [];

    /// <summary>The git tag that was pushed.</summary>
    public required string Tag { get; init; }

    /// <summary>Its https address.</summary>
    public required string Project { get; init; }

    /// <summary>Tells pipelines apart.</summary>
    public int Number { get; init; } = 1;

    /// <summary>Variables of one protected environment, which only its jobs see.</summary>
    public Dictionary<string, string> Secrets { get; init; } = [];

    public string SecretEnvironment { get; init; } = "release";

    /// <summary>The token that says who a job is, where it asks for one.</summary>
    public string IdentityToken { get; init; } = "";

    /// <summary>Commands that are no part of the test: what they do for the machine is done already.</summary>
    public Func<string, bool> IsLeftOut { get; init; } = _ => false;

    private Dictionary<string, string> Pushed =>
        new(_pipeline.Variables)
        {
            ["GITLAB_CI"] = "true",
            ["CI_SERVER_URL"] = "https://gitlab.com",
            ["CI_PROJECT_URL"] = Project,
            ["CI_CONFIG_PATH"] = ".gitlab-ci.yml",
            ["CI_PIPELINE_SOURCE"] = "push",
            ["CI_DEFAULT_BRANCH"] = "main",
            ["CI_COMMIT_TAG"] = Tag,
            ["CI_COMMIT_REF_NAME"] = Tag,
            ["CI_PIPELINE_ID"] = $"{Number}",
        };

    /// <summary>Runs all jobs whose rules hold, one after the other; a stage waits for those before, a job with needs for these.</summary>
    public async Task<IReadOnlyList<JobRun>> RunAsync()
    {
        if (!_pipeline.Rules.Any(rule => PipelineCondition.Holds(rule, Pushed)))
            return [];
        foreach (PipelineJob job in _pipeline.Stages.SelectMany(stage => _pipeline.Jobs.Where(job => job.Stage == stage)))
        {
            if (!job.Rules.Any(rule => PipelineCondition.Holds(rule, Pushed)))
                continue;
            string[] before = [.. job.Needs ?? Before(job.Stage)];
            _states[job.Id] = before.All(name => _states[name] == "success") ? "success" : "skipped";
            foreach (Dictionary<string, string> row in _states[job.Id] == "success" ? job.Rows : [])
            {
                JobRun run = await RunAsync(job, row, before);
                _runs.Add(run);
                if (!run.Succeeded)
                    _states[job.Id] = "failed";
            }
        }

        return _runs;
    }

    private IEnumerable<string> Before(string stage)
    {
        IEnumerable<string> stages = _pipeline.Stages.TakeWhile(name => name != stage);
        return _pipeline.Jobs.Where(job => stages.Contains(job.Stage) && _states.ContainsKey(job.Id)).Select(job => job.Id);
    }

    private async Task<JobRun> RunAsync(PipelineJob job, Dictionary<string, string> row, IEnumerable<string> before)
    {
        JobMachine machine = new(folder, Number, string.Join('-', row.Values.Prepend(job.Id)));
        JobRun run = new(job.Id, machine.Work);
        await machine.CloneAsync(repository, Tag);
        foreach (string name in before)
            (await new ChildProcess("cp", "-r", Store(name) + "/.", machine.Work).RunAsync()).Require();
        Dictionary<string, string> variables = Pushed;
        variables["CI_JOB_ID"] = $"{Number}{_runs.Count:00}";
        IEnumerable<KeyValuePair<string, string>> own =
        [
            .. row,
            .. job.Environment == SecretEnvironment ? Secrets : [],
            .. job.Tokens.Select(name => KeyValuePair.Create(name, IdentityToken)),
        ];
        foreach ((string name, string value) in own)
            variables[name] = value;
        foreach ((string name, string value) in variables)
            run.Seen[name] = value;
        // A runner's shell takes all commands of a script: what one sets, the next one has.
        run.Results.Add(await machine.RunAsync(string.Join('\n', job.Script.Where(command => !IsLeftOut(command))), variables));
        if (run.Succeeded && job.Artifacts.Count > 0)
        {
            string keep = $"cp -r --parents {string.Join(' ', job.Artifacts)} \"$0\"";
            (await new ChildProcess("bash", "-c", keep, Store(job.Id)) { WorkingDirectory = machine.Work }.RunAsync()).Require();
        }

        return run;
    }

    private string Store(string job) => folder.Folder($"run-{Number}", "kept", job);
}
