using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.StandIns;

/// <summary>
/// The file by which a verifier trusts an authority and its logs (protobuf-specs, <c>TrustedRoot</c>), without end of validity.
/// </summary>
internal static class TrustedRootFile
{
    public static byte[] Of(string address, SigningAuthority authority, TransparencyLog log)
    {
        X509Certificate2 root = authority.Certificate;
        return OciJson.WriteIndented(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("mediaType", "application/vnd.dev.sigstore.trustedroot+json;version=0.1");
            WriteLog(writer, "tlogs", address, log.Key, root.NotBefore);
            writer.WriteStartArray("certificateAuthorities");
            writer.WriteStartObject();
            writer.WriteStartObject("subject");
            writer.WriteString("organization", "authority.test");
            writer.WriteString("commonName", "signing authority");
            writer.WriteEndObject();
            writer.WriteString("uri", address);
            writer.WriteStartObject("certChain");
            writer.WriteStartArray("certificates");
            writer.WriteStartObject();
            writer.WriteBase64String("rawBytes", root.RawData);
            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WriteEndObject();
            WriteValidity(writer, root.NotBefore);
            writer.WriteEndObject();
            writer.WriteEndArray();
            WriteLog(writer, "ctlogs", address, authority.LogKey, root.NotBefore);
            writer.WriteEndObject();
        });
    }

    private static void WriteLog(Utf8JsonWriter writer, string name, string address, ECDsa key, DateTime start)
    {
        byte[] raw = key.ExportSubjectPublicKeyInfo();
        writer.WriteStartArray(name);
        writer.WriteStartObject();
        writer.WriteString("baseUrl", address);
        writer.WriteString("hashAlgorithm", "SHA2_256");
        writer.WriteStartObject("publicKey");
        writer.WriteBase64String("rawBytes", raw);
        writer.WriteString("keyDetails", "PKIX_ECDSA_P256_SHA_256");
        WriteValidity(writer, start);
        writer.WriteEndObject();
        writer.WriteStartObject("logId");
        writer.WriteBase64String("keyId", SHA256.HashData(raw));
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    private static void WriteValidity(Utf8JsonWriter writer, DateTime start)
    {
        writer.WriteStartObject("validFor");
        writer.WriteString(
            "start",
            start.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture)
        );
        writer.WriteEndObject();
    }
}
