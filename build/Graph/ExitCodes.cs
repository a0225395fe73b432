using Slipway.Archives;
using Slipway.Debian;
using Slipway.Definitions;
using Slipway.Engine;
using Slipway.GitHub;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Processes;
using Slipway.Release;
using Slipway.Trust;

namespace Slipway.Graph;

/// <summary>The exit codes that a failed target can give (sysexits.h); 64, wrong use, is the kernel's.</summary>
public enum Exit
{
    /// <summary>A target failed for another reason.</summary>
    Failed = 1,

    /// <summary>The command line asks for what cannot be.</summary>
    WrongUse = 64,

    /// <summary>Checksum, signature, contract, moved tag, stand-in content.</summary>
    WrongData = 65,

    /// <summary>A service or tool is not there.</summary>
    Unavailable = 69,

    /// <summary>The network, 429, 5xx after every patience.</summary>
    TryAgain = 75,

    /// <summary>Credentials or rights.</summary>
    Refused = 77,

    /// <summary>Definition, no signer, dirty tree, shallow clone, disagreeing git tag.</summary>
    WrongConfiguration = 78,
}

/// <summary>A target that failed for a reason that it has told already.</summary>
/// <param name="message">What and which.</param>
/// <param name="code">What the process ends with.</param>
public sealed class TargetFailedException(string message, Exit code = Exit.Failed) : Exception(message)
{
    public Exit Code => code;
}

/// <summary>The one place where a failure becomes an exit code.</summary>
public static class ExitCodes
{
    /// <summary>
    /// The code of several failures: what is wrong comes before what is away, and what stays away before what may be back.
    /// </summary>
    public static Exit Worst(IEnumerable<Exception> exceptions)
    {
        Exit[] codes = [.. exceptions.Select(Of)];
        Exit[] order = [Exit.WrongData, Exit.WrongConfiguration, Exit.WrongUse, Exit.Failed, Exit.Refused, Exit.Unavailable];
        return order.FirstOrDefault(code => codes.Contains(code), Exit.TryAgain);
    }

    public static Exit Of(Exception exception) =>
        exception switch
        {
            TargetFailedException e => e.Code,
            // Ctrl-C is the kernel's own; what else is cancelled had no more time.
            OperationCanceledException => Exit.TryAgain,
            ContentException or DebException or XzException => Exit.WrongData,
            ToolMissingException
            or ReleaseException { IsMissingTool: true }
            or CosignException { IsMissing: true }
            or SigningKeyException { IsMissing: true } => Exit.Unavailable,
            ProgramException { IsTooSlow: true } => Exit.TryAgain,
            DefinitionException
            or ResolutionException
            or ReleaseException
            or SigningKeyException
            or CertificateException
            or UnfitFileException => Exit.WrongConfiguration,
            EngineException { IsConfiguration: true } => Exit.WrongConfiguration,
            // It is there and does not do what is asked of it.
            EngineException { IsResponse: true, Fault: RemoteFault.Protocol or RemoteFault.NotFound } => Exit.Failed,
            // GitHub understood and takes it for wrong.
            GitHubException { IsInvalid: true } => Exit.Failed,
            RemoteException { Fault: RemoteFault.TryAgain } => Exit.TryAgain,
            RemoteException { Fault: RemoteFault.Refused } => Exit.Refused,
            RemoteException => Exit.Unavailable,
            UnauthorizedAccessException => Exit.Refused,
            _ => Exit.Failed,
        };
}
