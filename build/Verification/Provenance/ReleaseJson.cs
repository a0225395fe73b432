using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Verification;

/// <summary>What the JSON documents of a release have in common.</summary>
internal static class ReleaseJson
{
    /// <summary>A manifest or index: digest, type, size, and platform where it has one.</summary>
    public static void WriteSubject(Utf8JsonWriter writer, Descriptor subject)
    {
        writer.WriteStartObject();
        writer.WriteString("digest", subject.Digest.ToString());
        writer.WriteString("mediaType", subject.MediaType);
        writer.WriteNumber("size", subject.Size);
        if (subject.Platform is not null)
            writer.WriteString("platform", subject.Platform.ToString());
        writer.WriteEndObject();
    }

    public static void WriteStrings(Utf8JsonWriter writer, string name, IEnumerable<string> values)
    {
        writer.WriteStartArray(name);
        foreach (string value in values)
            writer.WriteStringValue(value);
        writer.WriteEndArray();
    }
}
