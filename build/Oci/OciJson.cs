using System.Buffers;
using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Slipway.Oci;

/// <summary>
/// JSON as every document of ours is written: no white space, properties in the order they are written, maps in ordinal
/// order, no escapes but the needed ones. Same values, same bytes. Reading refuses comments, trailing commas, duplicate
/// properties, nesting beyond 32 and text after the document.
/// </summary>
public static class OciJson
{
    /// <summary>A manifest is bounded by registries to 4 MiB (distribution specification, "Pushing manifests").</summary>
    public const int MaximumManifestSize = 4 * 1024 * 1024;

    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    public static byte[] Write(Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer, Writing))
            write(writer);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>JSON for people to read and compare: indented by two, a line end behind it.</summary>
    public static byte[] WriteIndented(Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer, Writing with { Indented = true, NewLine = "\n" }))
            write(writer);
        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Parses <paramref name="json"/> and hands its root object to <paramref name="read"/>.</summary>
    /// <param name="what">What the document is, for the error.</param>
    /// <exception cref="ContentException">It is no such document.</exception>
    public static T Read<T>(ReadOnlyMemory<byte> json, string what, Func<JsonElement, T> read)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, Reading);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new ContentException($"{what}: wanted a JSON object, got {document.RootElement.ValueKind}");
            return read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new ContentException($"{what}: {Printable.Of(e.Message)}", e);
        }
        catch (ContentException e) when (!e.Message.StartsWith(what, StringComparison.Ordinal))
        {
            throw new ContentException($"{what}: {Printable.Of(e.Message)}", e);
        }
    }

    /// <exception cref="ContentException">The property is missing or no string.</exception>
    public static string RequiredString(this JsonElement element, string name) =>
        element.OptionalString(name) ?? throw new ContentException($"'{name}' is missing");

    public static string? OptionalString(this JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value.GetString() : null;

    /// <summary>The elements of an array property; none when it is absent.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value.EnumerateArray() : [];

    /// <summary>A map of strings; empty when it is absent.</summary>
    public static ImmutableSortedDictionary<string, string> Map(this JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null
            ? value.EnumerateObject().ToImmutableSortedDictionary(p => p.Name, p => p.Value.GetString() ?? "", StringComparer.Ordinal)
            : Descriptor.NoAnnotations;

    /// <summary>Writes a map in ordinal order; an empty one is left out.</summary>
    public static void WriteMap(this Utf8JsonWriter writer, string name, ImmutableSortedDictionary<string, string> map)
    {
        if (map.IsEmpty)
            return;
        writer.WriteStartObject(name);
        foreach ((string key, string value) in map)
            writer.WriteString(key, value);
        writer.WriteEndObject();
    }

    public static Descriptor ReadDescriptor(JsonElement element)
    {
        long size = element.GetProperty("size").GetInt64();
        if (size < 0)
            throw new ContentException($"a descriptor's size is {size}");
        return new Descriptor(element.RequiredString("mediaType"), Digest.Parse(element.RequiredString("digest")), size)
        {
            ArtifactType = element.OptionalString("artifactType"),
            Annotations = element.Map("annotations"),
            Platform = element.TryGetProperty("platform", out JsonElement platform) && platform.ValueKind != JsonValueKind.Null
                ? new Platform(platform.RequiredString("os"), platform.RequiredString("architecture"), platform.OptionalString("variant"))
                : null,
        };
    }

    public static void WriteDescriptor(this Utf8JsonWriter writer, Descriptor descriptor)
    {
        writer.WriteStartObject();
        writer.WriteString("mediaType", descriptor.MediaType);
        if (descriptor.ArtifactType is not null)
            writer.WriteString("artifactType", descriptor.ArtifactType);
        writer.WriteString("digest", descriptor.Digest.ToString());
        writer.WriteNumber("size", descriptor.Size);
        if (descriptor.Platform is { } platform)
        {
            writer.WriteStartObject("platform");
            writer.WriteString("architecture", platform.Architecture);
            writer.WriteString("os", platform.Os);
            if (platform.Variant is not null)
                writer.WriteString("variant", platform.Variant);
            writer.WriteEndObject();
        }

        writer.WriteMap("annotations", descriptor.Annotations);
        writer.WriteEndObject();
    }
}
