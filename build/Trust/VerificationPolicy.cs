namespace Slipway.Trust;

/// <summary>
/// What has to hold before content is trusted. Nothing is accepted that a policy does not name; there is no policy
/// that accepts unsigned content.
/// </summary>
public sealed class VerificationPolicy
{
    private VerificationPolicy(VerificationKey key) => Key = key;

    /// <summary>The key that must have signed.</summary>
    public VerificationKey Key { get; }

    /// <summary>A valid signature by this key, on the index and on every manifest it names.</summary>
    public static VerificationPolicy RequireKey(VerificationKey key) => new(key);

    /// <summary>As <see cref="RequireKey(VerificationKey)"/>, from a PEM text.</summary>
    /// <param name="name">What to call the key in errors, as its path.</param>
    /// <exception cref="SigningKeyException">It is no usable public key.</exception>
    public static VerificationPolicy RequireKey(string publicKeyPem, string name) => new(VerificationKey.Parse(publicKeyPem, name));
}
