using System.Buffers.Binary;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Slipway.StandIns;

/// <summary>A certificate log's promise inside the certificate (RFC 6962, sections 3.2 and 3.3).</summary>
internal static class CertificateTimestamp
{
    /// <param name="certificate">What is signed of it, without this extension.</param>
    /// <param name="issuer">The authority's key.</param>
    public static X509Extension Extension(byte[] certificate, PublicKey issuer, ECDsa log, DateTimeOffset time)
    {
        byte[] when = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(when, time.ToUnixTimeMilliseconds());
        byte[] signed =
        [
            0,
            0,
            .. when,
            0,
            1,
            .. SHA256.HashData(issuer.ExportSubjectPublicKeyInfo()),
            (byte)(certificate.Length >> 16),
            .. Length(certificate.Length & 0xFFFF),
            .. certificate,
            0,
            0,
        ];
        byte[] signature = log.SignData(signed, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        byte[] timestamp =
        [
            0,
            .. SHA256.HashData(log.ExportSubjectPublicKeyInfo()),
            .. when,
            0,
            0,
            4,
            3,
            .. Length(signature.Length),
            .. signature,
        ];
        byte[] list = [.. Length(timestamp.Length + 2), .. Length(timestamp.Length), .. timestamp];
        AsnWriter writer = new(AsnEncodingRules.DER);
        writer.WriteOctetString(list);
        return new X509Extension("1.3.6.1.4.1.11129.2.4.2", writer.Encode(), false);
    }

    private static byte[] Length(int length) => [(byte)(length >> 8), (byte)length];
}
