using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Slipway.Trust;

/// <summary>
/// Signs with a private key from a PEM text: ECDSA on P-256 or P-384, as <c>EC PRIVATE KEY</c>, <c>PRIVATE KEY</c>
/// (PKCS#8) or <c>ENCRYPTED PRIVATE KEY</c> (PKCS#8 with a password).
/// </summary>
public sealed class KeySigner : KeyedSigner, IDisposable
{
    private const string EncryptedForm = "ENCRYPTED PRIVATE KEY";

    private readonly ECDsa _key;

    private KeySigner(ECDsa key)
    {
        _key = key;
        Key = VerificationKey.Parse(key.ExportSubjectPublicKeyInfoPem(), "the signing key's public half");
    }

    public override VerificationKey Key { get; }

    /// <param name="pem">The key.</param>
    /// <param name="name">What to call the key in errors, as its path.</param>
    /// <param name="password">Asked for the password, only when the key is encrypted; null when there is none.</param>
    /// <exception cref="SigningKeyException">The key cannot be used; the message says why and what to do.</exception>
    public static KeySigner FromPem(string pem, string name, Func<string?> password)
    {
        PemFile file = PemFile.Parse(pem, name);
        ECDsa key = ECDsa.Create();
        try
        {
            Import(key, file, name, password);
            KeyKind.RequireFit(key, name);
            return new KeySigner(key);
        }
        catch (Exception e)
        {
            key.Dispose();
            if (e is CryptographicException or AsnContentException)
                throw new SigningKeyException($"{name}: the key in it is damaged or incomplete");
            throw;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(file.Der);
        }
    }

    /// <summary>As <see cref="FromPem"/>, from a file of at most 64 KiB.</summary>
    public static KeySigner FromFile(string path, Func<string?> password) => FromPem(PemFile.ReadText(path), path, password);

    /// <summary>A new P-256 key that lives in memory only: what it signs proves nothing to anybody else.</summary>
    public static KeySigner CreateThrowAway() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    public override Task<byte[]> SignAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(_key.SignData(content.Span, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
    }

    public void Dispose() => _key.Dispose();

    private static void Import(ECDsa key, PemFile file, string name, Func<string?> password)
    {
        switch (file.Label)
        {
            case "EC PRIVATE KEY":
                key.ImportECPrivateKey(file.Der, out _);
                return;
            case "PRIVATE KEY":
                KeyKind.RequireEllipticPrivate(file.Der, name);
                key.ImportPkcs8PrivateKey(file.Der, out _);
                return;
            case EncryptedForm:
                KeyKind.RequireKnownEncryption(file.Der, name);
                ImportEncrypted(key, file.Der, name, password);
                return;
            default:
                throw new SigningKeyException($"{name}: {Unfit(file.Label)}");
        }
    }

    private static void ImportEncrypted(ECDsa key, byte[] der, string name, Func<string?> password)
    {
        if (password() is not { Length: > 0 } secret)
            throw new SigningKeyException(
                $"{name}: the key is encrypted and no password was given. Set the signing key's password in the environment"
            );
        try
        {
            key.ImportEncryptedPkcs8PrivateKey(secret, der, out _);
        }
        catch (CryptographicException)
        {
            throw new SigningKeyException(
                IsRsa(der, secret)
                    ? $"{name}: wanted an ECDSA key on P-256 or P-384, got an RSA key"
                    : $"{name}: the password is wrong, or the key is not an ECDSA key"
            );
        }
    }

    private static bool IsRsa(byte[] der, string password)
    {
        using RSA rsa = RSA.Create();
        try
        {
            rsa.ImportEncryptedPkcs8PrivateKey(password, der, out _);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static string Unfit(string label) =>
        label switch
        {
            "ENCRYPTED SIGSTORE PRIVATE KEY" or "ENCRYPTED COSIGN PRIVATE KEY" =>
                "it is encrypted in cosign's own format, which only cosign reads, and cosign cannot convert it to another. "
                    + "If the key was imported by 'cosign import-key-pair', use the PEM file that it was imported from; else make a new "
                    + "one: "
                    + "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -aes-256-cbc -out FILE, publish its public "
                    + "key, and sign with it from now on",
            "RSA PRIVATE KEY" => "wanted an ECDSA key on P-256 or P-384, got an RSA key",
            "OPENSSH PRIVATE KEY" => "wanted an ECDSA key in PEM form, got a key in OpenSSH's form",
            "PUBLIC KEY" => "wanted a private key, got a public key",
            "CERTIFICATE" => "wanted a private key, got a certificate",
            _ => $"wanted a private key, got '{label}'",
        };
}
