using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Rehearsal;

/// <summary>What a registry has to know of a manifest or index, whatever its media type: what it refers to and how it is listed.</summary>
internal sealed record ManifestDocument
{
    public string? MediaType { get; private init; }

    /// <summary>Config, layers and blobs that the repository must hold: all but those that may not be distributed.</summary>
    public ImmutableArray<Descriptor> Blobs { get; private init; }

    /// <summary>What an index lists.</summary>
    public ImmutableArray<Descriptor> Children { get; private init; }

    public Descriptor? Subject { get; private init; }

    /// <summary>As a list of referrers has it: that of the document, else the config's type, else none ("Listing Referrers").</summary>
    public string? ArtifactType { get; private init; }

    public ImmutableSortedDictionary<string, string> Annotations { get; private init; } = Descriptor.NoAnnotations;

    /// <exception cref="ContentException">Not JSON of this shape.</exception>
    public static ManifestDocument Parse(ReadOnlyMemory<byte> json) => OciJson.Read(json, "manifest", root =>
        {
            Descriptor? config = Optional(root, "config");
            IEnumerable<Descriptor> layers = root.Items("layers").Concat(root.Items("blobs")).Select(OciJson.ReadDescriptor);
            return new ManifestDocument
            {
                MediaType = root.OptionalString("mediaType"),
                Blobs = [.. (config is null ? layers : layers.Prepend(config)).Where(IsDistributable)],
                Children = [.. root.Items("manifests").Select(OciJson.ReadDescriptor)],
                Subject = Optional(root, "subject"),
                ArtifactType = root.OptionalString("artifactType") is { Length: > 0 } own ? own : config?.MediaType,
                Annotations = root.Map("annotations"),
            };
        });

    /// <summary>As a list of referrers has it, under the digest that it was pushed by.</summary>
    public Descriptor Describe(ManifestContent manifest, Digest digest) =>
        new(manifest.MediaType, digest, manifest.Bytes.Length) { ArtifactType = ArtifactType, Annotations = Annotations };

    private static Descriptor? Optional(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? OciJson.ReadDescriptor(value) : null;

    /// <summary>Image specification, layer.md, "Non-Distributable Layers"; Docker calls them foreign.</summary>
    private static bool IsDistributable(Descriptor blob) =>
        !blob.MediaType.StartsWith("application/vnd.oci.image.layer.nondistributable.", StringComparison.Ordinal)
        && !blob.MediaType.StartsWith("application/vnd.docker.image.rootfs.foreign.", StringComparison.Ordinal);
}
