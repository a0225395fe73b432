using System.Collections.Immutable;
using System.Text.Json;

namespace Slipway.Oci;

/// <summary>An image index: one manifest for each platform (OCI image specification, image-index.md).</summary>
public sealed record Index(ImmutableArray<Descriptor> Manifests)
{
    public ImmutableSortedDictionary<string, string> Annotations { get; init; } = Descriptor.NoAnnotations;

    /// <exception cref="ContentException">Not an OCI image index.</exception>
    public static Index Parse(ReadOnlyMemory<byte> json) => Read(json, entries => entries.Select(OciJson.ReadDescriptor));

    /// <summary>
    /// The same of a list that anybody may add to, as the referrers of an image are (distribution specification, "Listing Referrers"): an entry
    /// whose words break their grammar is passed over, so that one stranger's hides nobody else's. One without a digest is no registry's.
    /// </summary>
    /// <exception cref="ContentException">Not an OCI image index.</exception>
    public static Index ParseList(ReadOnlyMemory<byte> json) => Read(json, entries => entries.Select(Sound).OfType<Descriptor>());

    private static Descriptor? Sound(JsonElement entry)
    {
        try
        {
            return OciJson.ReadDescriptor(entry);
        }
        catch (ContentException) when (Digest.TryParse(entry.OptionalString("digest"), out _))
        {
            return null;
        }
    }

    private static Index Read(ReadOnlyMemory<byte> json, Func<IEnumerable<JsonElement>, IEnumerable<Descriptor>> read) => OciJson.Read(json, "image index", root =>
    {
        if (root.RequiredNumber("schemaVersion") != 2)
            throw new ContentException("schemaVersion is not 2");
        if (root.OptionalString("mediaType") is { } type && type != MediaType.Index)
            throw new ContentException($"mediaType wanted {MediaType.Index}, got {Printable.Of(type)}");
        return new Index([.. read(root.Items("manifests"))])
        {
            Annotations = root.Map("annotations"),
        };
    });

    /// <summary>The bytes that are hashed and sent; the same index always gives the same bytes.</summary>
    public byte[] ToBytes() => OciJson.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteNumber("schemaVersion", 2);
        writer.WriteString("mediaType", MediaType.Index);
        writer.WriteStartArray("manifests");
        foreach (Descriptor manifest in Manifests)
            writer.WriteDescriptor(manifest);
        writer.WriteEndArray();
        writer.WriteMap("annotations", Annotations);
        writer.WriteEndObject();
    });
}
