namespace Slipway.Processes;

/// <summary>How a program ended, and what it said. All of that is foreign text.</summary>
/// <param name="Program">As it was asked for.</param>
/// <param name="ExitCode">What it ended with; 128 and the signal's number where a signal ended it.</param>
/// <param name="Output">Standard output, read as UTF-8; empty when it went to a stream.</param>
/// <param name="Errors">Standard error, the same, without secrets.</param>
public sealed record ProcessResult(string Program, int ExitCode, string Output, string Errors)
{
    private const int MostLines = 4;

    /// <summary>Whether it ended with 0.</summary>
    public bool Success => ExitCode == 0;

    /// <summary>The last lines of standard error that say something, trimmed, in order.</summary>
    public string[] LastLines(int count = MostLines) => LastLines(Errors, count);

    /// <exception cref="ProgramException">It ended with another code than 0.</exception>
    public ProcessResult Require() =>
        Success ? this : throw new ProgramException(Program, $"ended with {ExitCode}", LastLines()) { ExitCode = ExitCode };

    internal static string[] LastLines(string said, int count = MostLines) =>
        [.. said.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).TakeLast(count)];
}
