using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>
/// An envelope with what is needed to verify it, by a key (Sigstore's protobuf-specs, sigstore_bundle.proto, version 0.3, in its
/// JSON form). Certificates and log entries of a keyless signature are carried along by whoever made it; this reads the key's form.
/// </summary>
/// <param name="Envelope">The signed statement.</param>
/// <param name="KeyHint">Names the key for whoever has several; proves nothing.</param>
public sealed record SigstoreBundle(DsseEnvelope Envelope, string KeyHint)
{
    /// <summary>The bundle for a key: its hint is the SHA-256 of the key's DER form in base64, as cosign writes it.</summary>
    public static SigstoreBundle For(DsseEnvelope envelope, VerificationKey key) =>
        new(envelope, Convert.ToBase64String(Convert.FromHexString(key.Fingerprint.Hex)));

    /// <exception cref="ContentException">It is no bundle of this form.</exception>
    public static SigstoreBundle Parse(ReadOnlyMemory<byte> json) => json.Length > 2 * DsseEnvelope.MaximumSize
        ? throw new ContentException($"bundle: wanted at most {2 * DsseEnvelope.MaximumSize} bytes, got {json.Length}")
        : OciJson.Read(json, "bundle", root =>
        {
            string type = root.RequiredString("mediaType");
            if (type != MediaType.SigstoreBundle)
                throw new ContentException($"mediaType wanted {MediaType.SigstoreBundle}, got {type}");
            JsonElement material = root.GetProperty("verificationMaterial");
            if (!material.TryGetProperty("publicKey", out JsonElement key))
                throw new ContentException("it is not signed with a key alone; verify it with cosign");
            return root.TryGetProperty("dsseEnvelope", out JsonElement envelope)
                ? new SigstoreBundle(DsseEnvelope.Read(envelope), key.OptionalString("hint") ?? "")
                : throw new ContentException("it holds no DSSE envelope");
        });

    /// <summary>The bytes in which the bundle is stored; the same bundle always gives the same.</summary>
    public byte[] ToBytes() => OciJson.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("mediaType", MediaType.SigstoreBundle);
        writer.WriteStartObject("verificationMaterial");
        writer.WriteStartObject("publicKey");
        writer.WriteString("hint", KeyHint);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WritePropertyName("dsseEnvelope");
        Envelope.Write(writer);
        writer.WriteEndObject();
    });
}
