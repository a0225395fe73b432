using System.Linq.Expressions;
using Nuke.Common;
using Nuke.Common.Execution;

namespace Slipway.Nuke.Tests;

/// <summary>One run of a sample build, in a scratch repository, and what came of it.</summary>
public sealed class TestWorkflow : IDisposable
{
    private readonly Scratch _scratch = new();

    public TestWorkflow()
    {
        Directory.CreateDirectory(Path.Combine(_scratch.Path, ".nuke"));
        Conventions = new TestConventions();
    }

    public string Root => _scratch.Path;
    public Dictionary<string, string> Variables { get; } = [];
    public TestConventions Conventions { get; set; }
    public string? WorkingDirectory { get; set; }
    public string AssemblyDirectory { get; set; } = Path.GetTempPath();
    public CancellationToken Stop { get; set; }
    public FakePrompt? Prompt { get; set; }

    /// <summary>Whether there is a browser that shows pages.</summary>
    public bool HasBrowser { get; set; }
    public string? ShownPage { get; private set; }
    public string Log => Conventions.LogText.ToString();
    public string Output => Conventions.OutputText.ToString();
    public Scratch Files => _scratch;

    public int Of<T>(Expression<Func<T, Target>>? target, params string[] arguments)
        where T : NukeBuild, new()
    {
        BuildEnvironment environment = new()
        {
            Arguments = arguments,
            Variables = Variables,
            WorkingDirectory = WorkingDirectory ?? _scratch.Path,
            AssemblyDirectory = AssemblyDirectory,
            Stop = Stop,
            Prompt = Prompt,
            ShowPage = page => (ShownPage = HasBrowser ? page.ToString() : null) is not null,
        };
        return new BuildRun<T>(environment, Conventions).Execute(target is null ? [] : [target]);
    }

    public void Parameters(string json) => _scratch.Write(".nuke/parameters.json", json);

    public void Dispose() => _scratch.Dispose();
}

public class TestConventions : IBuildConventions
{
    public StringWriter LogText { get; } = new();
    public StringWriter OutputText { get; } = new();
    public string EnvironmentPrefix { get; init; } = "SLIPWAY_";
    public string Command => "./build.sh";
    public TextWriter Log => LogText;
    public TextWriter Output => OutputText;

    public int ExitCodeOf(Exception exception) => exception is InvalidDataException ? 65 : 1;

    public string Describe(Exception exception) =>
        exception is InvalidDataException ? exception.Message : $"unexpected {exception.GetType().Name}: {exception.Message}";
}
