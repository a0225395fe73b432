using System.Globalization;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Spdx;

/// <summary>Writes a <see cref="SpdxDocument"/> as the JSON schema of SPDX 2.3 has it.</summary>
internal static class SpdxWriter
{
    public const string Version = "SPDX-2.3";
    public const string DataLicence = "CC0-1.0";
    public const string Creator = "Tool: slipway";

    /// <summary>Types of external references: a package URL, and a Go module's hash, for which the specification has no type.</summary>
    public const string Purl = "purl",
        GoSum = "go-sum";

    public const string Time = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    public static byte[] ToBytes(SpdxDocument document) =>
        OciJson.WritePrintable(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("spdxVersion", Version);
            writer.WriteString("dataLicense", DataLicence);
            writer.WriteString("SPDXID", SpdxId.Document);
            writer.WriteString("name", document.Name);
            writer.WriteString("documentNamespace", document.Namespace);
            writer.WriteStartObject("creationInfo");
            writer.WriteString("created", document.Created.UtcDateTime.ToString(Time, CultureInfo.InvariantCulture));
            writer.WriteStartArray("creators");
            writer.WriteStringValue(Creator);
            writer.WriteEndArray();
            writer.WriteEndObject();
            WriteOptional(writer, "comment", document.Comment);
            WriteAll(writer, "externalDocumentRefs", document.Others, Write);
            WriteAll(writer, "packages", document.Packages, Write);
            WriteAll(writer, "files", document.Files, Write);
            WriteAll(writer, "hasExtractedLicensingInfos", document.Licences, Write);
            writer.WriteStartArray("relationships");
            Relate(writer, SpdxId.Document, "DESCRIBES", document.Describes);
            foreach (SpdxContainment containment in document.Contains)
                Relate(writer, containment.Whole, "CONTAINS", containment.Part);
            foreach (SpdxRelationship built in document.Programs)
                Relate(writer, built.Program, built.Type, built.Package);
            writer.WriteEndArray();
            writer.WriteEndObject();
        });

    private static void Write(Utf8JsonWriter writer, SpdxReference other)
    {
        writer.WriteStartObject();
        writer.WriteString("externalDocumentId", other.Id);
        writer.WriteString("spdxDocument", other.Namespace);
        writer.WritePropertyName("checksum");
        Write(writer, other.Checksum);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, SpdxPackage package)
    {
        writer.WriteStartObject();
        writer.WriteString("SPDXID", package.Id);
        writer.WriteString("name", package.Name);
        WriteOptional(writer, "versionInfo", package.Version);
        writer.WriteString("supplier", package.Supplier);
        writer.WriteString("downloadLocation", package.DownloadLocation);
        writer.WriteBoolean("filesAnalyzed", package.VerificationCode is not null);
        if (package.VerificationCode is not null)
        {
            writer.WriteStartObject("packageVerificationCode");
            writer.WriteString("packageVerificationCodeValue", package.VerificationCode);
            writer.WriteEndObject();
        }

        if (package.Checksum is not null)
            WriteAll(writer, "checksums", [package.Checksum], Write);
        WriteOptional(writer, "sourceInfo", package.SourceInfo);
        writer.WriteString("licenseConcluded", SpdxPackage.NoAssertion);
        writer.WriteString("licenseDeclared", package.LicenceDeclared);
        WriteOptional(writer, "licenseComments", package.LicenceComments);
        writer.WriteString("copyrightText", SpdxPackage.NoAssertion);
        WriteOptional(writer, "comment", package.Comment);
        WriteOptional(writer, "primaryPackagePurpose", package.Purpose);
        if ((package.Purl ?? package.GoSum) is not null)
            WriteReferences(writer, package);
        writer.WriteEndObject();
    }

    private static void WriteReferences(Utf8JsonWriter writer, SpdxPackage package)
    {
        writer.WriteStartArray("externalRefs");
        if (package.Purl is not null)
            Refer(writer, "PACKAGE-MANAGER", Purl, package.Purl);
        if (package.GoSum is not null)
            Refer(writer, "OTHER", GoSum, package.GoSum);
        writer.WriteEndArray();
    }

    private static void Refer(Utf8JsonWriter writer, string category, string type, string locator)
    {
        writer.WriteStartObject();
        writer.WriteString("referenceCategory", category);
        writer.WriteString("referenceType", type);
        writer.WriteString("referenceLocator", locator);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, SpdxFile file)
    {
        writer.WriteStartObject();
        writer.WriteString("SPDXID", file.Id);
        writer.WriteString("fileName", file.Name);
        WriteAll(writer, "checksums", [new SpdxChecksum("SHA1", file.Sha1), new SpdxChecksum("SHA256", file.Sha256)], Write);
        WriteOptional(writer, "comment", file.Comment);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, SpdxChecksum checksum)
    {
        writer.WriteStartObject();
        writer.WriteString("algorithm", checksum.Algorithm);
        writer.WriteString("checksumValue", checksum.Value);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, ExtractedLicence licence)
    {
        writer.WriteStartObject();
        writer.WriteString("licenseId", licence.Id);
        writer.WriteString("name", licence.Name);
        writer.WriteString("extractedText", licence.Text);
        writer.WriteEndObject();
    }

    private static void Relate(Utf8JsonWriter writer, string one, string type, string other)
    {
        writer.WriteStartObject();
        writer.WriteString("spdxElementId", one);
        writer.WriteString("relationshipType", type);
        writer.WriteString("relatedSpdxElement", other);
        writer.WriteEndObject();
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
