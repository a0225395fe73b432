using System.Formats.Asn1;
using System.Security.Cryptography;
using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>A public key that verifies signatures: ECDSA on P-256 or P-384. Equality is by the key itself.</summary>
public sealed record VerificationKey : ITrustedSigner
{
    private readonly string _der;

    private VerificationKey(byte[] der)
    {
        _der = Convert.ToBase64String(der);
        Fingerprint = Digest.Of(der);
    }

    /// <summary>SHA-256 of the key's DER form (SubjectPublicKeyInfo, RFC 5280), for people to compare.</summary>
    public Digest Fingerprint { get; }

    public string Name => $"the key {Fingerprint.Abbreviated}";

    /// <summary>The key as <c>PUBLIC KEY</c>, ending with a line feed: what <c>cosign verify --key</c> reads.</summary>
    public string Pem => PemEncoding.WriteString("PUBLIC KEY", Convert.FromBase64String(_der)) + "\n";

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
            KeyKind.RequireEllipticPublic(file.Der, name);
            using ECDsa key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(file.Der, out int length);
            if (length != file.Der.Length)
                throw new SigningKeyException($"{name}: there are bytes after the public key");
            KeyKind.RequireFit(key, name);
            return new VerificationKey(key.ExportSubjectPublicKeyInfo());
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException)
        {
            throw new SigningKeyException($"{name}: the public key in it is damaged or incomplete");
        }
    }

    /// <summary>As <see cref="Parse"/>, from a file of at most 64 KiB.</summary>
    /// <exception cref="SigningKeyException">It cannot be read, or holds no such key.</exception>
    public static VerificationKey FromFile(string path) => Parse(PemFile.ReadText(path), path);

    Task<bool> ITrustedSigner.SignedAsync(StoredSignature signature, CancellationToken cancellationToken) =>
        Task.FromResult(Verifies(signature.Payload.Span, signature.Signature.Span));

    Task<bool> ITrustedSigner.SignedAsync(SigstoreBundle bundle, ManifestContent about, CancellationToken cancellationToken) =>
        Task.FromResult(!bundle.IsKeyless && bundle.Envelope.IsSignedBy(this));

    Task<bool> ITrustedSigner.SignedAsync(BlobSignature signature, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        Task.FromResult(!signature.IsKeyless && signature.IsOf(content.Span) && Verifies(content.Span, signature.Signature.Span));

    /// <summary>Whether this is a DER signature (RFC 3279, 2.2.3) by this key over the SHA-256 of the bytes.</summary>
    public bool Verifies(ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature) => VerifiesHash(SHA256.HashData(content), signature);

    /// <summary>As <see cref="Verifies"/>, of bytes whose SHA-256 is known.</summary>
    internal bool VerifiesHash(ReadOnlySpan<byte> sha256, ReadOnlySpan<byte> signature)
    {
        using ECDsa key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(Convert.FromBase64String(_der), out _);
        try
        {
            return key.VerifyHash(sha256, signature, DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
