using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;

namespace Slipway.Sigstore;

/// <summary>Verifies the word of a timestamp authority that a signature was there at a time (RFC 3161).</summary>
/// <param name="root">Names the authorities.</param>
internal sealed class TimestampVerifier(TrustedRoot root)
{
    /// <summary>PKIStatus (RFC 3161, 2.4.2).</summary>
    private const int Granted = 0,
        GrantedWithModifications = 1;

    private const int MaximumSize = 64 * 1024;

    /// <param name="response">DER of a TimeStampResp.</param>
    /// <param name="signature">That the timestamp has to be of.</param>
    /// <exception cref="SigstoreException">It says nothing that is to be believed.</exception>
    public VerifiedTimestamp Verify(ReadOnlyMemory<byte> response, ReadOnlyMemory<byte> signature)
    {
        Rfc3161TimestampToken token = TokenOf(response);
        DateTimeOffset time = token.TokenInfo.Timestamp;
        RequireAbout(token, signature.Span);
        bool isOfOtherTime = false;
        foreach (AuthorityCertificates authority in root.TimestampAuthorities)
        {
            if (!IsSignedBy(token, authority, signature.Span, out X509Certificate2? signer))
                continue;
            using (signer)
            {
                X509Certificate2Collection embedded = token.AsSignedCms().Certificates;
                if (authority.ValidFor.Contains(time) && IsOf(signer!, authority, embedded, time))
                    return new VerifiedTimestamp(authority.Uri, time);
                isOfOtherTime |= IsOf(signer!, authority, embedded, signer!.NotBefore);
            }
        }

        throw isOfOtherTime || root.TimestampAuthorities.Any(authority => IsByKeyOf(token, authority))
            ? OfOtherTime(time)
            : new SigstoreException(
                SigstoreFailure.TimestampUntrusted,
                "a timestamp was not made by any authority that the trusted root names"
            );
    }

    private static Rfc3161TimestampToken TokenOf(ReadOnlyMemory<byte> response)
    {
        try
        {
            if (response.Length > MaximumSize)
                throw Malformed($"wanted at most {MaximumSize} bytes, got {response.Length}");
            AsnReader all = new(response, AsnEncodingRules.BER);
            AsnReader parts = all.ReadSequence();
            all.ThrowIfNotEmpty();
            if (!parts.ReadSequence().TryReadInt32(out int status) || status is not (Granted or GrantedWithModifications))
                throw Malformed($"its authority refused it with the status {status}");
            if (!parts.HasData)
                throw Malformed("its token is missing");
            ReadOnlyMemory<byte> encoded = parts.ReadEncodedValue();
            return Rfc3161TimestampToken.TryDecode(encoded, out Rfc3161TimestampToken? token, out _) ? token : throw ProblemOf(encoded);
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException)
        {
            throw new SigstoreException(SigstoreFailure.TimestampMalformed, "a timestamp is damaged or incomplete", e);
        }
    }

    /// <summary>
    /// Why a token is not taken: a certificate that is in it has to be its signer's, and valid when it was made (RFC 3161, 2.3).
    /// </summary>
    private static SigstoreException ProblemOf(ReadOnlyMemory<byte> token)
    {
        SignedCms cms = new();
        cms.Decode(token.Span);
        if (
            !Rfc3161TimestampTokenInfo.TryDecode(cms.ContentInfo.Content, out Rfc3161TimestampTokenInfo? info, out _)
            || cms.SignerInfos.Count != 1
            || cms.SignerInfos[0].Certificate is not { } signer
        )
            return Malformed("its token cannot be read, or is not by exactly one authority");
        DateTime time = info.Timestamp.UtcDateTime;
        return time < signer.NotBefore.ToUniversalTime() || time > signer.NotAfter.ToUniversalTime()
            ? OfOtherTime(info.Timestamp)
            : Malformed("the certificate in it is not its authority's, or not for timestamps");
    }

    private static SigstoreException OfOtherTime(DateTimeOffset time) =>
        new(
            SigstoreFailure.TimestampOutsideValidity,
            $"a timestamp is of {time.UtcDateTime:O}, when its authority or its certificate was not to be believed"
        );

    /// <summary>The hash in it must be a good one, and the signature's.</summary>
    private static void RequireAbout(Rfc3161TimestampToken token, ReadOnlySpan<byte> signature)
    {
        Rfc3161TimestampTokenInfo info = token.TokenInfo;
        byte[] hash = info.HashAlgorithmId.Value switch
        {
            "2.16.840.1.101.3.4.2.1" => SHA256.HashData(signature),
            "2.16.840.1.101.3.4.2.2" => SHA384.HashData(signature),
            "2.16.840.1.101.3.4.2.3" => SHA512.HashData(signature),
            var other => throw Malformed($"its hash is of the algorithm {other}: wanted SHA-256, SHA-384 or SHA-512"),
        };
        if (!info.GetMessageHash().Span.SequenceEqual(hash))
            throw new SigstoreException(SigstoreFailure.TimestampMismatch, "a timestamp is about another signature than the bundle's");
    }

    /// <summary>Its certificate may be in the token, or be that with which the authority's chain begins.</summary>
    private static bool IsSignedBy(
        Rfc3161TimestampToken token,
        AuthorityCertificates authority,
        ReadOnlySpan<byte> signature,
        out X509Certificate2? signer
    )
    {
        signer = null;
        try
        {
            return token.VerifySignatureForData(signature, out signer, [.. authority.Chain]) && signer is not null;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>Whether the signature alone holds, whatever the certificate is for and when it is valid.</summary>
    private static bool IsByKeyOf(Rfc3161TimestampToken token, AuthorityCertificates authority)
    {
        SignedCms cms = token.AsSignedCms();
        try
        {
            if (cms.Certificates.Count > 0)
                return false;
            cms.CheckSignature([.. authority.Chain], verifySignatureOnly: true);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static bool IsOf(
        X509Certificate2 signer,
        AuthorityCertificates authority,
        X509Certificate2Collection embedded,
        DateTimeOffset time
    )
    {
        using X509Certificate2? issuer = CertificatePath.IssuerOf(signer, authority, embedded, time, CertificatePath.TimeStamping);
        return issuer is not null;
    }

    private static SigstoreException Malformed(string problem) => new(SigstoreFailure.TimestampMalformed, $"a timestamp: {problem}");
}

/// <summary>A time at which a signature was there, by the word of an authority.</summary>
/// <param name="Authority">The address of the authority.</param>
public sealed record VerifiedTimestamp(string Authority, DateTimeOffset Time);
