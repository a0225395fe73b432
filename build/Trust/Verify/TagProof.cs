using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Slipway.Oci;
using Slipway.Sigstore;

namespace Slipway.Trust;

/// <summary>
/// What proves a keyless signature, in the annotations that cosign's tag form has for it (SIGNATURE_SPEC.md, "Certificate" and
/// "Bundle"): the certificate, and the log's promise to take the entry in.
/// </summary>
internal static class TagProof
{
    private const string CertificateKey = "dev.sigstore.cosign/certificate";
    private const string LogKey = "dev.sigstore.cosign/bundle";

    /// <summary>A certificate or an entry of a log has some thousand.</summary>
    private const int MaximumProof = 128 * 1024;

    /// <summary>None for a key's bundle, which needs none; null when the log gave no promise but an inclusion proof alone.</summary>
    public static ImmutableSortedDictionary<string, string>? Of(SigstoreBundle bundle) =>
        bundle.IsKeyless ? OciJson.Read(bundle.Material, "verification material", Of) : Descriptor.NoAnnotations;

    /// <param name="material">The JSON object <c>verificationMaterial</c> of a keyless bundle.</param>
    /// <exception cref="ContentException">It is malformed.</exception>
    public static ImmutableSortedDictionary<string, string>? Of(JsonElement material)
    {
        JsonElement entry = material.Items("tlogEntries").FirstOrDefault();
        if (entry.ValueKind != JsonValueKind.Object || !entry.TryGetProperty("inclusionPromise", out JsonElement promise))
            return null;
        string certificate = PemEncoding.WriteString("CERTIFICATE", Bytes(material.Required("certificate").RequiredString("rawBytes")));
        byte[] log = OciJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("SignedEntryTimestamp", promise.RequiredString("signedEntryTimestamp"));
            writer.WriteStartObject("Payload");
            writer.WriteString("body", entry.RequiredString("canonicalizedBody"));
            writer.WriteNumber("integratedTime", Number(entry, "integratedTime"));
            writer.WriteNumber("logIndex", Number(entry, "logIndex"));
            writer.WriteString("logID", Convert.ToHexStringLower(Bytes(entry.Required("logId").RequiredString("keyId"))));
            writer.WriteEndObject();
            writer.WriteEndObject();
        });
        return Descriptor.NoAnnotations.Add(CertificateKey, certificate + "\n").Add(LogKey, Encoding.UTF8.GetString(log));
    }

    /// <summary>
    /// A stored signature as a bundle that verifies it (sigstore_bundle.proto, version 0.1, which asks for a promise alone); null
    /// when it carries no such proof.
    /// </summary>
    /// <exception cref="ContentException">An annotation is malformed.</exception>
    public static byte[]? BundleOf(StoredSignature signature)
    {
        if (
            !signature.Layer.Annotations.TryGetValue(CertificateKey, out string? pem)
            || !signature.Layer.Annotations.TryGetValue(LogKey, out string? log)
        )
            return null;
        if (pem.Length > MaximumProof || log.Length > MaximumProof)
            throw new ContentException($"the proof of a signature wanted at most {MaximumProof} characters, got more");
        byte[] certificate =
            PemEncoding.TryFind(pem, out PemFields fields) && pem[fields.Label] == "CERTIFICATE"
                ? Bytes(pem[fields.Base64Data].ReplaceLineEndings(""))
                : throw new ContentException("the certificate of a signature wanted as PEM");
        RekorEntry entry = OciJson.Read(Encoding.UTF8.GetBytes(log), "a signature's log entry", RekorEntry.ParseAnnotation);
        return entry.ToBundle(certificate, signature.Signature, Digest.Of(signature.Payload.Span));
    }

    /// <summary>A 64-bit number of protobuf's JSON form: a string, or a number all the same, and left out when it is zero.</summary>
    private static long Number(JsonElement element, string name)
    {
        if (!element.TryGetProperty(name, out JsonElement value))
            return 0;
        return (
            value.ValueKind == JsonValueKind.String
                ? long.TryParse(
                    value.GetString(),
                    System.Globalization.NumberStyles.None,
                    System.Globalization.CultureInfo.InvariantCulture,
                    out long number
                )
                : value.TryGetInt64(out number)
        )
            ? number
            : throw new ContentException($"'{name}' is not a number");
    }

    private static byte[] Bytes(string base64) => StrictBase64.Decode(base64, "a part of a signature's proof");
}
