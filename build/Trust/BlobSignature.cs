using System.Security.Cryptography;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>
/// A signature of a file with what is needed to verify it: a bundle whose content is a message signature (Sigstore's protobuf-specs,
/// sigstore_bundle.proto, version 0.3, in its JSON form). It lies beside the file as <c>FILE.sigstore.json</c>.
/// </summary>
public sealed record BlobSignature
{
    private BlobSignature(ReadOnlyMemory<byte> bytes, ReadOnlyMemory<byte> signature, bool isKeyless) =>
        (Bytes, Signature, IsKeyless) = (bytes, signature, isKeyless);

    /// <summary>More than this many bytes are no such bundle.</summary>
    public const int MaximumSize = 256 * 1024;

    /// <summary>The bundle as it was written, and is kept.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Over the SHA-256 of the file; of a key's, DER encoded (RFC 3279, 2.2.3).</summary>
    public ReadOnlyMemory<byte> Signature { get; }

    /// <summary>Whether a certificate says who signed it, so that no key alone can.</summary>
    public bool IsKeyless { get; }

    /// <summary>A signature by a key.</summary>
    public static BlobSignature For(ReadOnlyMemory<byte> content, byte[] signature, VerificationKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        byte[] digest = SHA256.HashData(content.Span);
        return new BlobSignature(OciJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("mediaType", MediaType.SigstoreBundle);
            writer.WritePropertyName("verificationMaterial");
            writer.WriteRawValue(SigstoreBundle.MaterialOf(key));
            writer.WriteStartObject("messageSignature");
            writer.WriteStartObject("messageDigest");
            writer.WriteString("algorithm", "SHA2_256");
            writer.WriteBase64String("digest", digest);
            writer.WriteEndObject();
            writer.WriteBase64String("signature", signature);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }), signature, isKeyless: false);
    }

    /// <exception cref="ContentException">It is no bundle of this form.</exception>
    public static BlobSignature Parse(ReadOnlyMemory<byte> json) => json.Length > MaximumSize
        ? throw new ContentException($"bundle: wanted at most {MaximumSize} bytes, got {json.Length}")
        : OciJson.Read(json, "bundle", root =>
        {
            string type = root.RequiredString("mediaType");
            if (type != MediaType.SigstoreBundle)
                throw new ContentException($"mediaType wanted {MediaType.SigstoreBundle}, got {type}");
            if (!root.TryGetProperty("messageSignature", out JsonElement signed))
                throw new ContentException("it holds no signature of a file");
            return new BlobSignature(json, Decoded(signed.RequiredString("signature")), SigstoreBundle.IsOfCertificate(root.GetProperty("verificationMaterial")));
        });

    public bool Equals(BlobSignature? other) => other is not null && Bytes.Span.SequenceEqual(other.Bytes.Span);

    public override int GetHashCode() => Digest.Of(Bytes.Span).GetHashCode();

    private static byte[] Decoded(string base64)
    {
        byte[] bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out int length) && length > 0
            ? bytes[..length]
            : throw new ContentException("the signature is no base64");
    }
}
