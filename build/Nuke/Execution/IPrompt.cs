namespace Nuke.Common.Execution;

/// <summary>A person at a terminal who can be asked.</summary>
internal interface IPrompt
{
    /// <summary>One line without its end; null when the person ended the input. A secret is not echoed in any form.</summary>
    /// <exception cref="OperationCanceledException">The run was stopped while it waited.</exception>
    public string? Ask(string question, bool isSecret, CancellationToken cancellationToken);
}
