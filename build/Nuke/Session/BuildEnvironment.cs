using System.Collections;
using Nuke.Common.IO;

namespace Nuke.Common.Execution;

/// <summary>All that a run takes from the process it lives in.</summary>
internal sealed record BuildEnvironment
{
    private static readonly string[] Marks =
    [
        "CI",
        "GITHUB_ACTIONS",
        "GITLAB_CI",
        "TF_BUILD",
        "JENKINS_URL",
        "TEAMCITY_VERSION",
        "APPVEYOR",
        "TRAVIS",
        "BITRISE_BUILD_URL",
        "BITBUCKET_PIPELINE_UUID",
        "bamboo_planKey",
        "JB_SPACE_PROJECT_KEY",
    ];

    /// <summary>Without the program's name.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }
    public required IReadOnlyDictionary<string, string> Variables { get; init; }
    public required string WorkingDirectory { get; init; }

    /// <summary>Where the build's assembly lies; below its source when it was built there.</summary>
    public required string AssemblyDirectory { get; init; }
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Who can be asked for what is missing; null when nobody can.</summary>
    public IPrompt? Prompt { get; init; }

    /// <summary>Shows a page to whoever started the run; false when nobody would see it.</summary>
    public Func<AbsolutePath, bool> ShowPage { get; init; } = _ => false;

    /// <summary>Cancelled to stop the run as Ctrl-C does.</summary>
    public CancellationToken Stop { get; init; }

    /// <summary>Whether SIGINT and SIGTERM of the process stop the run.</summary>
    public bool ListensToSignals { get; init; }

    /// <summary>Whether a continuous integration server runs the build, by the variables that the common ones set.</summary>
    public bool IsServer => Marks.Any(x => Variable(x) is { } value && !value.Equals("false", StringComparison.OrdinalIgnoreCase));

    public static BuildEnvironment OfProcess()
    {
        Dictionary<string, string> variables = [];
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
            variables[(string)entry.Key] = (string?)entry.Value ?? "";
        BuildEnvironment environment = new()
        {
            Arguments = Environment.GetCommandLineArgs()[1..],
            Variables = variables,
            WorkingDirectory = Environment.CurrentDirectory,
            AssemblyDirectory = AppContext.BaseDirectory,
            ListensToSignals = true,
            Prompt = TerminalPrompt.OfProcess(Console.IsInputRedirected, Console.IsErrorRedirected),
        };
        return environment with
        {
            ShowPage = page => !Console.IsOutputRedirected && Browser.Of(environment) is { } browser && browser.Open(page),
        };
    }

    public string? Variable(string name) => Variables.TryGetValue(name, out string? value) && value.Length > 0 ? value : null;
}
