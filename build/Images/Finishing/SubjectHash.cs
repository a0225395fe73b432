using System.Buffers.Binary;
using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Slipway.Images;

/// <summary>
/// The eight hex digits under which OpenSSL 1.0.0 and later look up a certificate by its subject: the first four bytes,
/// least significant first, of the SHA-1 of the name's canonical encoding (x509_name_canon). That is the name's relative
/// distinguished names one after the other, each text as UTF-8, lower-case where it is ASCII, without blanks at its ends
/// and with one where there were several.
/// </summary>
public static class SubjectHash
{
    /// <exception cref="CryptographicException">The name is malformed.</exception>
    public static string Of(X500DistinguishedName subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        try
        {
            using MemoryStream canonical = new();
            AsnReader names = new AsnReader(subject.RawData, AsnEncodingRules.BER).ReadSequence();
            while (names.HasData)
                canonical.Write(Canonical(names.ReadSetOf(skipSortOrderValidation: true)));
#pragma warning disable CA5350 // The file name has SHA-1; nothing is trusted because of it.
            byte[] hash = SHA1.HashData(canonical.GetBuffer().AsSpan(0, (int)canonical.Length));
#pragma warning restore CA5350
            return BinaryPrimitives.ReadUInt32LittleEndian(hash).ToString("x8", CultureInfo.InvariantCulture);
        }
        catch (AsnContentException e)
        {
            throw new CryptographicException("the subject is malformed: " + e.Message, e);
        }
    }

    private static byte[] Canonical(AsnReader attributes)
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSetOf())
        {
            while (attributes.HasData)
            {
                AsnReader attribute = attributes.ReadSequence();
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(attribute.ReadObjectIdentifier());
                    if (Text(attribute) is { } text)
                        writer.WriteCharacterString(UniversalTagNumber.UTF8String, Folded(text));
                    else
                        writer.WriteEncodedValue(attribute.ReadEncodedValue().Span);
                }
            }
        }

        return writer.Encode();
    }

    /// <summary>The value as text; null for what is no text and stays as it is. T.61 is read as Latin-1, as OpenSSL does.</summary>
    private static string? Text(AsnReader attribute)
    {
        Asn1Tag tag = attribute.PeekTag();
        Encoding? encoding =
            tag.TagClass != TagClass.Universal
                ? null
                : (UniversalTagNumber)tag.TagValue switch
                {
                    UniversalTagNumber.UTF8String => Encoding.UTF8,
                    UniversalTagNumber.PrintableString
                    or UniversalTagNumber.IA5String
                    or UniversalTagNumber.VisibleString
                    or UniversalTagNumber.T61String => Encoding.Latin1,
                    UniversalTagNumber.BMPString => Encoding.BigEndianUnicode,
                    UniversalTagNumber.UniversalString => new UTF32Encoding(bigEndian: true, byteOrderMark: false),
                    _ => null,
                };
        return encoding?.GetString(Content(attribute.ReadEncodedValue().Span));
    }

    private static ReadOnlySpan<byte> Content(ReadOnlySpan<byte> value)
    {
        AsnDecoder.ReadEncodedValue(value, AsnEncodingRules.BER, out int offset, out int length, out _);
        return value.Slice(offset, length);
    }

    private static string Folded(string text)
    {
        StringBuilder folded = new(text.Length);
        foreach (string word in text.Split(' ', '\t', '\n', '\v', '\f', '\r'))
        {
            if (word.Length > 0)
                folded
                    .Append(folded.Length == 0 ? "" : " ")
                    .Append(string.Concat(word.Select(c => char.IsAsciiLetterUpper(c) ? (char)(c | 0x20) : c)));
        }

        return folded.ToString();
    }
}
