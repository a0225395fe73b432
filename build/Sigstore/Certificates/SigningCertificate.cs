using System.Collections.Immutable;
using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Slipway.Oci;

namespace Slipway.Sigstore;

/// <summary>The certificate of whoever signed: whether it is to be believed, and whom it names.</summary>
internal sealed class SigningCertificate
{
    private readonly X509Certificate2 _certificate;
    private readonly ImmutableArray<X509Certificate2> _helpers;

    private SigningCertificate(X509Certificate2 certificate, ImmutableArray<X509Certificate2> helpers, PublicKey key)
    {
        (_certificate, _helpers, Key) = (certificate, helpers, key);
        Names = SubjectAlternativeNames.Of(certificate);
        Claims = CertificateClaims.Of(certificate);
        Timestamps = CertificateTimestamp.Of(certificate);
    }

    public PublicKey Key { get; }

    /// <summary>Whom it is for; with Fulcio's one.</summary>
    public IReadOnlyList<string> Names { get; }

    public CertificateClaims Claims { get; }

    public ReadOnlyMemory<byte> Der => _certificate.RawDataMemory;

    /// <summary>Of logs, inside it.</summary>
    private ImmutableArray<CertificateTimestamp> Timestamps { get; }

    /// <exception cref="SigstoreException">It, or what came with it, is not what it should be.</exception>
    public static SigningCertificate Open(X509Certificate2 certificate, ImmutableArray<X509Certificate2> helpers)
    {
        if (helpers.Append(certificate).Any(one => one.SubjectName.RawData.AsSpan().SequenceEqual(one.IssuerName.RawData)))
            throw new SigstoreException(
                SigstoreFailure.RootCertificateInBundle,
                "the bundle brings a root certificate along: a root is believed because the trusted root names it, for no other reason"
            );
        try
        {
            return new SigningCertificate(
                certificate,
                helpers,
                PublicKey.FromSubjectPublicKeyInfo(certificate.PublicKey.ExportSubjectPublicKeyInfo())
            );
        }
        catch (Exception e) when (e is ContentException or AsnContentException or CryptographicException)
        {
            throw new SigstoreException(SigstoreFailure.CertificateMalformed, $"the bundle's certificate: {e.Message}", e);
        }
    }

    /// <summary>Whether it was valid then.</summary>
    /// <exception cref="SigstoreException">It was not.</exception>
    public void RequireValidAt(DateTimeOffset time, string witness)
    {
        DateTime utc = time.UtcDateTime;
        (DateTime start, DateTime end) = (_certificate.NotBefore.ToUniversalTime(), _certificate.NotAfter.ToUniversalTime());
        if (utc < start || utc > end)
            throw new SigstoreException(
                SigstoreFailure.CertificateExpired,
                $"{witness} says that the signature was there at {Text(utc)}, and the certificate is for {Text(start)} to {Text(end)}"
            );
    }

    /// <summary>That an authority issued it for signing code, by one that was believed and a way that was valid then.</summary>
    /// <returns>The certificate's issuer.</returns>
    /// <exception cref="SigstoreException">Nobody did.</exception>
    public X509Certificate2 RequireIssuer(TrustedRoot root, DateTimeOffset time)
    {
        RequireUsage();
        AuthorityCertificates[] valid = [.. root.CertificateAuthorities.Where(authority => authority.ValidFor.Contains(time))];
        return valid
            .Select(authority => CertificatePath.IssuerOf(_certificate, authority, _helpers, time, CertificatePath.CodeSigning))
            .FirstOrDefault(issuer => issuer is not null)
            ?? throw new SigstoreException(
                SigstoreFailure.CertificateUntrusted,
                $"the certificate was not issued by any of the {valid.Length} authorities that the trusted root names for {Text(time.UtcDateTime)}"
            );
    }

    /// <summary>How many logs of certificates have seen it.</summary>
    /// <exception cref="SigstoreException">Fewer than asked for.</exception>
    public int RequireTimestamps(TrustedRoot root, X509Certificate2 issuer, int wanted)
    {
        int seen = Timestamps
            .SelectMany(timestamp => root.CertificateLogs.Where(log => HasSeen(log, timestamp, issuer)))
            .DistinctBy(log => log.Key)
            .Count();
        return seen >= wanted
            ? seen
            : throw new SigstoreException(
                SigstoreFailure.CertificateTimestampMissing,
                $"{seen} logs of certificates that the trusted root names have signed that they saw the certificate: wanted {wanted}"
            );
    }

    private bool HasSeen(TransparencyLog log, CertificateTimestamp timestamp, X509Certificate2 issuer) =>
        log.LogId.Span.SequenceEqual(timestamp.LogId.Span)
        && timestamp.Time is { } time
        && log.ValidFor.Contains(time)
        && timestamp.IsSignedBy(log, _certificate, issuer);

    /// <summary>For signing code, and for signatures, and no authority itself (Fulcio, certificate specification).</summary>
    private void RequireUsage()
    {
        bool isForCode = _certificate
            .Extensions.OfType<X509EnhancedKeyUsageExtension>()
            .Any(usage => usage.EnhancedKeyUsages.OfType<Oid>().Any(oid => oid.Value == CertificatePath.CodeSigning));
        bool signs = _certificate
            .Extensions.OfType<X509KeyUsageExtension>()
            .All(usage => usage.KeyUsages.HasFlag(X509KeyUsageFlags.DigitalSignature));
        bool isAuthority = _certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(basic => basic.CertificateAuthority);
        if (!isForCode || !signs || isAuthority)
            throw new SigstoreException(
                SigstoreFailure.CertificateUsageMismatch,
                isAuthority ? "the certificate is an authority's: wanted one for signing code" : "the certificate is not for signing code"
            );
    }

    private static string Text(DateTime utc) => utc.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
