using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace Slipway.StandIns;

/// <summary>
/// The file by which a verifier trusts authorities and logs (protobuf-specs, <c>TrustedRoot</c>), without end of validity.
/// </summary>
internal static class TrustedRootFile
{
    /// <summary>Of services at one address.</summary>
    public static byte[] Of(string address, SigningAuthority authority, TransparencyLog log) =>
        Encoding.UTF8.GetBytes(
            Document(
                    Authority(address, authority.Certificate.NotBefore, authority.Certificate),
                    Log(address, authority.LogKey.ExportSubjectPublicKeyInfo(), authority.Certificate.NotBefore),
                    Log(address, log.Key.ExportSubjectPublicKeyInfo(), authority.Certificate.NotBefore)
                )
                .ToJsonString()
        );

    /// <summary>Of services that are at no address.</summary>
    public static JsonObject Of(BundleSigner signer)
    {
        SigningAuthority authority = signer.Authority;
        DateTime start = authority.Certificate.NotBefore;
        JsonObject document = Document(
            Authority("https://authority.test", start, authority.Certificate),
            Log("https://certificates.test", authority.LogKey.ExportSubjectPublicKeyInfo(), start),
            Log("https://log.test", signer.Log.Key.ExportSubjectPublicKeyInfo(), start),
            Log($"https://{signer.TiledLog.Name}", signer.TiledLog.Key, start, signer.TiledLog.Id, "PKIX_ED25519")
        );
        document["timestampAuthorities"] = new JsonArray(
            Authority("https://timestamps.test", start, signer.Timestamps.Signer, signer.Timestamps.Root)
        );
        return document;
    }

    private static JsonObject Document(JsonObject authority, JsonObject certificateLog, params JsonObject[] logs) =>
        new()
        {
            ["mediaType"] = "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            ["tlogs"] = new JsonArray([.. logs]),
            ["certificateAuthorities"] = new JsonArray(authority),
            ["ctlogs"] = new JsonArray(certificateLog),
        };

    private static JsonObject Authority(string address, DateTime start, params X509Certificate2[] chain) =>
        new()
        {
            ["subject"] = new JsonObject { ["organization"] = "authority.test", ["commonName"] = "signing authority" },
            ["uri"] = address,
            ["certChain"] = new JsonObject
            {
                ["certificates"] = new JsonArray([
                    .. chain.Select(certificate => (JsonNode)new JsonObject { ["rawBytes"] = Convert.ToBase64String(certificate.RawData) }),
                ]),
            },
            ["validFor"] = Validity(start),
        };

    private static JsonObject Log(
        string address,
        byte[] key,
        DateTime start,
        byte[]? id = null,
        string details = "PKIX_ECDSA_P256_SHA_256"
    ) =>
        new()
        {
            ["baseUrl"] = address,
            ["hashAlgorithm"] = "SHA2_256",
            ["publicKey"] = new JsonObject
            {
                ["rawBytes"] = Convert.ToBase64String(key),
                ["keyDetails"] = details,
                ["validFor"] = Validity(start),
            },
            ["logId"] = new JsonObject { ["keyId"] = Convert.ToBase64String(id ?? SHA256.HashData(key)) },
        };

    private static JsonObject Validity(DateTime start) =>
        new() { ["start"] = start.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) };
}
