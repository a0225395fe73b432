using Slipway.Debian;
using Slipway.Definitions;
using Slipway.Engine;
using Slipway.GitHub;
using Slipway.Http;
using Slipway.Verification;

namespace Slipway.Workflows;

/// <summary>The one place where an exception of any room becomes a kind of failure.</summary>
public static class FailureKinds
{
    private static readonly FailureKind[] Severity =
    [
        FailureKind.WrongData,
        FailureKind.WrongConfiguration,
        FailureKind.WrongUse,
        FailureKind.Failed,
        FailureKind.Refused,
        FailureKind.Unavailable,
        FailureKind.TryAgain,
    ];

    /// <summary>
    /// The kind of several failures: what is wrong comes before what is away, and what stays away before what may be back.
    /// </summary>
    public static FailureKind MostSevere(IEnumerable<Exception> exceptions)
    {
        FailureKind[] kinds = [.. exceptions.Select(Of)];
        return Severity.FirstOrDefault(kinds.Contains, FailureKind.TryAgain);
    }

    public static FailureKind Of(Exception exception) =>
        exception switch
        {
            WorkflowException e => e.Kind,
            DefinitionException or ResolutionException => FailureKind.WrongConfiguration,
            EngineException { IsConfiguration: true } => FailureKind.WrongConfiguration,
            // It is there and does not do what is asked of it.
            EngineException { IsResponse: true, Fault: RemoteFault.Protocol or RemoteFault.NotFound } => FailureKind.Failed,
            // GitHub understood and takes it for wrong.
            GitHubException { IsInvalid: true } => FailureKind.Failed,
            _ => VerificationFailure.KindOf(exception),
        };
}

/// <summary>A workflow that failed for a reason that no room below has an exception for.</summary>
/// <param name="message">What is wrong, which, wanted, got, and what to do next.</param>
/// <param name="kind">What it means.</param>
public sealed class WorkflowException(string message, FailureKind kind = FailureKind.Failed) : Exception(message)
{
    public FailureKind Kind => kind;
}
