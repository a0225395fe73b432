namespace Slipway.Testing;

/// <summary>
/// The product as its users run it: the compiled graph in a process of its own, started as build.sh starts it. It sees
/// no credentials and no settings of whoever runs the tests.
/// </summary>
/// <param name="Root">The repository to work in: <c>--root</c> and the working directory.</param>
public sealed record SlipwayCommand(string Root)
{
    private static readonly string[] Foreign =
    [
        "QUAY_USERNAME",
        "QUAY_PASSWORD",
        "DOCKERHUB_USERNAME",
        "DOCKERHUB_TOKEN",
        "REGISTRY_AUTH_FILE",
        "DOCKER_AUTH_CONFIG",
        "GH_TOKEN",
        "GITHUB_TOKEN",
        "GH_ENTERPRISE_TOKEN",
        "GITHUB_ENTERPRISE_TOKEN",
        "GITHUB_API_URL",
        "GITHUB_REF",
        "GITHUB_ACTIONS",
        "GITHUB_OUTPUT",
        "GITHUB_STEP_SUMMARY",
        "GITLAB_CI",
        "TF_BUILD",
        "TEAMCITY_VERSION",
        "CI_COMMIT_TAG",
        "SIGSTORE_ID_TOKEN",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
        "ACTIONS_ID_TOKEN_REQUEST_URL",
    ];

    /// <summary>The graph as it was compiled; whoever runs the tests has built it.</summary>
    public static string Compiled => SourceTree.At("build", "Graph", "bin", SourceTree.Configuration, "net10.0", "_build.dll");

    /// <summary>The program that starts it: of the runtime that runs the tests, else the one on PATH.</summary>
    public static string Dotnet
    {
        get
        {
            string beside = Path.GetFullPath(
                Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", "..", "dotnet")
            );
            return File.Exists(beside) ? beside : "dotnet";
        }
    }

    public string Cache { get; init; } = TestCache.Shared;

    /// <summary>The graph to run: the compiled one, or a copy of its folder elsewhere.</summary>
    public string Graph { get; init; } = Compiled;

    /// <summary>Set over the tests' own environment; null removes.</summary>
    public IReadOnlyDictionary<string, string?> Variables { get; init; } = new Dictionary<string, string?>();

    /// <summary>Octal; null keeps the tests' own.</summary>
    public string? Umask { get; init; }

    /// <summary>A numeric user and group to run as; the tests must be root's then. Null stays.</summary>
    public int? User { get; init; }

    /// <summary>What a person types on a terminal, which then shows all that is said; null has no terminal.</summary>
    public string? Typed { get; init; }

    /// <summary>What starts the command, whose words follow.</summary>
    public IReadOnlyList<string> Prefix { get; init; } = [];

    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromMinutes(5);

    public bool MeasuresMemory { get; init; }

    public bool MeasuresReading { get; init; }

    /// <summary>Told of the process's id as soon as it runs.</summary>
    public Action<int>? Started { get; init; }

    /// <summary>Runs targets with parameters, as on a command line; what it says of itself is in the result.</summary>
    public Task<ChildResult> RunAsync(params IReadOnlyList<string> arguments) => Child(arguments).RunAsync();

    /// <summary>Starts a target that goes on until it is told to end; returns at the first line of its result.</summary>
    public Task<RunningChild> StartAsync(params IReadOnlyList<string> arguments) => RunningChild.StartAsync(Child(arguments));

    private ChildProcess Child(IReadOnlyList<string> arguments)
    {
        if (!File.Exists(Graph))
            throw new FileNotFoundException($"{Graph}: the graph is not built. Run ./build.sh --help, or dotnet build build/Graph", Graph);
        string[] slipway = [Dotnet, "exec", Graph, .. arguments, "--root", Root, "--cache-directory", Cache];
        // Each of these replaces itself by the next, so that the child that is measured is the graph alone.
        string[] masked = Umask is null ? [] : ["/bin/sh", "-c", $"umask {Umask}; exec \"$@\"", "sh"];
        string[] reduced = User is null ? [] : ["setpriv", $"--reuid={User}", $"--regid={User}", "--clear-groups", "--"];
        string[] typed = Typed is null
            ? []
            : ["bash", "-c", "typed=$1; shift; printf %s \"$typed\" | script -qefc \"$(printf '%q ' \"$@\")\" /dev/null", "bash", Typed];
        string[] all = [.. Prefix, .. typed, .. reduced, .. masked, .. slipway];
        return new ChildProcess(all[0], all[1..])
        {
            WorkingDirectory = Root,
            Variables = Hermetic(),
            TimeLimit = TimeLimit,
            MeasuresMemory = MeasuresMemory,
            MeasuresReading = MeasuresReading,
            Started = Started,
        };
    }

    private Dictionary<string, string?> Hermetic()
    {
        Dictionary<string, string?> variables = Hermetic(Path.Combine(Root, ".no-docker-config"));
        foreach ((string name, string? value) in Variables)
            variables[name] = value;
        return variables;
    }

    /// <summary>An environment without credentials and settings of whoever runs the tests.</summary>
    internal static Dictionary<string, string?> Hermetic(string dockerConfiguration)
    {
        Dictionary<string, string?> variables = new(StringComparer.Ordinal)
        {
            ["DOCKER_CONFIG"] = dockerConfiguration,
            // A machine's Engine is for tests that ask for one.
            ["DOCKER_HOST"] = "unix:///nothing/here.sock",
            ["NO_COLOR"] = "1",
        };
        foreach (string name in Environment.GetEnvironmentVariables().Keys.Cast<string>())
        {
            if (name.StartsWith("SLIPWAY_", StringComparison.Ordinal) || Foreign.Contains(name))
                variables[name] = null;
        }

        return variables;
    }
}
