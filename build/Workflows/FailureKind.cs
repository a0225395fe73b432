using Slipway.Archives;
using Slipway.Debian;
using Slipway.Definitions;
using Slipway.Engine;
using Slipway.GitHub;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Processes;
using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.Workflows;

/// <summary>What a failure means for whoever started a workflow, whichever front end that was.</summary>
public enum FailureKind
{
    /// <summary>Something else.</summary>
    Failed,

    /// <summary>What was asked for cannot be.</summary>
    WrongUse,

    /// <summary>Checksum, signature, contract, moved tag, stand-in content.</summary>
    WrongData,

    /// <summary>A service or tool is not there.</summary>
    Unavailable,

    /// <summary>The network, 429, 5xx after every retry: the same may work later.</summary>
    TryAgain,

    /// <summary>Credentials or rights.</summary>
    Refused,

    /// <summary>Definition, no signer, dirty tree, shallow clone, disagreeing git tag.</summary>
    WrongConfiguration,
}

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
            WrongUseException => FailureKind.WrongUse,
            // Ctrl-C is the kernel's own; what else is cancelled had no more time.
            OperationCanceledException => FailureKind.TryAgain,
            ContentException or DebException or XzException => FailureKind.WrongData,
            ToolMissingException
            or ReleaseException { IsMissingTool: true }
            or CosignException { IsMissing: true }
            or SigningKeyException { IsMissing: true } => FailureKind.Unavailable,
            ProgramException { IsTooSlow: true } => FailureKind.TryAgain,
            DefinitionException
            or ResolutionException
            or ReleaseException
            or SigningKeyException
            or CertificateException
            or UnfitFileException => FailureKind.WrongConfiguration,
            EngineException { IsConfiguration: true } => FailureKind.WrongConfiguration,
            // It is there and does not do what is asked of it.
            EngineException { IsResponse: true, Fault: RemoteFault.Protocol or RemoteFault.NotFound } => FailureKind.Failed,
            // GitHub understood and takes it for wrong.
            GitHubException { IsInvalid: true } => FailureKind.Failed,
            RemoteException { Fault: RemoteFault.TryAgain } => FailureKind.TryAgain,
            RemoteException { Fault: RemoteFault.Refused } => FailureKind.Refused,
            RemoteException => FailureKind.Unavailable,
            UnauthorizedAccessException => FailureKind.Refused,
            _ => FailureKind.Failed,
        };
}
