using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Images;
using Slipway.Inspection;
using Slipway.Oci;
using Slipway.Verification;

namespace Slipway.Release;

/// <summary>
/// What came of building a release a second time, whatever it was, for good: <c>reproduction.json</c>. Holds every difference; what people
/// are shown is a part of it.
/// </summary>
public sealed record ReproductionRecord
{
    public const string FileName = "reproduction.json";

    private const int Schema = 1;

    /// <summary>As it was asked for.</summary>
    public required string Reference { get; init; }

    public required RebuildSource Source { get; init; }

    public required ReproductionFinding Finding { get; init; }

    /// <summary>With what it was built again.</summary>
    public required Toolchain Toolchain { get; init; }

    public required DateTimeOffset StartedOn { get; init; }

    public required DateTimeOffset FinishedOn { get; init; }

    /// <summary>
    /// Files of the program itself that are otherwise here than in the release's commit; none when it is the same program.
    /// </summary>
    public required ImmutableArray<string> OtherProgram { get; init; }

    /// <summary>Replaces the file in one step.</summary>
    public async Task WriteAsync(string path, CancellationToken cancellationToken)
    {
        await File.WriteAllBytesAsync(path + ".unfinished", ToBytes(), cancellationToken);
        File.Move(path + ".unfinished", path, overwrite: true);
    }

    public byte[] ToBytes() =>
        OciJson.WriteIndented(writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("schema", Schema);
            writer.WriteString("reference", Reference);
            writer.WriteString("result", Finding.Result.Name());
            writer.WriteBoolean("whole", Finding.IsWhole);
            writer.WriteString("released", Finding.Released.ToString());
            writer.WriteString("rebuilt", Finding.Rebuilt?.ToString());
            writer.WritePropertyName("source");
            Source.Parameters.Write(writer);
            WriteToolchain(writer, "releasedWith", Source.Toolchain);
            WriteToolchain(writer, "rebuiltWith", Toolchain);
            ReleaseJson.WriteStrings(writer, "otherProgram", OtherProgram);
            writer.WriteString("startedOn", Text(StartedOn));
            writer.WriteString("finishedOn", Text(FinishedOn));
            WriteFields(writer, Finding.Fields);
            writer.WriteStartArray("platforms");
            foreach (PlatformReproduction platform in Finding.Platforms)
                Write(writer, platform);
            writer.WriteEndArray();
            writer.WriteEndObject();
        });

    private static void Write(Utf8JsonWriter writer, PlatformReproduction platform)
    {
        writer.WriteStartObject();
        writer.WriteString("platform", platform.Platform.ToString());
        writer.WriteString("result", platform.Result.Name());
        writer.WriteString("released", platform.Released?.ToString());
        writer.WriteString("rebuilt", platform.Rebuilt.ToString());
        WriteFields(writer, platform.Fields);
        writer.WriteStartArray("files");
        foreach (LayerDifference file in platform.Files)
        {
            writer.WriteStartObject();
            writer.WriteNumber("layer", file.Layer);
            writer.WriteString("title", platform.TitleOf(file.Layer));
            writer.WriteString("path", file.Path);
            ReleaseJson.WriteStrings(writer, "differs", file.What);
            writer.WriteString("owner", file.Owner);
            writer.WriteString("released", file.Was);
            writer.WriteString("rebuilt", file.Now);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteFields(Utf8JsonWriter writer, ImmutableArray<FieldDifference> fields)
    {
        writer.WriteStartArray("fields");
        foreach (FieldDifference field in fields)
        {
            writer.WriteStartObject();
            writer.WriteString("field", field.Field);
            writer.WriteString("released", field.Was);
            writer.WriteString("rebuilt", field.Now);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteToolchain(Utf8JsonWriter writer, string name, Toolchain? toolchain)
    {
        if (toolchain is null)
            return;
        writer.WriteStartObject(name);
        writer.WriteString("sdk", toolchain.Sdk);
        writer.WriteString("runtime", toolchain.Runtime);
        writer.WriteEndObject();
    }

    private static string Text(DateTimeOffset time) => UtcSecond.Text(time);
}
