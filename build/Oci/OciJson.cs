using System.Buffers;
using System.Collections.Immutable;
using System.Text;
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

    /// <summary>More annotations than this are none that a document of ours, or of a registry, has.</summary>
    public const int MaximumAnnotations = 1024;

    /// <summary>A document with more values than this is not taken apart: each costs memory, and a few bytes make one.</summary>
    private const int MaximumValues = 1_000_000;

    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    public static byte[] Write(Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer, Writing))
            write(writer);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The same of printable characters alone: what others wrote says the same escaped.</summary>
    public static byte[] WritePrintable(Action<Utf8JsonWriter> write) =>
        Encoding.UTF8.GetBytes(Printable.Json(Encoding.UTF8.GetString(Write(write))));

    /// <summary>JSON for people to read and compare: indented by two, a line end behind it, and of printable characters alone.</summary>
    public static byte[] WriteIndented(Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer, Writing with { Indented = true, NewLine = "\n" }))
            write(writer);
        buffer.Write("\n"u8);
        return Encoding.UTF8.GetBytes(Printable.Json(Encoding.UTF8.GetString(buffer.WrittenSpan)));
    }

    /// <summary>Parses <paramref name="json"/> and hands its root object to <paramref name="read"/>.</summary>
    /// <param name="what">What the document is, for the error.</param>
    /// <exception cref="ContentException">It is no such document.</exception>
    public static T Read<T>(ReadOnlyMemory<byte> json, string what, Func<JsonElement, T> read)
    {
        try
        {
            using JsonDocument document = Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new ContentException($"{what}: wanted a JSON object, got {JsonMember.KindOf(document.RootElement)}");
            return read(document.RootElement);
        }
        catch (JsonException e)
        {
            throw new ContentException($"{what}: {ProblemOf(e)}", e);
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or KeyNotFoundException)
        {
            // Which member it was, only its own reader knows.
            throw new ContentException($"{what}: a member is missing, or of another type or form than wanted", e);
        }
        catch (ContentException e) when (!e.Message.StartsWith(what, StringComparison.Ordinal))
        {
            throw new ContentException($"{what}: {Printable.Of(e.Message)}", e);
        }
    }

    /// <summary>
    /// Any document within the same bounds, for who hands it to a reader of others; the caller disposes it, and it keeps
    /// <paramref name="json"/>.
    /// </summary>
    /// <exception cref="JsonException">It is no such document.</exception>
    /// <exception cref="ContentException">It has too many values.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> json)
    {
        RequireFewValues(json.Span);
        return JsonDocument.Parse(json, Reading);
    }

    private static void RequireFewValues(ReadOnlySpan<byte> json)
    {
        // A value takes a byte at least, and another one parts it from the next.
        if (json.Length / 2 < MaximumValues)
            return;
        int values = 0;
        for (Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = Reading.MaxDepth }); reader.Read(); )
        {
            if (++values > MaximumValues)
                throw new ContentException($"it has more than {MaximumValues} values");
        }
    }

    /// <exception cref="ContentException">The property is missing or no string.</exception>
    public static string RequiredString(this JsonElement element, string name) =>
        element.OptionalString(name) ?? throw new ContentException($"'{name}' is missing");

    public static string? OptionalString(this JsonElement element, string name) => element.Find(name)?.TextOf(name);

    /// <summary>The elements of an array property; none when it is absent.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement element, string name) =>
        element.Find(name) is { } value ? value.As(JsonValueKind.Array, name, "a list").EnumerateArray() : [];

    /// <summary>A map of strings; empty when it is absent.</summary>
    /// <exception cref="ContentException">It has more members than <see cref="MaximumAnnotations"/>, or one that is no text.</exception>
    public static ImmutableSortedDictionary<string, string> Map(this JsonElement element, string name)
    {
        if (element.Find(name)?.As(JsonValueKind.Object, name, "an object") is not { } value)
            return Descriptor.NoAnnotations;
        return value.GetPropertyCount() <= MaximumAnnotations
            ? value
                .EnumerateObject()
                .ToImmutableSortedDictionary(
                    p => p.Name,
                    p => p.Value.ValueKind == JsonValueKind.Null ? "" : p.Value.TextOf(p.Name),
                    StringComparer.Ordinal
                )
            : throw new ContentException($"'{name}' wanted at most {MaximumAnnotations} members, got {value.GetPropertyCount()}");
    }

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
        long size = element.RequiredNumber("size");
        if (size is < 0 or > Descriptor.MaximumSize)
            throw new ContentException($"a descriptor's size wanted 0 to {Descriptor.MaximumSize}, got {size}");
        return new Descriptor(
            element.RequiredString("mediaType") is { Length: > 0 } media ? MediaType.Parse(media) : "",
            Digest.Parse(element.RequiredString("digest")),
            size
        )
        {
            ArtifactType = element.OptionalString("artifactType") is { Length: > 0 } type ? MediaType.Parse(type) : null,
            Annotations = element.Map("annotations"),
            Platform = element.Find("platform") is { } platform ? Platform.Read(platform) : null,
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

    /// <summary>
    /// What is wrong with a text that is no JSON, and where, in our words: those of the parser are for whoever wrote the program.
    /// </summary>
    internal static string ProblemOf(JsonException e)
    {
        if (e.LineNumber is { } line && e.BytePositionInLine is { } at)
            return $"no sound JSON at line {line + 1}, byte {at + 1}";
        return e.Message.Split('\'') is [_, .. var name, _]
            ? $"the member '{Printable.Of(string.Join('\'', name))}' appears twice"
            : "not valid JSON, or a member appears twice";
    }
}
