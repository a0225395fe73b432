using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Slipway.StandIns;

/// <summary>
/// A certificate authority of the tests' own that issues as Fulcio does: certificates for ten minutes that name an identity and
/// the issuer who vouched for it, each with a timestamp of a certificate log (RFC 6962, section 3.2) inside.
/// </summary>
public sealed class SigningAuthority : IDisposable
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private readonly TimeProvider _time;
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public SigningAuthority(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        _time = time;
        CertificateRequest request = new("O=authority.test, CN=signing authority", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        DateTimeOffset now = time.GetUtcNow();
        Certificate = request.CreateSelfSigned(now.AddYears(-1), now.AddYears(9));
    }

    /// <summary>Its own, self-signed.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>The certificate log's key: ECDSA on P-256.</summary>
    public ECDsa LogKey { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>A certificate from now on, without its key.</summary>
    public X509Certificate2 Issue(SigningSubject subject, PublicKey key)
    {
        ArgumentNullException.ThrowIfNull(subject);
        DateTimeOffset now = _time.GetUtcNow();
        byte[] serial = [1, .. RandomNumberGenerator.GetBytes(15)];
        X509SignatureGenerator generator = X509SignatureGenerator.CreateForECDsa(_key);
        CertificateRequest request = Request(subject, key);
        if (!subject.HasTimestamp)
            return request.Create(Certificate.SubjectName, generator, now, now + Lifetime, serial);
        using X509Certificate2 before = request.Create(Certificate.SubjectName, generator, now, now + Lifetime, serial);
        // All but the signature's own place is the same in both: the log signs what it will be without its timestamp.
        request.CertificateExtensions.Add(CertificateTimestamp.Extension(Unsigned(before), Certificate.PublicKey, LogKey, now));
        return request.Create(Certificate.SubjectName, generator, now, now + Lifetime, serial);
    }

    public void Dispose()
    {
        _key.Dispose();
        LogKey.Dispose();
        Certificate.Dispose();
    }

    private CertificateRequest Request(SigningSubject subject, PublicKey key)
    {
        CertificateRequest request = new(new X500DistinguishedName(""), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.3")], false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(key, false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Certificate, true, false));
        SubjectAlternativeNameBuilder names = new();
        foreach (string identity in subject.Identities)
        {
            if (identity.Contains("://", StringComparison.Ordinal))
                names.AddUri(new Uri(identity));
            else
                names.AddEmailAddress(identity);
        }

        if (!subject.Identities.IsEmpty)
            request.CertificateExtensions.Add(names.Build(critical: true));
        if (subject.Issuer is { } issuer)
        {
            // Fulcio writes the issuer twice: the old extension as bare text, the new one as a UTF8String.
            request.CertificateExtensions.Add(new X509Extension("1.3.6.1.4.1.57264.1.1", Encoding.UTF8.GetBytes(issuer), false));
            request.CertificateExtensions.Add(Claim(8, issuer));
        }

        foreach ((int number, string value) in subject.Claims)
            request.CertificateExtensions.Add(Claim(number, value));
        return request;
    }

    private static X509Extension Claim(int number, string value)
    {
        AsnWriter text = new(AsnEncodingRules.DER);
        text.WriteCharacterString(UniversalTagNumber.UTF8String, value);
        return new X509Extension($"1.3.6.1.4.1.57264.1.{number}", text.Encode(), false);
    }

    /// <summary>The part of a certificate that is signed (RFC 5280, section 4.1: <c>tbsCertificate</c>).</summary>
    private static byte[] Unsigned(X509Certificate2 certificate) =>
        new AsnReader(certificate.RawData, AsnEncodingRules.DER).ReadSequence().ReadEncodedValue().ToArray();
}
