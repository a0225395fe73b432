using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Slipway.Sigstore;

/// <summary>Finds the way from a certificate to the root of an authority (RFC 5280, 6), as it was at a time.</summary>
internal static class CertificatePath
{
    /// <summary>RFC 5280, 4.2.1.12.</summary>
    public const string CodeSigning = "1.3.6.1.5.5.7.3.3",
        TimeStamping = "1.3.6.1.5.5.7.3.8";

    /// <param name="authority">Its last certificate is the root that is believed; the others help.</param>
    /// <param name="helpers">More certificates that may stand between.</param>
    /// <param name="usage">For which the certificate, and those above it that say so, must be.</param>
    /// <returns>The certificate's issuer, which the caller disposes of; null when there is no such way.</returns>
    public static X509Certificate2? IssuerOf(
        X509Certificate2 certificate,
        AuthorityCertificates authority,
        IEnumerable<X509Certificate2> helpers,
        DateTimeOffset time,
        string usage
    )
    {
        using X509Chain chain = new();
        X509ChainPolicy policy = chain.ChainPolicy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.Add(authority.Chain[^1]);
        policy.ExtraStore.AddRange(authority.Chain.Concat(helpers).ToArray());
        // What is believed is in the trusted root: nothing is fetched, and certificates that live for minutes are not revoked.
        policy.RevocationMode = X509RevocationMode.NoCheck;
        policy.DisableCertificateDownloads = true;
        policy.VerificationTime = time.UtcDateTime;
        policy.ApplicationPolicy.Add(new Oid(usage));
        try
        {
            if (!chain.Build(certificate) || chain.ChainElements.Count < 2)
                return null;
            using X509Certificate2 issuer = chain.ChainElements[1].Certificate;
            return X509CertificateLoader.LoadCertificate(issuer.RawData);
        }
        catch (CryptographicException)
        {
            return null;
        }
        finally
        {
            foreach (X509ChainElement element in chain.ChainElements)
                element.Certificate.Dispose();
        }
    }
}
