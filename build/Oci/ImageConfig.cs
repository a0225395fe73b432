using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Slipway.Oci;

/// <summary>What runs and with which layers (OCI image specification, config.md).</summary>
public sealed record ImageConfig
{
    public required Platform Platform { get; init; }

    /// <summary>When the image was made; a whole second of UTC, from the lock.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>The digests of the uncompressed layers, lowest first.</summary>
    public required ImmutableArray<Digest> DiffIds { get; init; }

    /// <summary>What each layer is, in the order of <see cref="DiffIds"/>.</summary>
    public ImmutableArray<string> History { get; init; } = [];

    public ImmutableArray<string> Entrypoint { get; init; } = [];

    public ImmutableArray<string> Command { get; init; } = [];

    /// <summary><c>NAME=value</c>, in the order given.</summary>
    public ImmutableArray<string> Environment { get; init; } = [];

    public string? User { get; init; }

    public string? WorkingDirectory { get; init; }

    public ImmutableSortedDictionary<string, string> Labels { get; init; } = Descriptor.NoAnnotations;

    /// <exception cref="ContentException">Not an OCI image configuration.</exception>
    public static ImageConfig Parse(ReadOnlyMemory<byte> json) => OciJson.Read(json, "image configuration", root =>
        {
            JsonElement config = root.Find("config") is { } found ? found.As(JsonValueKind.Object, "config", "an object") : default;
            bool has = config.ValueKind == JsonValueKind.Object;
            return new ImageConfig
            {
                Platform = Platform.Read(root),
                Created = root.Find("created") is null ? DateTimeOffset.UnixEpoch : root.RequiredTime("created"),
                DiffIds = [.. root.Required("rootfs").Items("diff_ids").Select(item => Digest.Parse(item.TextOf("diff_ids")))],
                History = [.. root.Items("history").Select(item => item.OptionalString("created_by") ?? "")],
                Entrypoint = has ? Strings(config, "Entrypoint") : [],
                Command = has ? Strings(config, "Cmd") : [],
                Environment = has ? Strings(config, "Env") : [],
                User = has ? config.OptionalString("User") : null,
                WorkingDirectory = has ? config.OptionalString("WorkingDir") : null,
                Labels = has ? config.Map("Labels") : Descriptor.NoAnnotations,
            };
        });

    /// <summary>The bytes that are hashed and sent; the same configuration always gives the same bytes.</summary>
    public byte[] ToBytes() =>
        OciJson.Write(writer =>
        {
            string created = Created.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
            writer.WriteStartObject();
            writer.WriteString("created", created);
            writer.WriteString("architecture", Platform.Architecture);
            writer.WriteString("os", Platform.Os);
            if (Platform.Variant is not null)
                writer.WriteString("variant", Platform.Variant);
            WriteExecution(writer);
            writer.WriteStartObject("rootfs");
            writer.WriteString("type", "layers");
            WriteStrings(writer, "diff_ids", [.. DiffIds.Select(digest => digest.ToString())], always: true);
            writer.WriteEndObject();
            writer.WriteStartArray("history");
            foreach (string step in History)
            {
                writer.WriteStartObject();
                writer.WriteString("created", created);
                writer.WriteString("created_by", step);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        });

    private void WriteExecution(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("config");
        if (User is not null)
            writer.WriteString("User", User);
        WriteStrings(writer, "Env", Environment);
        WriteStrings(writer, "Entrypoint", Entrypoint);
        WriteStrings(writer, "Cmd", Command);
        if (WorkingDirectory is not null)
            writer.WriteString("WorkingDir", WorkingDirectory);
        writer.WriteMap("Labels", Labels);
        writer.WriteEndObject();
    }

    private static ImmutableArray<string> Strings(JsonElement element, string name) =>
        [.. element.Items(name).Select(item => item.TextOf(name))];

    private static void WriteStrings(Utf8JsonWriter writer, string name, ImmutableArray<string> values, bool always = false)
    {
        if (values.IsEmpty && !always)
            return;
        writer.WriteStartArray(name);
        foreach (string value in values)
            writer.WriteStringValue(value);
        writer.WriteEndArray();
    }
}
