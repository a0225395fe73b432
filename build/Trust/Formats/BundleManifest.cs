using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>
/// The manifest by which a registry keeps a bundle as a referrer of what it is about (cosign's BUNDLE_SPEC.md, "Publishing"; OCI
/// image specification, manifest.md, "Guidelines for Artifact Usage").
/// </summary>
public static class BundleManifest
{
    private const string ContentKey = "dev.sigstore.bundle.content";
    private const string PredicateTypeKey = "dev.sigstore.bundle.predicateType";
    private const string EnvelopeContent = "dsse-envelope";

    /// <summary>The config of every such manifest.</summary>
    public static ReadOnlyMemory<byte> Config { get; } = "{}"u8.ToArray();

    /// <summary>What kind of statement a list of referrers says that a bundle holds; null when it does not say.</summary>
    public static string? KindOf(Descriptor listed)
    {
        ArgumentNullException.ThrowIfNull(listed);
        return listed.Annotations.GetValueOrDefault(PredicateTypeKey);
    }

    /// <param name="subject">What the bundle is about.</param>
    /// <param name="bundle">The bytes of the bundle.</param>
    /// <param name="predicateType">What kind of statement it holds.</param>
    public static ManifestContent For(Descriptor subject, ReadOnlyMemory<byte> bundle, string predicateType) =>
        new(
            MediaType.Manifest,
            new Manifest(Descriptor.Of(MediaType.Empty, Config.Span), [Descriptor.Of(MediaType.SigstoreBundle, bundle.Span)])
            {
                ArtifactType = MediaType.SigstoreBundle,
                Subject = new Descriptor(subject.MediaType, subject.Digest, subject.Size),
                Annotations = Descriptor.NoAnnotations.Add(ContentKey, EnvelopeContent).Add(PredicateTypeKey, predicateType),
            }.ToBytes()
        );

    /// <summary>The descriptor of the one bundle that such a manifest holds.</summary>
    /// <exception cref="ContentException">It is none, or is about something else.</exception>
    public static Descriptor BundleOf(ManifestContent content, Digest subject)
    {
        if (content.MediaType != MediaType.Manifest)
            throw new ContentException($"bundle manifest: media type wanted {MediaType.Manifest}, got {content.MediaType}");
        Manifest manifest = Manifest.Parse(content.Bytes);
        if (manifest.Subject?.Digest != subject)
            throw new ContentException(
                $"bundle manifest: its subject wanted {subject}, got {manifest.Subject?.Digest.ToString() ?? "none"}"
            );
        return manifest.Layers is [{ MediaType: MediaType.SigstoreBundle } bundle]
            ? bundle
            : throw new ContentException("bundle manifest: wanted one layer with a bundle");
    }
}
