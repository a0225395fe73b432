using System.Collections.Immutable;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Slipway.Oci;

namespace Slipway.Sigstore;

/// <summary>
/// Verifies Sigstore bundles without asking anybody (Sigstore's client specification, 4; sigstore_bundle.proto): with the trusted root
/// alone, which is what is believed.
/// </summary>
/// <param name="root">The authorities and logs to believe; with a key as policy it may name none.</param>
public sealed class SigstoreVerifier(TrustedRoot root)
{
    private readonly LogVerifier _logs = new(root);
    private readonly TimestampVerifier _timestamps = new(root);

    /// <summary>Verifies a bundle whose content is a file's signature or an envelope.</summary>
    /// <param name="bundle">In its JSON form.</param>
    /// <param name="content">
    /// The file; of an envelope with an in-toto statement one of its subjects. Null takes an envelope as it is, of which the caller
    /// judges what it says; a file's signature cannot do without.
    /// </param>
    /// <exception cref="SigstoreException">It proves nothing, for one reason.</exception>
    public SigstoreProof Verify(ReadOnlyMemory<byte> bundle, SignedMessage? content, SigstorePolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        try
        {
            return Verify(Bundle.Parse(bundle), content, policy);
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException)
        {
            throw new SigstoreException(SigstoreFailure.CertificateMalformed, "a certificate in the bundle is malformed", e);
        }
    }

    /// <summary>
    /// Verifies a signature that lies beside its file, as far as that goes without a log: that an authority that was believed when the
    /// certificate was issued issued it to whom the policy names, that a log of certificates saw it, and that its key signed the file. When
    /// it was used, and so whether it was valid then, is not proven.
    /// </summary>
    /// <param name="certificate">DER.</param>
    /// <exception cref="SigstoreException">It proves not even that.</exception>
    public void VerifyUnlogged(
        ReadOnlyMemory<byte> certificate,
        ReadOnlyMemory<byte> signature,
        SignedMessage content,
        SigstorePolicy policy
    )
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(policy);
        try
        {
            using X509Certificate2 read = AuthorityCertificates.Load(certificate.ToArray());
            SigningCertificate signer = SigningCertificate.Open(read, []);
            using X509Certificate2 issuer = signer.RequireIssuer(root, read.NotBefore);
            signer.RequireTimestamps(root, issuer, policy.CertificateTimestamps);
            RequireIdentity(signer, policy);
            RequireSigned(signer.Key, content, signature.Span);
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException or ContentException)
        {
            throw new SigstoreException(SigstoreFailure.CertificateMalformed, "the certificate is malformed", e);
        }
    }

    private SigstoreProof Verify(Bundle read, SignedMessage? content, SigstorePolicy policy)
    {
        SigningCertificate? certificate = CertificateOf(read, policy);
        SignedMessage signed = SignedOf(read, content);
        ImmutableArray<VerifiedLogEntry> entries = LogEntries(read, policy);
        ImmutableArray<VerifiedTimestamp> timestamps = [.. read.Timestamps.Select(one => _timestamps.Verify(one, read.Content.Signature))];
        SigstoreProof proof = certificate is null
            ? new SigstoreProof
            {
                Key = policy.Key!,
                LogEntries = entries,
                Timestamps = timestamps,
            }
            : ByIdentity(certificate, policy, entries, timestamps);
        proof = proof with { PayloadType = read.Content.PayloadType, Payload = read.Content.Payload };
        RequireTimes(entries, timestamps, policy.SigningTimes);
        RequireLogsValid(entries, proof);
        RequireSigned(proof.Key, signed, read.Content.Signature.Span);
        foreach (LogEntry entry in read.Entries)
            RequireLogged(entry, read, proof.Key, signed);
        if (read.Content.IsEnvelope && content is not null)
            StatementSubject.Require(read.Content, content);
        return proof;
    }

    /// <summary>Null where a key is wanted, and signed.</summary>
    private static SigningCertificate? CertificateOf(Bundle bundle, SigstorePolicy policy) =>
        (bundle.Certificate, policy.Key) switch
        {
            (null, null) => throw new SigstoreException(
                SigstoreFailure.CertificateMissing,
                "the bundle is by a key, without a certificate: wanted an identity"
            ),
            (null, { }) => null,
            ({ }, { }) => throw new SigstoreException(
                SigstoreFailure.KeyMissing,
                "the bundle is by an identity with a certificate: wanted the key"
            ),
            ({ } certificate, null) => SigningCertificate.Open(certificate, bundle.Intermediates),
        };

    private SigstoreProof ByIdentity(
        SigningCertificate certificate,
        SigstorePolicy policy,
        ImmutableArray<VerifiedLogEntry> entries,
        ImmutableArray<VerifiedTimestamp> timestamps
    )
    {
        (string Witness, DateTimeOffset Time)[] times =
        [
            .. entries.Where(entry => entry.Time is not null).Select(entry => ($"the log {Printable.Of(entry.Log)}", entry.Time!.Value)),
            .. timestamps.Select(timestamp => ($"the timestamp authority {Printable.Of(timestamp.Authority)}", timestamp.Time)),
        ];
        if (times.Length == 0)
            throw new SigstoreException(
                SigstoreFailure.SigningTimeMissing,
                "no log or timestamp authority of the trusted root says when the signature was made"
            );
        int seen = int.MaxValue;
        // Who says when it was may have erred, or lied: what he says must fit, whoever else says something better.
        foreach ((string witness, DateTimeOffset time) in times)
        {
            certificate.RequireValidAt(time, witness);
            using X509Certificate2 issuer = certificate.RequireIssuer(root, time);
            seen = Math.Min(seen, certificate.RequireTimestamps(root, issuer, policy.CertificateTimestamps));
        }

        return new SigstoreProof
        {
            Subject = RequireIdentity(certificate, policy),
            Claims = certificate.Claims,
            Key = certificate.Key,
            LogEntries = entries,
            Timestamps = timestamps,
            CertificateTimestamps = seen,
        };
    }

    private static string RequireIdentity(SigningCertificate certificate, SigstorePolicy policy)
    {
        string subject = certificate.Names.FirstOrDefault(policy.Names)
            ?? throw new SigstoreException(
                SigstoreFailure.IdentityMismatch,
                $"the certificate is for {Printable.Of(string.Join(", ", certificate.Names.DefaultIfEmpty("no name")))}: wanted "
                    + (policy.Subject ?? "a name that matches the pattern")
            );
        return certificate.Claims.Issuer == policy.Issuer
            ? subject
            : throw new SigstoreException(
                SigstoreFailure.IssuerMismatch,
                $"{Printable.Of(certificate.Claims.Issuer ?? "no issuer")} vouched for {Printable.Of(subject)}: wanted {policy.Issuer}"
            );
    }

    private ImmutableArray<VerifiedLogEntry> LogEntries(Bundle bundle, SigstorePolicy policy)
    {
        if (bundle.Entries.DistinctBy(entry => (entry.LogIndex, Convert.ToHexString(entry.LogId.Span))).Count() != bundle.Entries.Length)
            throw new SigstoreException(SigstoreFailure.BundleMalformed, "the bundle has an entry of a log twice");
        ImmutableArray<VerifiedLogEntry> verified = [.. bundle.Entries.Select(entry => _logs.Verify(entry, bundle.Version))];
        int logs = verified.Select(entry => entry.Log).Distinct(StringComparer.Ordinal).Count();
        return logs >= policy.LogEntries
            ? verified
            : throw new SigstoreException(
                SigstoreFailure.LogEntryMissing,
                $"the signature is in {logs} logs that the trusted root names: wanted {policy.LogEntries}"
            );
    }

    private static void RequireTimes(ImmutableArray<VerifiedLogEntry> entries, ImmutableArray<VerifiedTimestamp> timestamps, int wanted)
    {
        int times =
            entries.Where(entry => entry.Time is not null).Select(entry => entry.Log).Distinct(StringComparer.Ordinal).Count()
            + timestamps.Select(timestamp => timestamp.Authority).Distinct(StringComparer.Ordinal).Count();
        if (times < wanted)
            throw new SigstoreException(
                SigstoreFailure.SigningTimeMissing,
                $"{times} logs and timestamp authorities of the trusted root say when the signature was made: wanted {wanted}"
            );
    }

    /// <summary>A log that says no time is to be believed at every time that others say.</summary>
    private static void RequireLogsValid(ImmutableArray<VerifiedLogEntry> entries, SigstoreProof proof)
    {
        foreach (VerifiedLogEntry entry in entries)
        {
            if (entry.ValidFor is { } period && proof.Times.FirstOrDefault(time => !period.Contains(time)) is var time && time != default)
                throw new SigstoreException(
                    SigstoreFailure.LogUntrusted,
                    $"the signature was made at {time.UtcDateTime:O}, and the key of the log {Printable.Of(entry.Log)} is for {period}"
                );
        }
    }

    private static SignedMessage SignedOf(Bundle bundle, SignedMessage? content)
    {
        if (bundle.Content.IsEnvelope)
            return bundle.Content.PreAuthenticationEncoding;
        if (content is null)
            throw new SigstoreException(SigstoreFailure.StatementMalformed, "the bundle is a signature of a file: wanted a statement");
        return bundle.Content.MessageDigest is not { } said || content.Has(said)
            ? content
            : throw new SigstoreException(SigstoreFailure.DigestMismatch, $"the bundle says that it is about {said}");
    }

    private static void RequireSigned(PublicKey key, SignedMessage signed, ReadOnlySpan<byte> signature)
    {
        if (!key.TakesDigest(signed))
            throw new SigstoreException(
                SigstoreFailure.ContentNeeded,
                $"a signature of the algorithm {key.Algorithm} is not over the digest that was given: give the file itself"
            );
        if (!key.Verifies(signed, signature))
            throw new SigstoreException(SigstoreFailure.SignatureInvalid, "the signature is not by the signer's key over the content");
    }

    /// <summary>The log has this very signature, by this signer, over this content: not another one that the log has as well.</summary>
    private static void RequireLogged(LogEntry entry, Bundle bundle, PublicKey key, SignedMessage signed)
    {
        LogEntryBody body = LogEntryBody.Parse(entry);
        bool isSame = body.Hashed switch
        {
            HashedPart.Payload => bundle.Content.IsEnvelope && SignedMessage.Of(bundle.Content.Payload).Has(body.Hash),
            _ => signed.Has(body.Hash),
        };
        if (!isSame)
            throw new SigstoreException(SigstoreFailure.LogEntryMismatch, "the log's entry is about other content than the bundle");
        ReadOnlyMemory<byte> signer = bundle.Certificate?.RawDataMemory ?? key.Der;
        bool isLogged = body.Signatures.Any(one =>
            one.Signature.Span.SequenceEqual(bundle.Content.Signature.Span) && one.Signer.Span.SequenceEqual(signer.Span)
        );
        if (!isLogged)
            throw new SigstoreException(
                SigstoreFailure.LogEntryMismatch,
                "the log's entry is of another signature or signer than the bundle"
            );
    }
}
