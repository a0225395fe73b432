using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Release;

/// <summary>JSON documents of a release: indented, for people and programs.</summary>
internal static class ReleaseJson
{
    private static readonly JsonWriterOptions Writing = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static byte[] Write(Action<Utf8JsonWriter> write)
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter writer = new(buffer, Writing))
            write(writer);
        buffer.Write(Encoding.UTF8.GetBytes("\n"));
        return buffer.ToArray();
    }

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
}
