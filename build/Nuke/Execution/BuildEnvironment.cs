using System.Collections;
using Nuke.Common.IO;

namespace Nuke.Common.Execution;

/// <summary>All that a run takes from the process it lives in.</summary>
internal sealed record BuildEnvironment
{
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
