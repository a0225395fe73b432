using Slipway.Http;
using Slipway.Oci;
using Slipway.Release;
using Slipway.Sources;
using Slipway.Trust;

namespace Slipway.Graph;

/// <summary>The exit codes that a failed target can give (sysexits.h); 64, wrong use, is the kernel's.</summary>
public enum ExitCode
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
public sealed class TargetFailedException(string message, ExitCode code = ExitCode.Failed) : Exception(message)
{
    public ExitCode Code => code;
}

/// <summary>The one place where a failure becomes an exit code.</summary>
public static class ExitCodes
{
    public static ExitCode Of(Exception exception) => exception switch
    {
        TargetFailedException e => e.Code,
        ContentException => ExitCode.WrongData,
        DefinitionException or ResolutionException or ReleaseException or SigningKeyException => ExitCode.WrongConfiguration,
        ToolMissingException => ExitCode.Unavailable,
        RemoteException { Fault: RemoteFault.TryAgain } => ExitCode.TryAgain,
        RemoteException { Fault: RemoteFault.Refused } => ExitCode.Refused,
        RemoteException => ExitCode.Unavailable,
        UnauthorizedAccessException => ExitCode.Refused,
        FormatException => ExitCode.WrongUse,
        _ => ExitCode.Failed,
    };
}
