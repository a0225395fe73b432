using System.Collections.Concurrent;
using System.Xml.Linq;
using Slipway.Processes;
using Slipway.Workflows;

namespace Slipway.Development;

/// <summary>Compiles the solution and runs every test project as the program that it is, two at a time.</summary>
/// <param name="root">The repository.</param>
/// <param name="results">Where reports go; made anew.</param>
/// <param name="said">Is told what programs said, on several lines.</param>
internal sealed class TestWorkflow(string root, string results, Action<string> log, Action<string> said)
{
    private const int AtOnce = 2;

    /// <summary>They begin first: one that begins last keeps a core waiting for the other.</summary>
    private static readonly string[] Slowest = ["Peers.Tests", "Graph.Tests", "Release.Tests", "Trust.Tests"];

    /// <summary>They start the programs so often that native code for them pays.</summary>
    private static readonly string[] Starting = ["Graph.Tests", "Node.Tests", "Peers.Tests"];

    /// <summary>Of what one program says, in bytes.</summary>
    private const int MostKept = 8 << 20;

    /// <summary>Where tests take the programs from, by the names that they know.</summary>
    private (string Name, string? Value)[] _compiled = [];

    /// <summary>Whether tests that sample take as many as they can; they know it by <c>SLIPWAY_THOROUGH=1</c>.</summary>
    public bool IsThorough { get; init; }

    /// <returns>What all projects reported together.</returns>
    /// <exception cref="WorkflowException">The solution does not compile, or a project ended without a report.</exception>
    public async Task<TestSummary> RunAsync(IReadOnlyList<string> projects, CancellationToken cancellationToken)
    {
        if (Directory.Exists(results))
            Directory.Delete(results, recursive: true);
        Directory.CreateDirectory(results);
        await CompileAsync(cancellationToken);
        if (projects.Intersect(Starting, StringComparer.Ordinal).Any())
            _compiled = await ReadyToRunAsync(cancellationToken);

        ConcurrentBag<TestSummary> summaries = [];
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(projects, parallel, async (project, token) => summaries.Add(await RunAsync(project, token)));
        return summaries.Aggregate(TestSummary.None, (sum, one) => sum.With(one));
    }

    /// <summary>The test projects of the repository that are asked for, the slowest first.</summary>
    public static IReadOnlyList<string> Projects(string root) =>
        [
            .. Directory
                .EnumerateDirectories(Path.Combine(root, "tests"), "*.Tests")
                .Select(folder => Path.GetFileName(folder))
                .OrderBy(name => Array.IndexOf(Slowest, name) is var at && at < 0 ? Slowest.Length : at)
                .ThenBy(name => name, StringComparer.Ordinal),
        ];

    private async Task CompileAsync(CancellationToken cancellationToken)
    {
        log("compiling the solution");
        ProcessResult result = await Dotnet("build", "Slipway.slnx", "-c", "Release", "-nologo", "-v", "quiet", "-clp:NoSummary")
            .RunAsync(cancellationToken);
        if (!result.Success)
            throw Failed("the solution does not compile", result);
    }

    private async Task<(string Name, string? Value)[]> ReadyToRunAsync(CancellationToken cancellationToken)
    {
        log("compiling the programs to native code");
        try
        {
            ReadyToRunCompiler compiler = new(root);
            string graph = await compiler.CompileAsync(Path.Combine(root, "build", "Graph"), cancellationToken);
            string verify = await compiler.CompileAsync(Path.Combine(root, "build", "SlipwayVerify"), cancellationToken);
            return
            [
                ("SLIPWAY_TESTED_GRAPH", Path.Combine(graph, "_build.dll")),
                ("SLIPWAY_TESTED_VERIFY", Path.Combine(verify, "slipway-verify.dll")),
            ];
        }
        catch (ProgramException exception)
        {
            log($"tests start the programs as they are, which takes longer: {exception.Message}");
            return [];
        }
    }

    private async Task<TestSummary> RunAsync(string project, CancellationToken cancellationToken)
    {
        string assembly = Path.Combine(root, "tests", project, "bin", "Release", "net10.0", $"Slipway.{project}.dll");
        string xml = Path.Combine(results, $"{project}.xml");
        ProcessResult result = await Dotnet("exec", assembly, "-noLogo", "-noColor", "-xml", xml).RunAsync(cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(results, $"{project}.log"), result.Output + result.Errors, cancellationToken);
        if (!File.Exists(xml))
            throw Failed($"{project} ended with {result.ExitCode} and no report", result);

        TestSummary summary = TestSummary.Read(XDocument.Load(xml));
        log($"{project}: {summary}, {summary.Seconds:0.0} s");
        foreach (string line in summary.Said)
            log($"  {line}");
        foreach (FailedTest failed in summary.Failed)
            said($"  FAILED {failed.Name}\n{failed.Reason}");
        // A crash after the last test is a failure that no report tells of.
        return result.Success || summary.Failed.Length > 0
            ? summary
            : throw Failed($"{project} ended with {result.ExitCode} though no test failed", result);
    }

    private WorkflowException Failed(string problem, ProcessResult result)
    {
        said($"{problem}:\n{result.Output}{result.Errors}");
        return new WorkflowException($"{problem}; the lines above are what it said");
    }

    private ChildProcess Dotnet(params string[] arguments) =>
        new("dotnet", arguments)
        {
            Environment = ProgramEnvironment.Dotnet,
            Variables = [("SLIPWAY_THOROUGH", IsThorough ? "1" : "0"), .. _compiled],
            Remedy = "install the .NET SDK",
            TimeLimit = Timeout.InfiniteTimeSpan,
            WorkingDirectory = root,
            Output = OutputLimit.KeepEnds(MostKept),
            Errors = OutputLimit.KeepEnds(MostKept),
        };
}
