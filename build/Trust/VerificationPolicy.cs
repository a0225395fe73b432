using System.Collections.Immutable;

namespace Slipway.Trust;

/// <summary>
/// What has to hold before content is trusted. Nothing is accepted that a policy does not name; there is no policy
/// that accepts unsigned content.
/// </summary>
public sealed class VerificationPolicy
{
    private VerificationPolicy(VerificationKey key, ImmutableArray<string> attestations)
    {
        Key = key;
        Attestations = attestations;
    }

    /// <summary>The key that must have signed.</summary>
    public VerificationKey Key { get; }

    /// <summary>The kinds of statements, by predicate type, that the key must have signed about every manifest.</summary>
    public ImmutableArray<string> Attestations { get; }

    /// <summary>A valid signature by this key, on the index and on every manifest it names.</summary>
    public static VerificationPolicy RequireKey(VerificationKey key) => new(key, []);

    /// <summary>And a valid statement of each of these kinds about the index and every manifest it names.</summary>
    public VerificationPolicy WithAttestations(params IEnumerable<string> predicateTypes) => new(Key, [.. Attestations.Union(predicateTypes)]);

    /// <summary>As <see cref="RequireKey(VerificationKey)"/>, from a PEM text.</summary>
    /// <param name="name">What to call the key in errors, as its path.</param>
    /// <exception cref="SigningKeyException">It is no usable public key.</exception>
    public static VerificationPolicy RequireKey(string publicKeyPem, string name) => RequireKey(VerificationKey.Parse(publicKeyPem, name));
}
