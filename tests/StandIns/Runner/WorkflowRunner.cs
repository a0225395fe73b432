using System.Text.RegularExpressions;
using Slipway.Testing;

namespace Slipway.StandIns;

/// <summary>
/// Runs the jobs of a workflow as GitHub's runners do, from the file as it is written: each in a fresh clone with a home of its own, its
/// commands in bash with the variables that it declares and those that GitHub gives every step, and nothing else; what one job uploads is
/// all that another gets of it. What a workflow says that is not known here fails.
/// </summary>
/// <param name="text">The workflow.</param>
/// <param name="repository">The git repository that is cloned.</param>
/// <param name="folder">Where jobs work.</param>
public sealed partial class WorkflowRunner(string text, string repository, ScratchFolder folder)
{
    private readonly WorkflowFile _workflow = new(text);
    private readonly Dictionary<string, string> _states = [];
    private readonly List<JobRun> _runs = [];

    /// <summary>The git tag that was pushed.</summary>
    public required string Tag { get; init; }

    /// <summary>OWNER/NAME.</summary>
    public required string Repository { get; init; }

    /// <summary>What happened: <c>push</c> of <see cref="Tag"/>, or <c>pull_request</c> from somebody's fork.</summary>
    public string Event { get; init; } = "push";

    /// <summary>The document of the event, which jobs read from a file; GitHub's shape.</summary>
    public string EventDocument { get; init; } = "{}";

    /// <summary>Told of the process id of each command.</summary>
    public Action<int>? Started { get; init; }

    /// <summary>Tells runs of one workflow apart.</summary>
    public int Number { get; init; } = 1;

    /// <summary>Variables of the repository and its environments: <c>vars</c>.</summary>
    public Dictionary<string, string> Variables { get; init; } = [];

    /// <summary>Secrets of the one environment that has some, which only its jobs see.</summary>
    public Dictionary<string, string> Secrets { get; init; } = [];

    public string SecretEnvironment { get; init; } = "release";

    /// <summary>The token of a job that may write.</summary>
    public string Token { get; init; } = "";

    /// <summary>Commands that are no part of the test: what they do for the machine is done already.</summary>
    public Func<string, bool> IsLeftOut { get; init; } = _ => false;

    /// <summary>Whether the workflow runs at all for the event.</summary>
    public bool IsDue => _workflow.Events.Contains(Event);

    private bool IsFork => Event == "pull_request";

    private string Store => folder.Folder($"run-{Number}", "artifacts");

    /// <summary>Runs all jobs whose conditions hold, one after the other; a job whose command fails ends those that need it.</summary>
    public async Task<IReadOnlyList<JobRun>> RunAsync()
    {
        while (_workflow.Jobs.FirstOrDefault(job => !_states.ContainsKey(job.Id) && job.Needs.All(_states.ContainsKey)) is { } job)
        {
            bool isDue = job.Needs.All(need => _states[need] == "success") && Holds(job.Condition);
            _states[job.Id] = isDue ? "success" : "skipped";
            if (!isDue)
                continue;
            if (job.Called is not null)
                _runs.Add(new JobRun(job.Id, "") { Called = job.Called });
            foreach (Dictionary<string, string> row in job.Called is null ? job.Rows : [])
            {
                JobRun run = await RunAsync(job, row);
                _runs.Add(run);
                if (!run.Succeeded)
                    _states[job.Id] = "failure";
            }
        }

        return _runs;
    }

    private async Task<JobRun> RunAsync(WorkflowJob job, Dictionary<string, string> row)
    {
        JobMachine machine = new(folder, Number, string.Join('-', row.Values.Prepend(job.Id))) { Started = Started };
        JobRun run = new(job.Id, machine.Work);
        foreach (WorkflowStep step in job.Steps)
        {
            if (step.Command is { } command)
            {
                if (!IsLeftOut(command))
                    await CommandAsync(job, step, row, machine, run);
                if (!run.Succeeded)
                    break;
            }
            else
                await ActAsync(step, job, row, machine);
        }

        string outputs = machine.Beside("outputs");
        run.Outputs = File.Exists(outputs) ? await File.ReadAllTextAsync(outputs) : "";
        return run;
    }

    private async Task ActAsync(WorkflowStep step, WorkflowJob job, Dictionary<string, string> row, JobMachine machine)
    {
        if (step.Action is "actions/setup-dotnet" or "actions/cache")
            return;
        Dictionary<string, string> with = step.With.ToDictionary(each => each.Key, each => Resolve(each.Value, job, row));
        string work = machine.Work,
            stored = Path.Combine(Store, with.GetValueOrDefault("name", ""));
        switch (step.Action)
        {
            case "actions/checkout":
                if (with["fetch-depth"] != "0" || with["persist-credentials"] != "false")
                    throw new NotSupportedException("a checkout of less than everything, or one that keeps the token");
                await machine.CloneAsync(repository, Tag);
                break;
            case "actions/upload-artifact":
                if (with["overwrite"] == "true" && Directory.Exists(stored))
                    Directory.Delete(stored, recursive: true);
                (await new ChildProcess("cp", "-r", Path.Combine(work, with["path"]), stored).RunAsync()).Require();
                break;
            case "actions/download-artifact":
                Directory.CreateDirectory(Path.Combine(work, with["path"]));
                (await new ChildProcess("cp", "-r", stored + "/.", Path.Combine(work, with["path"])).RunAsync()).Require();
                break;
            default:
                throw new NotSupportedException($"the action {step.Action}");
        }
    }

    private async Task CommandAsync(WorkflowJob job, WorkflowStep step, Dictionary<string, string> row, JobMachine machine, JobRun run)
    {
        string document = machine.Beside("event.json");
        await File.WriteAllTextAsync(document, EventDocument);
        string reference = IsFork ? "refs/pull/1/merge" : $"refs/tags/{Tag}";
        Dictionary<string, string> environment = new()
        {
            ["GITHUB_ACTIONS"] = "true",
            ["GITHUB_EVENT_NAME"] = Event,
            ["GITHUB_EVENT_PATH"] = document,
            ["GITHUB_SERVER_URL"] = "https://github.com",
            ["GITHUB_REPOSITORY"] = Repository,
            ["GITHUB_REF"] = reference,
            ["GITHUB_REF_NAME"] = IsFork ? "1/merge" : Tag,
            ["GITHUB_WORKFLOW_REF"] = $"{Repository}/.github/workflows/{_workflow.Name}.yml@{reference}",
            ["GITHUB_RUN_ID"] = $"{Number}",
            ["GITHUB_RUN_ATTEMPT"] = "1",
            ["RUNNER_ENVIRONMENT"] = "github-hosted",
            ["GITHUB_WORKSPACE"] = machine.Work,
            ["GITHUB_OUTPUT"] = machine.Beside("outputs"),
            ["GITHUB_STEP_SUMMARY"] = machine.Beside("summary.md"),
        };
        foreach ((string name, string value) in step.Env)
            environment[name] = Resolve(value, job, row);
        foreach ((string name, string value) in environment)
            run.Seen[name] = value;
        run.Results.Add(await machine.RunAsync(step.Command!, environment));
    }

    private bool Holds(string? condition) =>
        condition is null
        || (
            StartsWith().Match(condition) is { Success: true } match
                ? $"refs/tags/{Tag}".StartsWith(match.Groups[1].Value, StringComparison.Ordinal)
                : throw new NotSupportedException($"the condition {condition}")
        );

    private string Resolve(string value, WorkflowJob job, Dictionary<string, string> row) =>
        Expression()
            .Replace(value, match => (match.Groups[1].Value, match.Groups[2].Value) switch
                {
                    ("matrix", var name) => row[name],
                    ("vars", var name) => Variables.GetValueOrDefault(name, ""),
                    ("secrets", "GITHUB_TOKEN") => job.MayWrite && !IsFork ? Token : "a-token-that-may-only-read",
                    ("secrets", var name) => job.Environment == SecretEnvironment && !IsFork ? Secrets.GetValueOrDefault(name, "") : "",
                    _ => throw new NotSupportedException($"the expression {match.Value}"),
                });

    [GeneratedRegex(@"\$\{\{ *([a-z]+)\.([A-Za-z_]+) *\}\}")]
    private static partial Regex Expression();

    [GeneratedRegex(@"\AstartsWith\(github\.ref, '([^']+)'\)\z")]
    private static partial Regex StartsWith();
}
