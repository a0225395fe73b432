using System.Security.Cryptography;
using System.Text;
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

    /// <summary>What it says of the file's digest; null when it says nothing.</summary>
    private Digest? MessageDigest { get; init; }

    /// <summary>A signature by a key.</summary>
    public static BlobSignature For(ReadOnlyMemory<byte> content, byte[] signature, VerificationKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        byte[] digest = SHA256.HashData(content.Span);
        return new BlobSignature(
            OciJson.Write(writer =>
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
            }),
            signature,
            isKeyless: false
        );
    }

    /// <exception cref="ContentException">It is no bundle of this form.</exception>
    public static BlobSignature Parse(ReadOnlyMemory<byte> json) =>
        json.Length > MaximumSize
            ? throw new ContentException($"bundle: wanted at most {MaximumSize} bytes, got {json.Length}")
            : OciJson.Read(json, "bundle", root =>
            {
                SigstoreBundle.RequireType(root.RequiredString("mediaType"));
                if (Part(root, "messageSignature") is not { } signed || Part(root, "dsseEnvelope") is not null)
                    throw new ContentException("wanted a signature of a file alone");
                byte[] signature = StrictBase64.Decode(signed.RequiredString("signature"), "the signature");
                return signature.Length == 0
                    ? throw new ContentException("the signature is empty")
                    : new BlobSignature(
                        json,
                        signature,
                        SigstoreBundle.IsOfCertificate(Encoding.UTF8.GetBytes(root.Required("verificationMaterial").GetRawText()))
                    )
                    {
                        MessageDigest = Part(signed, "messageDigest") is { } digest ? DigestOf(digest) : null,
                    };
            });

    /// <summary>
    /// Whether what it says of the file's digest is so; it need not say anything (sigstore_common.proto, <c>MessageSignature</c>).
    /// </summary>
    public bool IsOf(ReadOnlySpan<byte> content) => MessageDigest is null || MessageDigest.Matches(content);

    public bool Equals(BlobSignature? other) => other is not null && Bytes.Span.SequenceEqual(other.Bytes.Span);

    public override int GetHashCode() => Digest.Of(Bytes.Span).GetHashCode();

    private static JsonElement? Part(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement part) && part.ValueKind != JsonValueKind.Null ? part : null;

    private static Digest DigestOf(JsonElement digest)
    {
        byte[] hash = StrictBase64.Decode(digest.RequiredString("digest"), "the message digest");
        return digest.RequiredString("algorithm") switch
        {
            "SHA2_256" => Digest.FromHash("sha256", hash),
            "SHA2_512" => Digest.FromHash("sha512", hash),
            var other => throw new ContentException($"messageDigest: algorithm wanted SHA2_256 or SHA2_512, got {Printable.Of(other)}"),
        };
    }
}
