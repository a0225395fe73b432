using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace Slipway.Sigstore;

/// <summary>
/// Whom a certificate is for (RFC 5280, 4.2.1.6): mail addresses, URIs, and the names of other systems that Fulcio writes.
/// </summary>
internal static class SubjectAlternativeNames
{
    private const string Oid = "2.5.29.17";

    /// <summary>Fulcio's type of other names (docs/oid-info.md, "OtherName SAN").</summary>
    private const string FulcioName = "1.3.6.1.4.1.57264.1.7";

    private static readonly Asn1Tag OtherName = new(TagClass.ContextSpecific, 0),
        MailAddress = new(TagClass.ContextSpecific, 1),
        Uri = new(TagClass.ContextSpecific, 6);

    /// <summary>In the certificate's order; names of other kinds are passed over.</summary>
    /// <exception cref="AsnContentException">The extension is malformed.</exception>
    public static IReadOnlyList<string> Of(X509Certificate2 certificate)
    {
        List<string> names = [];
        foreach (X509Extension extension in certificate.Extensions.Where(extension => extension.Oid?.Value == Oid))
        {
            AsnReader all = new(extension.RawData, AsnEncodingRules.DER);
            AsnReader items = all.ReadSequence();
            all.ThrowIfNotEmpty();
            while (items.HasData)
            {
                Asn1Tag tag = items.PeekTag();
                if (tag.HasSameClassAndValue(MailAddress))
                    names.Add(items.ReadCharacterString(UniversalTagNumber.IA5String, MailAddress));
                else if (tag.HasSameClassAndValue(Uri))
                    names.Add(items.ReadCharacterString(UniversalTagNumber.IA5String, Uri));
                else if (tag.HasSameClassAndValue(OtherName))
                    AddOther(items.ReadSequence(OtherName), names);
                else
                    items.ReadEncodedValue();
            }
        }

        return names;
    }

    private static void AddOther(AsnReader name, List<string> names)
    {
        if (name.ReadObjectIdentifier() == FulcioName)
            names.Add(name.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)).ReadCharacterString(UniversalTagNumber.UTF8String));
    }
}
