namespace Slipway.Processes;

/// <summary>A program that is needed is not on this machine, or cannot be started; the message says what to install.</summary>
public sealed class ToolMissingException : ProgramException
{
    /// <param name="remedy">As <see cref="ChildProcess.Remedy"/>.</param>
    /// <param name="reason">Why it cannot be started; null when there is none.</param>
    public ToolMissingException(string tool, string remedy, string? reason = null, Exception? innerException = null)
        : base(
            tool,
            $"{tool}: the program {(reason is null ? "was not found" : $"cannot be started ({reason})")}; {remedy} and run the same "
                + "command again",
            innerException
        )
    {
        Tool = tool;
        Reason = reason;
    }

    /// <summary>The program's name.</summary>
    public string Tool { get; }

    /// <summary>Why it cannot be started; null when there is none.</summary>
    public string? Reason { get; }
}
