using Slipway.Archives;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Processes;
using Slipway.Sigstore;
using Slipway.Trust;

namespace Slipway.Verification;

/// <summary>What a failed verification means: the kind of every exception of this room, and of the rooms that it uses.</summary>
public static class VerificationFailure
{
    /// <returns><see cref="FailureKind.Failed"/> for what these rooms do not throw.</returns>
    public static FailureKind KindOf(Exception exception) =>
        exception switch
        {
            WrongUseException => FailureKind.WrongUse,
            // Ctrl-C is the kernel's own; what else is cancelled had no more time.
            OperationCanceledException => FailureKind.TryAgain,
            ContentException or XzException or SigstoreException => FailureKind.WrongData,
            ToolMissingException
            or ReleaseException { IsMissingTool: true }
            or CosignException { IsMissing: true }
            or SigningKeyException { IsMissing: true } => FailureKind.Unavailable,
            ProgramException { IsTooSlow: true } => FailureKind.TryAgain,
            ReleaseException or SigningKeyException or PolicyFileException or CertificateException or UnfitFileException =>
                FailureKind.WrongConfiguration,
            RemoteException { Fault: RemoteFault.TryAgain } => FailureKind.TryAgain,
            RemoteException { Fault: RemoteFault.Refused } => FailureKind.Refused,
            RemoteException => FailureKind.Unavailable,
            UnauthorizedAccessException => FailureKind.Refused,
            _ => FailureKind.Failed,
        };
}
