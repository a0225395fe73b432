using System.Text;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>
/// An envelope with what is needed to verify it (Sigstore's protobuf-specs, sigstore_bundle.proto, version 0.3, in its JSON form):
/// the hint of a key, or a certificate with entries of a log. The latter is carried along as it is; cosign reads it.
/// </summary>
/// <param name="Envelope">The signed statement.</param>
/// <param name="Material">The JSON object <c>verificationMaterial</c>, as its very bytes; empty for an envelope that came without.</param>
public sealed record SigstoreBundle(DsseEnvelope Envelope, ReadOnlyMemory<byte> Material)
{
    /// <summary>More than this many bytes are no bundle.</summary>
    public const int MaximumSize = 2 * DsseEnvelope.MaximumSize;

    /// <summary>Whether a certificate says who signed it, so that no key alone can.</summary>
    public bool IsKeyless { get; private init; }

    /// <summary>The bundle for a key: its hint is the SHA-256 of the key's DER form in base64, as cosign writes it.</summary>
    public static SigstoreBundle For(DsseEnvelope envelope, VerificationKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new SigstoreBundle(envelope, MaterialOf(key));
    }

    /// <summary>The object <c>verificationMaterial</c> that names a key.</summary>
    internal static byte[] MaterialOf(VerificationKey key) => OciJson.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteStartObject("publicKey");
        writer.WriteString("hint", Convert.ToBase64String(Convert.FromHexString(key.Fingerprint.Hex)));
        writer.WriteEndObject();
        writer.WriteEndObject();
    });

    /// <exception cref="ContentException">It is no bundle of this form.</exception>
    public static SigstoreBundle Parse(ReadOnlyMemory<byte> json) => json.Length > MaximumSize
        ? throw new ContentException($"bundle: wanted at most {MaximumSize} bytes, got {json.Length}")
        : OciJson.Read(json, "bundle", root =>
        {
            string type = root.RequiredString("mediaType");
            if (type != MediaType.SigstoreBundle)
                throw new ContentException($"mediaType wanted {MediaType.SigstoreBundle}, got {type}");
            JsonElement material = root.GetProperty("verificationMaterial");
            bool isKeyless = IsOfCertificate(material);
            return root.TryGetProperty("dsseEnvelope", out JsonElement envelope)
                ? new SigstoreBundle(DsseEnvelope.Read(envelope), Encoding.UTF8.GetBytes(material.GetRawText())) { IsKeyless = isKeyless }
                : throw new ContentException("it holds no DSSE envelope");
        });

    /// <summary>The bytes in which the bundle is stored; the same bundle always gives the same.</summary>
    /// <exception cref="InvalidOperationException">It has no material.</exception>
    public byte[] ToBytes() => OciJson.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("mediaType", MediaType.SigstoreBundle);
        writer.WritePropertyName("verificationMaterial");
        writer.WriteRawValue(Material.IsEmpty ? throw new InvalidOperationException("a bundle has verification material") : Material.Span);
        writer.WritePropertyName("dsseEnvelope");
        Envelope.Write(writer);
        writer.WriteEndObject();
    });

    public bool Equals(SigstoreBundle? other) =>
        other is not null && Envelope.Equals(other.Envelope) && Material.Span.SequenceEqual(other.Material.Span);

    public override int GetHashCode() => Envelope.GetHashCode();

    /// <summary>Exactly one of the two (sigstore_bundle.proto, <c>VerificationMaterial.content</c>).</summary>
    internal static bool IsOfCertificate(JsonElement material)
    {
        bool byKey = material.TryGetProperty("publicKey", out JsonElement key);
        bool byCertificate = material.TryGetProperty("certificate", out JsonElement certificate);
        if (byKey == byCertificate)
            throw new ContentException("verificationMaterial wanted either a publicKey or a certificate");
        if (byKey)
            _ = key.OptionalString("hint");
        else
            _ = certificate.RequiredString("rawBytes");
        return byCertificate;
    }
}
