using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Slipway.Oci;

namespace Slipway.Definitions;

/// <summary>
/// What a certificate of Sigstore's authority says of whom it is for: the one name in its subject alternative name (RFC 5280,
/// section 4.2.1.6), and the issuer in Fulcio's extensions (fulcio, docs/oid-info.md).
/// </summary>
/// <param name="Identity">The e-mail address or URI.</param>
internal sealed record SigningCertificate(string Identity, string Issuer)
{
    private const string Names = "2.5.29.17";
    private const string OldIssuer = "1.3.6.1.4.1.57264.1.1";
    private const string NewIssuer = "1.3.6.1.4.1.57264.1.8";

    /// <exception cref="ContentException">It names nobody, several, or issuers that disagree.</exception>
    public static SigningCertificate Read(X509Certificate2 certificate)
    {
        try
        {
            return new SigningCertificate(IdentityOf(certificate), IssuerOf(certificate));
        }
        catch (AsnContentException e)
        {
            throw new ContentException($"certificate: an extension is not valid DER: {e.Message}", e);
        }
    }

    /// <exception cref="ContentException">It is for another; says wanted and got.</exception>
    public void Require(UpstreamSigner signer)
    {
        if (Identity != signer.Identity)
            throw new ContentException($"signed by another identity: wanted {signer.Identity}, got {Printable.Of(Identity)}");
        if (Issuer != signer.Issuer)
            throw new ContentException(
                $"the signer's certificate names another issuer: wanted {signer.Issuer}, got {Printable.Of(Issuer)}"
            );
    }

    private static string IdentityOf(X509Certificate2 certificate)
    {
        List<string> names = [];
        foreach (byte[] value in Values(certificate, Names))
        {
            AsnReader reader = new AsnReader(value, AsnEncodingRules.DER).ReadSequence();
            while (reader.HasData)
            {
                Asn1Tag tag = reader.PeekTag();
                if (tag.TagClass != TagClass.ContextSpecific || tag.TagValue is not (1 or 6))
                    throw new ContentException(
                        $"certificate: wanted an e-mail address or URI as its name, got a name of kind {tag.TagValue}"
                    );
                names.Add(reader.ReadCharacterString(UniversalTagNumber.IA5String, tag));
            }
        }

        return names.Count == 1
            ? names[0]
            : throw new ContentException(
                $"certificate: wanted one name, got {(names.Count == 0 ? "none" : Printable.Of(string.Join(", ", names)))}"
            );
    }

    private static string IssuerOf(X509Certificate2 certificate)
    {
        // Certificates from before the new extension have the old one alone, whose value is the bare text.
        string[] issuers =
        [
            .. Values(certificate, NewIssuer)
                .Select(value =>
                    AsnDecoder.ReadCharacterString(value, AsnEncodingRules.DER, UniversalTagNumber.UTF8String, out int read) is var text
                    && read == value.Length
                        ? text
                        : throw new AsnContentException("there are bytes after the issuer")
                ),
            .. Values(certificate, OldIssuer).Select(Encoding.UTF8.GetString),
        ];
        return issuers.Distinct(StringComparer.Ordinal).ToArray() is [{ Length: > 0 } one]
            ? one
            : throw new ContentException(
                $"certificate: wanted one issuer, got {(issuers.Length == 0 ? "none" : Printable.Of(string.Join(", ", issuers)))}"
            );
    }

    private static IEnumerable<byte[]> Values(X509Certificate2 certificate, string oid) =>
        certificate.Extensions.Where(extension => extension.Oid?.Value == oid).Select(extension => extension.RawData);
}
