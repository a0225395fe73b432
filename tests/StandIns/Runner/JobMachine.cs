using Slipway.Testing;

namespace Slipway.StandIns;

/// <summary>A machine of its own for a job: a fresh clone, an empty home, and no variable but those that it is given.</summary>
internal sealed class JobMachine
{
    private readonly string _place;

    /// <param name="folder">Of all machines.</param>
    /// <param name="run">Tells runs of one pipeline apart.</param>
    /// <param name="name">Of the job and its row.</param>
    public JobMachine(ScratchFolder folder, int run, string name)
    {
        _place = folder.Folder($"run-{run}", name.Replace('/', '-'));
        Home = folder.Folder($"run-{run}", Path.GetFileName(_place), "home");
        Work = Path.Combine(_place, "work");
    }

    public string Home { get; }

    /// <summary>The clone.</summary>
    public string Work { get; }

    /// <summary>Told of each command's process id.</summary>
    public Action<int>? Started { get; init; }

    /// <summary>A file beside the clone.</summary>
    public string Beside(string name) => Path.Combine(_place, name);

    public async Task CloneAsync(string repository, string revision)
    {
        (await new ChildProcess("git", "clone", "--quiet", "--no-local", repository, Work).RunAsync()).Require();
        (await new ChildProcess("git", "-C", Work, "checkout", "--quiet", revision).RunAsync()).Require();
    }

    /// <summary>Runs a script in bash as runners do: it ends at the first command that fails.</summary>
    public async Task<ChildResult> RunAsync(string script, IReadOnlyDictionary<string, string> variables)
    {
        string file = Beside("step.sh");
        await File.WriteAllTextAsync(file, script);
        Dictionary<string, string> environment = new(variables)
        {
            ["PATH"] = Environment.GetEnvironmentVariable("PATH")!,
            ["HOME"] = Home,
            ["CI"] = "true",
        };
        return await new ChildProcess(
            "env",
            ["-i", .. environment.Select(each => $"{each.Key}={each.Value}"), "bash", "--noprofile", "--norc", "-eo", "pipefail", file]
        )
        {
            WorkingDirectory = Work,
            TimeLimit = TimeSpan.FromMinutes(5),
            Started = Started,
        }.RunAsync();
    }
}
