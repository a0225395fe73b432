namespace Slipway.Processes;

/// <summary>A program did not do what it was started for. The message names the program, how it ended and the last that it said.</summary>
public class ProgramException : Exception
{
    /// <param name="problem">What it did, as it stands in a sentence after the program's name.</param>
    /// <param name="said">The last lines of its standard error, without secrets.</param>
    public ProgramException(string program, string problem, IReadOnlyList<string> said)
        : base($"{program} {problem}{(said is { Count: > 0 } ? $". Its output: {string.Join(" / ", said)}" : "")}")
    {
        Program = program;
        Said = said;
    }

    private protected ProgramException(string program, string message, Exception? innerException)
        : base(message, innerException)
    {
        Program = program;
        Said = [];
    }

    /// <summary>As it was asked for.</summary>
    public string Program { get; }

    /// <summary>What it ended with; null when it did not come to that by itself.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The last lines of its standard error, without secrets; foreign text.</summary>
    public IReadOnlyList<string> Said { get; }

    /// <summary>Whether it took longer than its time limit.</summary>
    public bool IsTooSlow { get; init; }

    /// <summary>Whether it said more than its limit.</summary>
    public bool IsTooMuch { get; init; }
}
