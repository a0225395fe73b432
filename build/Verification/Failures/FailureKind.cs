namespace Slipway.Verification;

/// <summary>What a failure means for whoever started a program, whichever front end that was.</summary>
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
