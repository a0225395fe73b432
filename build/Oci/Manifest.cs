using System.Collections.Immutable;

namespace Slipway.Oci;

/// <summary>An image manifest: a config and layers, lowest first (OCI image specification, manifest.md).</summary>
public sealed record Manifest(Descriptor Config, ImmutableArray<Descriptor> Layers)
{
    public string? ArtifactType { get; init; }

    /// <summary>The manifest this one is about, for signatures and attestations.</summary>
    public Descriptor? Subject { get; init; }

    public ImmutableSortedDictionary<string, string> Annotations { get; init; } = Descriptor.NoAnnotations;

    /// <summary>Everything the manifest needs to be complete: the config, then the layers.</summary>
    public IEnumerable<Descriptor> Blobs => Layers.Prepend(Config);

    /// <exception cref="ContentException">Not an OCI image manifest.</exception>
    public static Manifest Parse(ReadOnlyMemory<byte> json) => Parse(json, type => type == MediaType.Manifest);

    /// <summary>As <see cref="Parse(ReadOnlyMemory{byte})"/>, of what others made: Docker's image manifest is read, too.</summary>
    /// <exception cref="ContentException">Neither an OCI image manifest nor one of Docker's.</exception>
    public static Manifest ParseAny(ReadOnlyMemory<byte> json) => Parse(json, MediaType.IsAnyManifest);

    private static Manifest Parse(ReadOnlyMemory<byte> json, Func<string, bool> accepts) => OciJson.Read(json, "image manifest", root =>
        {
            if (root.RequiredNumber("schemaVersion") != 2)
                throw new ContentException("schemaVersion is not 2");
            if (root.OptionalString("mediaType") is { } type && !accepts(type))
                throw new ContentException($"mediaType wanted {MediaType.Manifest}, got {Printable.Of(type)}");
            return new Manifest(OciJson.ReadDescriptor(root.Required("config")), [.. root.Items("layers").Select(OciJson.ReadDescriptor)])
            {
                ArtifactType = root.OptionalString("artifactType") is { Length: > 0 } artifact ? MediaType.Parse(artifact) : null,
                Subject = root.Find("subject") is { } subject ? OciJson.ReadDescriptor(subject) : null,
                Annotations = root.Map("annotations"),
            };
        });

    /// <summary>The bytes that are hashed and sent; the same manifest always gives the same bytes.</summary>
    public byte[] ToBytes() =>
        OciJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("schemaVersion", 2);
            writer.WriteString("mediaType", MediaType.Manifest);
            if (ArtifactType is not null)
                writer.WriteString("artifactType", ArtifactType);
            writer.WritePropertyName("config");
            writer.WriteDescriptor(Config);
            writer.WriteStartArray("layers");
            foreach (Descriptor layer in Layers)
                writer.WriteDescriptor(layer);
            writer.WriteEndArray();
            if (Subject is not null)
            {
                writer.WritePropertyName("subject");
                writer.WriteDescriptor(Subject);
            }

            writer.WriteMap("annotations", Annotations);
            writer.WriteEndObject();
        });
}
