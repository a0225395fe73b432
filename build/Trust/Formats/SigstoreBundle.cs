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
    public const int MaximumSize = DsseEnvelope.MaximumSize + MaximumMaterial;

    /// <summary>More than this many bytes of certificates and log entries are none.</summary>
    private const int MaximumMaterial = 256 * 1024;

    /// <summary>Whether a certificate says who signed it, so that no key alone can.</summary>
    public bool IsKeyless { get; private init; }

    /// <summary>The bundle for a key: its hint is the SHA-256 of the key's DER form in base64, as cosign writes it.</summary>
    public static SigstoreBundle For(DsseEnvelope envelope, VerificationKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new SigstoreBundle(envelope, MaterialOf(key));
    }

    /// <summary>The object <c>verificationMaterial</c> that names a key.</summary>
    internal static byte[] MaterialOf(VerificationKey key) =>
        OciJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartObject("publicKey");
            writer.WriteString("hint", Convert.ToBase64String(Convert.FromHexString(key.Fingerprint.Hex)));
            writer.WriteEndObject();
            writer.WriteEndObject();
        });

    /// <summary>Reads a bundle with one kind of content, an envelope; its payload is left as it is.</summary>
    /// <exception cref="ContentException">It is no bundle of this form, or has a signature of a file, too.</exception>
    public static SigstoreBundle Parse(ReadOnlyMemory<byte> json)
    {
        if (json.Length > MaximumSize)
            throw new ContentException($"bundle: wanted at most {MaximumSize} bytes, got {json.Length}");
        string? type = null;
        ReadOnlyMemory<byte> material = default;
        DsseEnvelope? envelope = null;
        bool hasSignature = false;
        JsonMembers.ReadDocument(json.Span, "bundle", (string name, ref Utf8JsonReader value) =>
        {
            switch (name)
            {
                case "mediaType":
                    type = value.Text(name);
                    return true;
                case "verificationMaterial":
                    material = value.Raw(json).ToArray();
                    return true;
                case "dsseEnvelope":
                    envelope = DsseEnvelope.Read(ref value);
                    return true;
                case "messageSignature":
                    hasSignature = true;
                    value.Skip();
                    return true;
                default:
                    return false;
            }
        });
        RequireType(type);
        if (envelope is null || hasSignature)
            throw new ContentException(
                $"bundle: wanted a DSSE envelope alone, got {(envelope is null ? "none" : "a signature of a file beside it")}"
            );
        return new SigstoreBundle(envelope, material) { IsKeyless = IsOfCertificate(material) };
    }

    /// <summary>The bytes in which the bundle is stored; the same bundle always gives the same.</summary>
    /// <exception cref="InvalidOperationException">It has no material.</exception>
    public byte[] ToBytes() =>
        OciJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("mediaType", MediaType.SigstoreBundle);
            writer.WritePropertyName("verificationMaterial");
            writer.WriteRawValue(
                Material.IsEmpty ? throw new InvalidOperationException("the bundle has no verification material") : Material.Span
            );
            writer.WritePropertyName("dsseEnvelope");
            Envelope.Write(writer);
            writer.WriteEndObject();
        });

    public bool Equals(SigstoreBundle? other) =>
        other is not null && Envelope.Equals(other.Envelope) && Material.Span.SequenceEqual(other.Material.Span);

    public override int GetHashCode() => Envelope.GetHashCode();

    /// <exception cref="ContentException">It is no bundle of the version that is read here.</exception>
    internal static void RequireType(string? type)
    {
        if (type != MediaType.SigstoreBundle)
            throw new ContentException(
                $"bundle: mediaType wanted {MediaType.SigstoreBundle}, got {(type is null ? "none" : Printable.Of(type))}"
            );
    }

    /// <summary>
    /// Whether it is a certificate that verifies; exactly one of the three may be there (sigstore_bundle.proto,
    /// <c>VerificationMaterial.content</c>).
    /// </summary>
    internal static bool IsOfCertificate(ReadOnlyMemory<byte> material) =>
        material.Length > MaximumMaterial
            ? throw new ContentException($"verificationMaterial: wanted at most {MaximumMaterial} bytes, got {material.Length}")
        : material.IsEmpty ? throw new ContentException("'verificationMaterial' is missing")
        : OciJson.Read(material, "verificationMaterial", IsOfCertificate);

    private static bool IsOfCertificate(JsonElement material)
    {
        JsonElement? Part(string name) =>
            material.TryGetProperty(name, out JsonElement part) && part.ValueKind != JsonValueKind.Null ? part : null;
        switch (Part("publicKey"), Part("certificate"), Part("x509CertificateChain"))
        {
            case ({ } key, null, null):
                _ = key.OptionalString("hint");
                return false;
            case (null, { } certificate, null):
                _ = StrictBase64.Decode(certificate.RequiredString("rawBytes"), "'rawBytes'");
                return true;
            default:
                throw new ContentException("verificationMaterial wanted either a publicKey or a certificate");
        }
    }
}
