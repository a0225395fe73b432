using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Sigstore;

/// <summary>
/// A certificate or timestamp authority (sigstore_trustroot.proto, <c>CertificateAuthority</c>): certificates from the one that issues,
/// of a timestamp authority from the one that signs, to its root.
/// </summary>
public sealed class AuthorityCertificates
{
    private const int MaximumCertificates = 16;

    private AuthorityCertificates(string uri, ImmutableArray<X509Certificate2> chain, ValidityPeriod validFor) =>
        (Uri, Chain, ValidFor) = (uri, chain, validFor);

    /// <summary>Where it is.</summary>
    public string Uri { get; }

    /// <summary>When it is to be believed.</summary>
    public ValidityPeriod ValidFor { get; }

    /// <summary>At least one; the last is the root.</summary>
    internal ImmutableArray<X509Certificate2> Chain { get; }

    /// <exception cref="ContentException">It has no certificate, or one that cannot be read.</exception>
    internal static AuthorityCertificates Parse(JsonElement authority)
    {
        JsonElement[] certificates = authority.RequiredObject("certChain").ItemsUpTo("certificates", MaximumCertificates);
        if (certificates.Length == 0)
            throw new ContentException("an authority has no certificate");
        return new AuthorityCertificates(
            authority.OptionalString("uri") ?? "",
            [.. certificates.Select(certificate => Load(certificate.RequiredBytes("rawBytes")))],
            ValidityPeriod.Of(authority)
        );
    }

    /// <exception cref="ContentException">It is no certificate.</exception>
    internal static X509Certificate2 Load(byte[] der)
    {
        try
        {
            X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(der);
            return certificate.RawDataMemory.Length == der.Length
                ? certificate
                : throw new ContentException("something follows a certificate");
        }
        catch (CryptographicException e)
        {
            throw new ContentException("a certificate is damaged", e);
        }
    }
}
