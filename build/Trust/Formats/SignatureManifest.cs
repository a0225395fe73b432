using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>
/// The signatures of one manifest as cosign stores them under a tag beside it (SIGNATURE_SPEC.md, "OCI Image Manifest
/// V1"): one layer for each signature, whose blob is the payload and whose annotation is the signature in base64.
/// </summary>
/// <param name="Layers">In the order they were added. The same layers always give the same bytes.</param>
public sealed record SignatureManifest(ImmutableArray<Descriptor> Layers)
{
    /// <summary>The annotation of a layer that holds its signature.</summary>
    public const string SignatureKey = "dev.cosignproject.cosign/signature";

    private const string NoTime = "0001-01-01T00:00:00Z";

    /// <summary>The image configuration that cosign gives its signatures: of no platform and no time.</summary>
    public ReadOnlyMemory<byte> Config =>
        OciJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("architecture", "");
            writer.WriteString("created", NoTime);
            writer.WriteStartArray("history");
            foreach (Descriptor _ in Layers)
            {
                writer.WriteStartObject();
                writer.WriteString("created", NoTime);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteString("os", "");
            writer.WriteStartObject("rootfs");
            writer.WriteString("type", "layers");
            writer.WriteStartArray("diff_ids");
            foreach (Descriptor layer in Layers)
                writer.WriteStringValue(layer.Digest.ToString());
            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.WriteStartObject("config");
            writer.WriteEndObject();
            writer.WriteEndObject();
        });

    /// <summary>The manifest as it is stored.</summary>
    public ManifestContent Content => new(MediaType.Manifest, new Manifest(Descriptor.Of(MediaType.Config, Config.Span), Layers).ToBytes());

    /// <summary>The tag under which the signatures of <paramref name="subject"/> are found.</summary>
    /// <exception cref="ContentException">The digest is no SHA-256, the only one whose hex fits a tag.</exception>
    public static string TagOf(Digest subject) =>
        subject.Algorithm == "sha256"
            ? $"sha256-{subject.Hex}.sig"
            : throw new ContentException($"{subject}: cosign's signature tags hold SHA-256 digests only");

    /// <summary>The layer of one signature.</summary>
    /// <param name="proof">Annotations that prove who signed it; null when a key does.</param>
    public static Descriptor LayerOf(
        ReadOnlyMemory<byte> payload,
        ReadOnlyMemory<byte> signature,
        ImmutableSortedDictionary<string, string>? proof = null
    ) =>
        Descriptor.Of(MediaType.SimpleSigning, payload.Span) with
        {
            Annotations = (proof ?? Descriptor.NoAnnotations).Add(SignatureKey, Convert.ToBase64String(signature.Span)),
        };

    /// <exception cref="ContentException">It is no OCI image manifest.</exception>
    public static SignatureManifest Parse(ManifestContent content) =>
        content.MediaType == MediaType.Manifest
            ? new SignatureManifest(Manifest.Parse(content.Bytes).Layers)
            : throw new ContentException($"signature manifest: media type wanted {MediaType.Manifest}, got {content.MediaType}");

    /// <summary>These layers, then those of <paramref name="other"/> that are not among them.</summary>
    public SignatureManifest With(SignatureManifest other) => new([.. Layers.Union(other.Layers)]);
}
