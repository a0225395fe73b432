using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.StandIns;

/// <summary>
/// An entry as a log of Rekor's version 1 keeps it: <c>hashedrekord</c>, <c>dsse</c> and <c>intoto</c>, each 0.0.1, after their
/// signature was checked, in canonical JSON (RFC 8785). The same proposal gives the same bytes.
/// </summary>
internal static class LogBody
{
    /// <exception cref="ContentException">It is no such proposal, or its signature is not by its key.</exception>
    public static byte[] Of(JsonElement proposal)
    {
        string kind = proposal.RequiredString("kind"),
            version = proposal.RequiredString("apiVersion");
        if (version != "0.0.1")
            throw new ContentException($"{kind} {version} is not taken here");
        JsonElement spec = proposal.GetProperty("spec");
        Action<Utf8JsonWriter> write = kind switch
        {
            "hashedrekord" => HashedRecord(spec),
            "dsse" => Dsse(spec.GetProperty("proposedContent")),
            "intoto" => InToto(spec),
            _ => throw new ContentException($"{kind} is not taken here"),
        };
        return OciJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("apiVersion", version);
            writer.WriteString("kind", kind);
            writer.WriteStartObject("spec");
            write(writer);
            writer.WriteEndObject();
            writer.WriteEndObject();
        });
    }

    private static Action<Utf8JsonWriter> HashedRecord(JsonElement spec)
    {
        JsonElement hash = spec.GetProperty("data").GetProperty("hash"),
            signature = spec.GetProperty("signature");
        if (hash.RequiredString("algorithm") != "sha256")
            throw new ContentException("only sha256 is taken here");
        byte[] signed = signature.GetProperty("content").GetBytesFromBase64();
        string pem = Verified(signature.GetProperty("publicKey").GetProperty("content").GetBytesFromBase64(), key =>
            key.VerifyHash(Convert.FromHexString(hash.RequiredString("value")), signed, DSASignatureFormat.Rfc3279DerSequence)
        );
        return writer =>
        {
            writer.WriteStartObject("data");
            WriteHash(writer, "hash", hash.RequiredString("value"));
            writer.WriteEndObject();
            writer.WriteStartObject("signature");
            writer.WriteBase64String("content", signed);
            writer.WriteStartObject("publicKey");
            writer.WriteBase64String("content", Encoding.ASCII.GetBytes(pem));
            writer.WriteEndObject();
            writer.WriteEndObject();
        };
    }

    private static Action<Utf8JsonWriter> Dsse(JsonElement proposed)
    {
        string envelope = proposed.RequiredString("envelope");
        (byte[] payload, string signature, string pem) = Opened(envelope, proposed.Items("verifiers").First().GetBytesFromBase64());
        return writer =>
        {
            WriteHash(writer, "envelopeHash", Hex(Encoding.UTF8.GetBytes(envelope)));
            WriteHash(writer, "payloadHash", Hex(payload));
            writer.WriteStartArray("signatures");
            writer.WriteStartObject();
            writer.WriteString("signature", signature);
            writer.WriteBase64String("verifier", Encoding.ASCII.GetBytes(pem));
            writer.WriteEndObject();
            writer.WriteEndArray();
        };
    }

    private static Action<Utf8JsonWriter> InToto(JsonElement spec)
    {
        string envelope = spec.GetProperty("content").RequiredString("envelope");
        (byte[] payload, _, string pem) = Opened(envelope, spec.GetProperty("publicKey").GetBytesFromBase64());
        return writer =>
        {
            writer.WriteStartObject("content");
            WriteHash(writer, "hash", Hex(Encoding.UTF8.GetBytes(envelope)));
            WriteHash(writer, "payloadHash", Hex(payload));
            writer.WriteEndObject();
            writer.WriteBase64String("publicKey", Encoding.ASCII.GetBytes(pem));
        };
    }

    private static (byte[] Payload, string Signature, string Pem) Opened(string envelope, byte[] verifier) =>
        OciJson.Read(Encoding.UTF8.GetBytes(envelope), "envelope", root =>
        {
            byte[] payload = root.GetProperty("payload").GetBytesFromBase64();
            string signature = root.Items("signatures").Single().RequiredString("sig");
            string type = root.RequiredString("payloadType");
            byte[] signed =
            [
                .. Encoding.UTF8.GetBytes(
                    FormattableString.Invariant($"DSSEv1 {Encoding.UTF8.GetByteCount(type)} {type} {payload.Length} ")
                ),
                .. payload,
            ];
            return (
                payload,
                signature,
                Verified(verifier, key =>
                    key.VerifyData(
                        signed,
                        Convert.FromBase64String(signature),
                        HashAlgorithmName.SHA256,
                        DSASignatureFormat.Rfc3279DerSequence
                    )
                )
            );
        });

    /// <summary>The certificate or public key as Rekor writes it, after it was asked.</summary>
    private static string Verified(byte[] verifier, Func<ECDsa, bool> verifies)
    {
        string pem = Encoding.ASCII.GetString(verifier);
        try
        {
            using X509Certificate2? certificate = pem.Contains("BEGIN CERTIFICATE", StringComparison.Ordinal)
                ? X509Certificate2.CreateFromPem(pem)
                : null;
            using ECDsa key = certificate?.GetECDsaPublicKey() ?? ECDsa.Create();
            if (certificate is null)
                key.ImportFromPem(pem);
            return verifies(key)
                ? (certificate?.ExportCertificatePem() ?? key.ExportSubjectPublicKeyInfoPem()) + "\n"
                : throw new ContentException("the signature is not by the key");
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new ContentException($"no key of ours: {e.Message}", e);
        }
    }

    private static void WriteHash(Utf8JsonWriter writer, string name, string value)
    {
        writer.WriteStartObject(name);
        writer.WriteString("algorithm", "sha256");
        writer.WriteString("value", value);
        writer.WriteEndObject();
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
