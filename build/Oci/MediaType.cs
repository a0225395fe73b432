using System.Text.RegularExpressions;

namespace Slipway.Oci;

/// <summary>The media types this project reads and writes (OCI image specification, media-types.md).</summary>
public static partial class MediaType
{
    public const string Index = "application/vnd.oci.image.index.v1+json";
    public const string Manifest = "application/vnd.oci.image.manifest.v1+json";
    public const string Config = "application/vnd.oci.image.config.v1+json";
    public const string LayerGzip = "application/vnd.oci.image.layer.v1.tar+gzip";

    /// <summary>
    /// What Docker's own pushes made before OCI's types, and many still make ("Image Manifest Version 2, Schema 2"): the same documents by
    /// other names.
    /// </summary>
    public const string DockerIndex = "application/vnd.docker.distribution.manifest.list.v2+json";
    public const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";

    /// <summary>The payload of a cosign signature (cosign's SIGNATURE_SPEC.md, "Simple Signing").</summary>
    public const string SimpleSigning = "application/vnd.dev.cosign.simplesigning.v1+json";

    /// <summary>
    /// The config of a manifest that is no image: <c>{}</c> (OCI image specification, manifest.md, "Guidance for an empty descriptor").
    /// </summary>
    public const string Empty = "application/vnd.oci.empty.v1+json";

    /// <summary>A signed statement (DSSE, envelope.md; cosign's ATTESTATION_SPEC.md, "Overall Layout").</summary>
    public const string DsseEnvelope = "application/vnd.dsse.envelope.v1+json";

    /// <summary>A signature with all that is needed to verify it (Sigstore's protobuf-specs, sigstore_bundle.proto).</summary>
    public const string SigstoreBundle = "application/vnd.dev.sigstore.bundle.v0.3+json";

    /// <summary>Whether a document lists manifests, in whichever of the two formats.</summary>
    public static bool IsAnyIndex(string mediaType) => Bare(mediaType) is Index or DockerIndex;

    /// <summary>Whether a document is an image manifest, in whichever of the two formats.</summary>
    public static bool IsAnyManifest(string mediaType) => Bare(mediaType) is Manifest or DockerManifest;

    /// <summary>Whether it is an image's configuration, in whichever of the two formats.</summary>
    public static bool IsAnyConfig(string mediaType) => Bare(mediaType) is Config or "application/vnd.docker.container.image.v1+json";

    /// <summary>
    /// Whether it is a layer that registries need not have: it comes from elsewhere (media-types.md, "non-distributable"; Docker's
    /// "foreign").
    /// </summary>
    public static bool IsForeignLayer(string mediaType) =>
        Bare(mediaType) is var bare
        && (
            bare.Contains(".layer.nondistributable.", StringComparison.Ordinal)
            || bare.Contains(".rootfs.foreign.", StringComparison.Ordinal)
        );

    /// <summary>
    /// Whether it is Docker's first format, whose images no registry takes any more: "Image Manifest Version 2, Schema 1", signed or not.
    /// </summary>
    public static bool IsDockerSchema1(string mediaType) =>
        Bare(mediaType).StartsWith("application/vnd.docker.distribution.manifest.v1+", StringComparison.Ordinal);

    /// <summary>In lower case and without parameters, as media types compare (RFC 9110, 8.3.1).</summary>
    public static string Bare(string mediaType)
    {
        ArgumentNullException.ThrowIfNull(mediaType);
        return mediaType.Split(';')[0].Trim().ToLowerInvariant();
    }

    /// <summary>Whether a descriptor of this type is fetched through the manifest end-points of a registry.</summary>
    public static bool IsManifest(string mediaType) => mediaType is Index or Manifest;

    /// <summary>The text, which is a type's name without parameters (RFC 6838, section 4.2).</summary>
    /// <exception cref="ContentException">It is none.</exception>
    public static string Parse(string text) =>
        IsValid(text) ? text : throw new ContentException($"media type wanted as in {Index}, got '{Printable.Of(text)}'");

    /// <summary>Whether the text is a type's name: two names of at most 127 characters each, with a slash between them.</summary>
    public static bool IsValid(string text) => Grammar().IsMatch(text);

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}\z")]
    private static partial Regex Grammar();
}
