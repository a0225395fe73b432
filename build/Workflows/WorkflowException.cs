using Slipway.Verification;

namespace Slipway.Workflows;

/// <summary>A workflow that failed for a reason that no room below has an exception for.</summary>
/// <param name="message">What is wrong, which, wanted, got, and what to do next.</param>
/// <param name="kind">What it means.</param>
public sealed class WorkflowException(string message, FailureKind kind = FailureKind.Failed) : Exception(message)
{
    public FailureKind Kind => kind;
}
