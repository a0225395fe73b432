using System.Text.RegularExpressions;

namespace Slipway.Oci;

/// <summary>The media types this project reads and writes (OCI image specification, media-types.md).</summary>
public static partial class MediaType
{
    public const string Index = "application/vnd.oci.image.index.v1+json";
    public const string Manifest = "application/vnd.oci.image.manifest.v1+json";
    public const string Config = "application/vnd.oci.image.config.v1+json";
    public const string LayerGzip = "application/vnd.oci.image.layer.v1.tar+gzip";

    /// <summary>The payload of a cosign signature (cosign's SIGNATURE_SPEC.md, "Simple Signing").</summary>
    public const string SimpleSigning = "application/vnd.dev.cosign.simplesigning.v1+json";

    /// <summary>The config of a manifest that is no image: <c>{}</c> (OCI image specification, manifest.md, "Guidance for an empty descriptor").</summary>
    public const string Empty = "application/vnd.oci.empty.v1+json";

    /// <summary>A signed statement (DSSE, envelope.md; cosign's ATTESTATION_SPEC.md, "Overall Layout").</summary>
    public const string DsseEnvelope = "application/vnd.dsse.envelope.v1+json";

    /// <summary>A signature with all that is needed to verify it (Sigstore's protobuf-specs, sigstore_bundle.proto).</summary>
    public const string SigstoreBundle = "application/vnd.dev.sigstore.bundle.v0.3+json";

    /// <summary>Whether a descriptor of this type is fetched through the manifest end-points of a registry.</summary>
    public static bool IsManifest(string mediaType) => mediaType is Index or Manifest;

    /// <summary>The text, which is a type's name without parameters (RFC 6838, section 4.2).</summary>
    /// <exception cref="ContentException">It is none.</exception>
    public static string Parse(string text) => IsValid(text)
        ? text
        : throw new ContentException($"media type wanted as in {Index}, got '{Printable.Of(text)}'");

    /// <summary>Whether the text is a type's name: two names of at most 127 characters each, with a slash between them.</summary>
    public static bool IsValid(string text) => Grammar().IsMatch(text);

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}\z")]
    private static partial Regex Grammar();
}
