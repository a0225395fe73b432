using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Slipway.Http;

/// <summary>Reads certificates and keys from PEM files (RFC 7468).</summary>
public static class CertificateFile
{
    private const int MaximumSize = 4 * 1024 * 1024;

    /// <summary>The certificates of a bundle, at least one.</summary>
    /// <exception cref="CertificateException">There is no such file, or no certificate in it.</exception>
    public static X509Certificate2Collection ReadAuthorities(string file)
    {
        X509Certificate2Collection found = Certificates(file, ReadText(file));
        return found.Count > 0 ? found : throw new CertificateException($"{file}: wanted certificates in PEM form, got none");
    }

    /// <summary>A certificate with its key and the intermediates that follow it, to show to a server.</summary>
    /// <param name="file">The certificate, then its intermediates.</param>
    /// <param name="keyFile">The key; null when it is in the first file.</param>
    /// <param name="password">Asked for the key's password, only when it is encrypted; null when there is none.</param>
    /// <exception cref="CertificateException">They cannot be used; says why.</exception>
    public static ClientIdentity ReadIdentity(string file, string? keyFile, Func<string?> password)
    {
        string text = ReadText(file),
            key = keyFile is null ? text : ReadText(keyFile);
        string named = keyFile ?? file;
        bool encrypted = key.Contains("-----BEGIN ENCRYPTED PRIVATE KEY-----", StringComparison.Ordinal);
        string? word = encrypted
            ? password() ?? throw new CertificateException($"{named}: the key is encrypted, and there is no password for it")
            : null;
        try
        {
            using X509Certificate2 own = word is null
                ? X509Certificate2.CreateFromPem(text, key)
                : X509Certificate2.CreateFromEncryptedPem(text, key, word);
            X509Certificate2Collection chain = Certificates(file, text);
            // Some systems use a key only when it came out of such a container.
            return new ClientIdentity(X509CertificateLoader.LoadPkcs12(own.Export(X509ContentType.Pkcs12), null), chain);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new CertificateException(
                encrypted
                    ? $"{named}: wanted the certificate's key in PEM form; the password is wrong, or the key is another one's or damaged"
                    : $"{named}: wanted a certificate and its key in PEM form; one is missing, another one's or damaged",
                e
            );
        }
    }

    private static X509Certificate2Collection Certificates(string file, string text)
    {
        X509Certificate2Collection found = [];
        try
        {
            found.ImportFromPem(text);
            return found;
        }
        catch (CryptographicException e)
        {
            throw new CertificateException($"{file}: a certificate in it is damaged", e);
        }
    }

    private static string ReadText(string file)
    {
        try
        {
            return RegularFile.ReadText(file, MaximumSize);
        }
        catch (UnfitFileException e)
        {
            throw new CertificateException(e.Message, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CertificateException($"{file}: it cannot be read: {e.Message}", e);
        }
    }
}
