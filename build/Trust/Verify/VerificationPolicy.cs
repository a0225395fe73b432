using System.Collections.Immutable;

namespace Slipway.Trust;

/// <summary>
/// What has to hold before content is trusted. Nothing is accepted that a policy does not name; there is no policy
/// that accepts unsigned content.
/// </summary>
public sealed class VerificationPolicy
{
    private VerificationPolicy(ITrustedSigner signer)
    {
        Signer = signer;
    }

    private VerificationPolicy(VerificationPolicy other)
    {
        Signer = other.Signer;
        Attestations = other.Attestations;
        Optional = other.Optional;
        RequiresTagForm = other.RequiresTagForm;
    }

    /// <summary>Who must have signed.</summary>
    public ITrustedSigner Signer { get; }

    /// <summary>The kinds of statements, by predicate type, that the signer must have signed about every manifest.</summary>
    public ImmutableArray<string> Attestations { get; private init; } = [];

    /// <summary>The kinds of statements that nobody must have signed, and that are told where the signer did.</summary>
    public ImmutableArray<string> Optional { get; private init; } = [];

    /// <summary>Whether the signature has to be in cosign's tag form, which older verifiers read alone; else either form will do.</summary>
    public bool RequiresTagForm { get; private init; }

    /// <summary>A valid signature by this signer, on the index and on every manifest it names.</summary>
    public static VerificationPolicy Require(ITrustedSigner signer) => new(signer);

    /// <summary>As <see cref="Require"/>, of a key.</summary>
    public static VerificationPolicy RequireKey(VerificationKey key) => Require(key);

    /// <summary>As <see cref="RequireKey(VerificationKey)"/>, from a PEM text.</summary>
    /// <param name="name">What to call the key in errors, as its path.</param>
    /// <exception cref="SigningKeyException">It is no usable public key.</exception>
    public static VerificationPolicy RequireKey(string publicKeyPem, string name) => RequireKey(VerificationKey.Parse(publicKeyPem, name));

    /// <summary>And a valid statement of each of these kinds about the index and every manifest it names.</summary>
    public VerificationPolicy WithAttestations(params IEnumerable<string> predicateTypes) =>
        new(this) { Attestations = [.. Attestations.Union(predicateTypes)] };

    /// <summary>And tell which of these kinds the signer signed, too, of those that are stored as bundles.</summary>
    public VerificationPolicy Telling(params IEnumerable<string> predicateTypes) =>
        new(this) { Optional = [.. Optional.Union(predicateTypes)] };

    /// <summary>And the signature in cosign's tag form, where a release has promised it to everybody.</summary>
    public VerificationPolicy WithTagForm() => new(this) { RequiresTagForm = true };
}
