using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>
/// One of the bundles that a place holds. What nobody believes is not kept: of a bundle by anybody else nothing is left but that it is
/// there.
/// </summary>
internal sealed record StoredBundle
{
    /// <summary>The layer or the referrer that it was found by.</summary>
    public required Descriptor Stored { get; init; }

    /// <summary>The bundle, when the signer signed it; null when not, or when that could not be found out.</summary>
    public SigstoreBundle? Bundle { get; init; }

    /// <summary>What the signer said in it; null when that is no statement.</summary>
    public Statement? Statement { get; init; }

    /// <summary>What somebody else may have said, for who copies it unproven; null when it says nothing about the subject.</summary>
    public ForeignStatement? Foreign { get; init; }

    /// <summary>Why it cannot be read; empty when it can.</summary>
    public string Problem { get; init; } = "";

    /// <summary>Why it could not be read or judged at all; null when it could.</summary>
    public RemoteException? Unknown { get; init; }
}

/// <summary>A statement that nobody here vouches for.</summary>
/// <param name="Envelope">Of the envelope it came in: <see cref="DsseEnvelope.Identity"/>.</param>
internal sealed record ForeignStatement(Digest Envelope, string PredicateType, bool IsAbout);
