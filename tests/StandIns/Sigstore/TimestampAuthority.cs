using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;

namespace Slipway.StandIns;

/// <summary>A timestamp authority of the tests' own (RFC 3161): a root, and a certificate for timestamps by it.</summary>
public sealed class TimestampAuthority : IDisposable
{
    private const string TstInfo = "1.2.840.113549.1.9.16.1.4",
        SigningCertificateV2 = "1.2.840.113549.1.9.16.2.47",
        Sha256 = "2.16.840.1.101.3.4.2.1",
        TimeStamping = "1.3.6.1.5.5.7.3.8";

    private readonly ECDsa _rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256),
        _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly TimeProvider _time;
    private readonly X509Certificate2 _signer;

    public TimestampAuthority(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        _time = time;
        DateTimeOffset now = time.GetUtcNow();
        CertificateRequest root = new("O=timestamps.test, CN=root", _rootKey, HashAlgorithmName.SHA256);
        root.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        root.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        root.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(root.PublicKey, false));
        Root = root.CreateSelfSigned(now.AddYears(-1), now.AddYears(9));
        CertificateRequest signer = new("O=timestamps.test, CN=signer", _key, HashAlgorithmName.SHA256);
        signer.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        signer.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(TimeStamping)], true));
        signer.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Root, true, false));
        Signer = signer.Create(
            Root.SubjectName,
            X509SignatureGenerator.CreateForECDsa(_rootKey),
            now.AddYears(-1),
            now.AddYears(8),
            [1, 2, 3]
        );
        _signer = Signer.CopyWithPrivateKey(_key);
    }

    public X509Certificate2 Root { get; }

    /// <summary>Its certificate, without the key.</summary>
    public X509Certificate2 Signer { get; }

    /// <summary>A granted response about a signature: DER of a TimeStampResp.</summary>
    /// <param name="embeds">Whether the certificate is in it.</param>
    /// <param name="at">Instead of now.</param>
    public byte[] Respond(ReadOnlySpan<byte> signature, bool embeds = true, DateTimeOffset? at = null)
    {
        SignedCms cms = new(new ContentInfo(new Oid(TstInfo), Info(SHA256.HashData(signature), at ?? _time.GetUtcNow())));
        CmsSigner signer = new(SubjectIdentifierType.IssuerAndSerialNumber, _signer)
        {
            DigestAlgorithm = new Oid(Sha256),
            IncludeOption = embeds ? X509IncludeOption.EndCertOnly : X509IncludeOption.None,
        };
        signer.SignedAttributes.Add(new AsnEncodedData(new Oid(SigningCertificateV2), CertificateHash()));
        cms.ComputeSignature(signer);
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
                writer.WriteInteger(0);
            writer.WriteEncodedValue(cms.Encode());
        }

        return writer.Encode();
    }

    public void Dispose()
    {
        _signer.Dispose();
        Signer.Dispose();
        Root.Dispose();
        _key.Dispose();
        _rootKey.Dispose();
    }

    /// <summary>TSTInfo (RFC 3161, 2.4.2).</summary>
    private static byte[] Info(byte[] sha256, DateTimeOffset time)
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(1);
            writer.WriteObjectIdentifier("1.3.6.1.4.1.57264.2");
            using (writer.PushSequence())
            {
                using (writer.PushSequence())
                    writer.WriteObjectIdentifier(Sha256);
                writer.WriteOctetString(sha256);
            }

            writer.WriteInteger(4711);
            writer.WriteGeneralizedTime(time, omitFractionalSeconds: true);
        }

        return writer.Encode();
    }

    /// <summary>SigningCertificateV2 (RFC 5035, 3).</summary>
    private byte[] CertificateHash()
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSequence())
        using (writer.PushSequence())
            writer.WriteOctetString(SHA256.HashData(Signer.RawData));
        return writer.Encode();
    }
}
