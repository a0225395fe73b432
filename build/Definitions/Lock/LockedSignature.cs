using System.Collections.Immutable;

namespace Slipway.Definitions;

/// <summary>How far the signature of an upstream file was proven; the later ones are better.</summary>
public enum SignatureState
{
    /// <summary>There is none that holds, and a person took the file for its checksum alone.</summary>
    AcceptedUnsigned,

    /// <summary>
    /// Signed by the key of a certificate that names identity and issuer, by an authority that is believed; no log was asked, so that it
    /// is not proven when it was used.
    /// </summary>
    UnverifiedNoLog,

    /// <summary>Signed by that identity while its certificate was valid, as a transparency log tells.</summary>
    Verified,
}

/// <summary>What <c>Lock</c> found out about the signature of an upstream file, on the worst of its architectures.</summary>
/// <param name="By">By what it was established, one of the names here.</param>
/// <param name="Signer">Who was expected.</param>
/// <param name="Problem"><see cref="Missing"/> or <see cref="Wrong"/> where an unsigned file was accepted, else null.</param>
public sealed record LockedSignature(SignatureState State, string By, UpstreamSigner Signer, string? Problem = null)
{
    /// <summary>The certificate, its authority, the signature, and the log's entry.</summary>
    public const string ByLog = "transparency-log";

    /// <summary>The same in older locks.</summary>
    internal const string ByCosign = "cosign";

    /// <summary>The certificate, its authority and the signature, on this machine alone.</summary>
    public const string ByCertificate = "certificate";

    /// <summary>A person's word.</summary>
    public const string ByCommandLine = "--accept-unsigned-upstream-unsafe";

    public const string Missing = "missing";

    public const string Wrong = "wrong";

    /// <summary>How each state is written.</summary>
    public static ImmutableSortedDictionary<string, SignatureState> States { get; } =
        ImmutableSortedDictionary.CreateRange<string, SignatureState>(
            StringComparer.Ordinal,
            [
                new("accepted-unsigned", SignatureState.AcceptedUnsigned),
                new("unverified-no-log", SignatureState.UnverifiedNoLog),
                new("verified", SignatureState.Verified),
            ]
        );

    /// <summary>The state as locks, provenance and lines for people have it.</summary>
    public string Word => States.Single(state => state.Value == State).Key;

    public override string ToString() => $"{Word} (by {By}{(Problem is null ? "" : $", it is {Problem}")}), wanted {Signer}";

    internal static LockedSignature Accepted(UpstreamSigner signer, string problem) =>
        new(SignatureState.AcceptedUnsigned, ByCommandLine, signer, problem);
}
