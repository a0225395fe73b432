using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace Slipway.Sigstore;

/// <summary>
/// The part of a certificate that its authority showed to a log before it signed the certificate itself (RFC 6962, 3.2): the
/// TBSCertificate without the list of the logs' timestamps.
/// </summary>
internal static class Precertificate
{
    /// <summary>RFC 6962, 3.3.</summary>
    public const string TimestampList = "1.3.6.1.4.1.11129.2.4.2";

    private static readonly Asn1Tag Extensions = new(TagClass.ContextSpecific, 3);

    /// <exception cref="AsnContentException">The certificate is malformed.</exception>
    public static byte[] Of(X509Certificate2 certificate)
    {
        AsnReader fields = new AsnReader(certificate.RawDataMemory, AsnEncodingRules.DER).ReadSequence().ReadSequence();
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            while (fields.HasData)
            {
                if (fields.PeekTag().HasSameClassAndValue(Extensions))
                    WriteExtensions(fields.ReadSequence(Extensions).ReadSequence(), writer);
                else
                    writer.WriteEncodedValue(fields.ReadEncodedValue().Span);
            }
        }

        return writer.Encode();
    }

    private static void WriteExtensions(AsnReader extensions, AsnWriter writer)
    {
        using (writer.PushSequence(Extensions))
        using (writer.PushSequence())
        {
            while (extensions.HasData)
            {
                ReadOnlyMemory<byte> extension = extensions.ReadEncodedValue();
                if (new AsnReader(extension, AsnEncodingRules.DER).ReadSequence().ReadObjectIdentifier() != TimestampList)
                    writer.WriteEncodedValue(extension.Span);
            }
        }
    }
}
