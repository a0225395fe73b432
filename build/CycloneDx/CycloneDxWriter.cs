using System.Text.Json;
using Slipway.Oci;
using Slipway.Spdx;

namespace Slipway.CycloneDx;

/// <summary>Writes a <see cref="CycloneDxDocument"/> as the JSON schema of CycloneDX 1.6 has it (ECMA-424).</summary>
internal static class CycloneDxWriter
{
    public static byte[] ToBytes(CycloneDxDocument document) =>
        OciJson.WritePrintable(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json");
            writer.WriteString("bomFormat", "CycloneDX");
            writer.WriteString("specVersion", "1.6");
            writer.WriteString("serialNumber", $"urn:uuid:{document.Serial}");
            writer.WriteNumber("version", 1);
            writer.WriteStartObject("metadata");
            writer.WriteString("timestamp", UtcSecond.Text(document.Created));
            writer.WriteStartObject("tools");
            writer.WriteStartArray("components");
            writer.WriteStartObject();
            writer.WriteString("type", "application");
            writer.WriteString("name", "slipway");
            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.WritePropertyName("component");
            Write(writer, document.Subject);
            writer.WriteEndObject();
            WriteAll(writer, "components", document.Components, Write);
            WriteAll(writer, "dependencies", document.Dependencies, Write);
            writer.WriteEndObject();
        });

    private static void Write(Utf8JsonWriter writer, CycloneDxComponent component)
    {
        writer.WriteStartObject();
        writer.WriteString("type", component.Type);
        writer.WriteString("bom-ref", component.Reference);
        if (component.Supplier is { } supplier)
        {
            writer.WriteStartObject("supplier");
            writer.WriteString("name", supplier);
            writer.WriteEndObject();
        }

        writer.WriteString("name", component.Name);
        WriteOptional(writer, "version", component.Version);
        WriteOptional(writer, "description", component.Description);
        WriteHashes(writer, component.Checksum);
        if (component.Licence is { } licence)
            WriteAll(writer, "licenses", [licence], WriteLicence);
        WriteOptional(writer, "purl", component.Purl);
        WriteAll(writer, "externalReferences", component.Elsewhere, Write);
        if (!component.Programs.IsEmpty)
        {
            writer.WriteStartObject("evidence");
            WriteAll(writer, "occurrences", component.Programs, WriteOccurrence);
            writer.WriteEndObject();
        }

        WriteAll(writer, "properties", component.Properties, Write);
        writer.WriteEndObject();
    }

    private static void WriteLicence(Utf8JsonWriter writer, string licence)
    {
        writer.WriteStartObject();
        writer.WriteString("expression", licence);
        writer.WriteString("acknowledgement", "declared");
        writer.WriteEndObject();
    }

    private static void WriteOccurrence(Utf8JsonWriter writer, string path)
    {
        writer.WriteStartObject();
        writer.WriteString("location", path);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, (string Kind, string Address, SpdxChecksum? Checksum) elsewhere)
    {
        writer.WriteStartObject();
        writer.WriteString("url", elsewhere.Address);
        writer.WriteString("type", elsewhere.Kind);
        WriteHashes(writer, elsewhere.Checksum);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, (string Name, string Value) property)
    {
        writer.WriteStartObject();
        writer.WriteString("name", property.Name);
        writer.WriteString("value", property.Value);
        writer.WriteEndObject();
    }

    private static void Write(
        Utf8JsonWriter writer,
        (string Reference, System.Collections.Immutable.ImmutableArray<string> DependsOn) dependency
    )
    {
        writer.WriteStartObject();
        writer.WriteString("ref", dependency.Reference);
        WriteAll(writer, "dependsOn", dependency.DependsOn, (to, reference) => to.WriteStringValue(reference));
        writer.WriteEndObject();
    }

    /// <summary>SPDX says SHA256, CycloneDX SHA-256.</summary>
    private static void WriteHashes(Utf8JsonWriter writer, SpdxChecksum? checksum)
    {
        if (checksum is null)
            return;
        writer.WriteStartArray("hashes");
        writer.WriteStartObject();
        writer.WriteString("alg", checksum.Algorithm.Insert("SHA".Length, "-"));
        writer.WriteString("content", checksum.Value);
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    private static void WriteAll<T>(Utf8JsonWriter writer, string name, IReadOnlyCollection<T> all, Action<Utf8JsonWriter, T> write)
    {
        if (all.Count == 0)
            return;
        writer.WriteStartArray(name);
        foreach (T one in all)
            write(writer, one);
        writer.WriteEndArray();
    }

    private static void WriteOptional(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
            writer.WriteString(name, value);
    }
}
