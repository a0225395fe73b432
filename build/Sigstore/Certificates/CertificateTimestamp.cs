using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Slipway.Sigstore;

/// <summary>A log's word that it has seen a certificate, inside the certificate: an SCT (RFC 6962, 3.2 and 3.3).</summary>
/// <param name="LogId">SHA-256 of the log's key.</param>
/// <param name="Milliseconds">Since 1970.</param>
/// <param name="Extensions">Of the timestamp; signed, and not understood.</param>
internal sealed record CertificateTimestamp(ReadOnlyMemory<byte> LogId, ulong Milliseconds, byte[] Extensions, byte[] Signature)
{
    private const int MostTimestamps = 32;
    private const byte Version1 = 0;

    /// <summary>Of a length that comes before its bytes.</summary>
    private const int LengthSize = 2;

    /// <summary>Hash and signature algorithm of TLS 1.2 (RFC 5246, 7.4.1.4.1).</summary>
    private const byte Sha256 = 4,
        RsaSigns = 1,
        EcdsaSigns = 3;

    /// <summary>When it was; null when that is no time.</summary>
    public DateTimeOffset? Time =>
        Milliseconds <= (ulong)DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)Milliseconds)
            : null;

    /// <summary>Whether the log has signed it for this certificate.</summary>
    /// <exception cref="AsnContentException">The certificate is malformed.</exception>
    public bool IsSignedBy(TransparencyLog log, X509Certificate2 certificate, X509Certificate2 issuer)
    {
        byte[] issuerKey = SHA256.HashData(issuer.PublicKey.ExportSubjectPublicKeyInfo()),
            tbs = Precertificate.Of(certificate);
        using MemoryStream signed = new();
        // version, signature_type certificate_timestamp, timestamp, entry_type precert_entry, then the entry and the extensions.
        signed.Write([Version1, 0]);
        WriteNumber(signed, Milliseconds, 8);
        WriteNumber(signed, 1, 2);
        signed.Write(issuerKey);
        WriteNumber(signed, (ulong)tbs.Length, 3);
        signed.Write(tbs);
        WriteNumber(signed, (ulong)Extensions.Length, 2);
        signed.Write(Extensions);
        return log.Key.Verifies(signed.ToArray(), Signature);
    }

    /// <summary>Those inside a certificate, in its order; none of other versions or algorithms.</summary>
    /// <exception cref="AsnContentException">The list is malformed, or longer than any.</exception>
    public static ImmutableArray<CertificateTimestamp> Of(X509Certificate2 certificate)
    {
        X509Extension? extension = certificate.Extensions.FirstOrDefault(one => one.Oid?.Value == Precertificate.TimestampList);
        if (extension is null)
            return [];
        AsnReader reader = new(extension.RawData, AsnEncodingRules.DER);
        byte[] list = reader.ReadOctetString();
        reader.ThrowIfNotEmpty();
        var timestamps = ImmutableArray.CreateBuilder<CertificateTimestamp>();
        ReadOnlySpan<byte> all = Take(list, out ReadOnlySpan<byte> rest);
        RequireEnd(rest);
        while (!all.IsEmpty)
        {
            if (timestamps.Count == MostTimestamps)
                throw new AsnContentException($"more than {MostTimestamps} timestamps of logs");
            if (Parse(Take(all, out all)) is { } timestamp)
                timestamps.Add(timestamp);
        }

        return timestamps.ToImmutable();
    }

    private static CertificateTimestamp? Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 1 + 32 + 8)
            throw new AsnContentException("a timestamp of a log is cut off");
        if (bytes[0] != Version1)
            return null;
        byte[] log = bytes[1..33].ToArray();
        ulong time = BinaryPrimitives.ReadUInt64BigEndian(bytes[33..41]);
        byte[] extensions = Take(bytes[41..], out ReadOnlySpan<byte> rest).ToArray();
        if (rest.Length < 2)
            throw new AsnContentException("a timestamp of a log is cut off");
        (byte hash, byte algorithm) = (rest[0], rest[1]);
        byte[] signature = Take(rest[2..], out rest).ToArray();
        RequireEnd(rest);
        return hash == Sha256 && algorithm is RsaSigns or EcdsaSigns ? new CertificateTimestamp(log, time, extensions, signature) : null;
    }

    /// <summary>Bytes that come after their length.</summary>
    private static ReadOnlySpan<byte> Take(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> rest)
    {
        int length = bytes.Length < LengthSize ? int.MaxValue : BinaryPrimitives.ReadUInt16BigEndian(bytes);
        if (length > bytes.Length - LengthSize)
            throw new AsnContentException("a timestamp of a log is cut off");
        rest = bytes[(LengthSize + length)..];
        return bytes.Slice(LengthSize, length);
    }

    private static void RequireEnd(ReadOnlySpan<byte> rest)
    {
        if (!rest.IsEmpty)
            throw new AsnContentException("something follows a timestamp of a log");
    }

    private static void WriteNumber(MemoryStream stream, ulong number, int size)
    {
        for (int shift = 8 * (size - 1); shift >= 0; shift -= 8)
            stream.WriteByte((byte)(number >> shift));
    }
}
