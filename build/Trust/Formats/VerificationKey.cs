using System.Security.Cryptography;
using Slipway.Oci;
using Slipway.Sigstore;

namespace Slipway.Trust;

/// <summary>
/// A public key that verifies signatures: ECDSA on P-256, P-384 or P-521, Ed25519, or RSA. Equality is by the key itself.
/// </summary>
public sealed record VerificationKey : ITrustedSigner
{
    private readonly PublicKey _key;

    private VerificationKey(PublicKey key) => _key = key;

    /// <summary>SHA-256 of the key's DER form (SubjectPublicKeyInfo, RFC 5280), for people to compare.</summary>
    public Digest Fingerprint => _key.Fingerprint;

    public string Name => $"the key {Fingerprint.Abbreviated}";

    /// <summary>The key as <c>PUBLIC KEY</c>, ending with a line feed: what <c>cosign verify --key</c> reads.</summary>
    public string Pem => PemEncoding.WriteString("PUBLIC KEY", _key.Der.Span) + "\n";

    /// <param name="pem">A text with one <c>PUBLIC KEY</c> block.</param>
    /// <param name="name">What to call the key in errors, as its path.</param>
    /// <exception cref="SigningKeyException">It is no such key.</exception>
    public static VerificationKey Parse(string pem, string name)
    {
        PemFile file = PemFile.Parse(pem, name);
        if (file.Label.EndsWith("PRIVATE KEY", StringComparison.Ordinal))
            throw new SigningKeyException(
                $"{name}: wanted a public key, got a private one: keep it secret. Run: openssl pkey -in FILE -pubout"
            );
        if (file.Label != "PUBLIC KEY")
            throw new SigningKeyException($"{name}: wanted a public key in PEM form ('PUBLIC KEY'), got '{file.Label}'");
        try
        {
            return new VerificationKey(PublicKey.FromSubjectPublicKeyInfo(file.Der));
        }
        catch (ContentException e)
        {
            throw new SigningKeyException($"{name}: {e.Message}");
        }
    }

    /// <summary>As <see cref="Parse"/>, from a file of at most 64 KiB.</summary>
    /// <exception cref="SigningKeyException">It cannot be read, or holds no such key.</exception>
    public static VerificationKey FromFile(string path) => Parse(PemFile.ReadText(path), path);

    Task<bool> ITrustedSigner.SignedAsync(StoredSignature signature, CancellationToken cancellationToken) =>
        Task.FromResult(Verifies(signature.Payload, signature.Signature.Span));

    Task<SignatureProof?> ITrustedSigner.SignedAsync(SigstoreBundle bundle, ManifestContent about, CancellationToken cancellationToken) =>
        Task.FromResult(!bundle.IsKeyless && bundle.Envelope.IsSignedBy(this) ? SignatureProof.ByKey : null);

    Task<bool> ITrustedSigner.SignedAsync(BlobSignature signature, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        Task.FromResult(!signature.IsKeyless && signature.IsOf(content.Span) && Verifies(content, signature.Signature.Span));

    /// <summary>Whether this is a signature by this key over the bytes; of ECDSA in DER (RFC 3279, 2.2.3).</summary>
    public bool Verifies(ReadOnlyMemory<byte> content, ReadOnlySpan<byte> signature) => _key.Verifies(content, signature);

    /// <summary>As the other, of what is hashed once for several signatures.</summary>
    internal bool Verifies(SignedMessage content, ReadOnlySpan<byte> signature) => _key.Verifies(content, signature);
}
