using System.Collections.Immutable;
using System.Text.Json;

namespace Slipway.Oci;

/// <summary>An image index: one manifest for each platform (OCI image specification, image-index.md).</summary>
public sealed record Index(ImmutableArray<Descriptor> Manifests)
{
    public ImmutableSortedDictionary<string, string> Annotations { get; init; } = Descriptor.NoAnnotations;

    /// <exception cref="ContentException">Not an OCI image index.</exception>
    public static Index Parse(ReadOnlyMemory<byte> json) => Read(json, type => type == MediaType.Index);

    /// <summary>As <see cref="Parse(ReadOnlyMemory{byte})"/>, of what others made: Docker's manifest list is read, too.</summary>
    /// <exception cref="ContentException">Neither an OCI image index nor a manifest list of Docker's.</exception>
    public static Index ParseAny(ReadOnlyMemory<byte> json) => Read(json, MediaType.IsAnyIndex);

    private static Index Read(ReadOnlyMemory<byte> json, Func<string, bool> accepts) => OciJson.Read(json, "image index", root =>
        {
            if (root.RequiredNumber("schemaVersion") != 2)
                throw new ContentException("schemaVersion is not 2");
            if (root.OptionalString("mediaType") is { } type && !accepts(type))
                throw new ContentException($"mediaType wanted {MediaType.Index}, got {Printable.Of(type)}");
            return new Index([.. root.Items("manifests").Select(OciJson.ReadDescriptor)]) { Annotations = root.Map("annotations") };
        });

    /// <summary>
    /// The entries of a list of referrers, whose authors are many: one that is malformed, or has too many annotations, is passed over and
    /// counted, and does not take the others along.
    /// </summary>
    /// <exception cref="ContentException">The list itself is no image index.</exception>
    public static (ImmutableArray<Descriptor> Referrers, int PassedOver) ParseReferrers(ReadOnlyMemory<byte> json) =>
        OciJson.Read(json, "list of referrers", root =>
        {
            if (root.RequiredNumber("schemaVersion") != 2)
                throw new ContentException("schemaVersion is not 2");
            var referrers = ImmutableArray.CreateBuilder<Descriptor>();
            int passedOver = 0;
            foreach (JsonElement entry in root.Items("manifests"))
            {
                try
                {
                    referrers.Add(OciJson.ReadDescriptor(entry));
                }
                catch (ContentException)
                {
                    passedOver++;
                }
            }

            return (referrers.ToImmutable(), passedOver);
        });

    /// <summary>The bytes that are hashed and sent; the same index always gives the same bytes.</summary>
    public byte[] ToBytes() =>
        OciJson.Write(writer =>
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
