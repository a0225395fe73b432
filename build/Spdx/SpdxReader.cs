using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Spdx;

/// <summary>
/// Reads a <see cref="SpdxDocument"/> strictly: of this version, every element named once, every relationship between
/// elements that are there. Properties that say nothing about what an image holds are passed over.
/// </summary>
internal static class SpdxReader
{
    public static SpdxDocument Parse(ReadOnlyMemory<byte> json)
    {
        if (json.Length > SpdxDocument.MaximumSize)
            throw new ContentException($"SPDX document: wanted at most {SpdxDocument.MaximumSize} bytes, got {json.Length}");
        return OciJson.Read(json, "SPDX document", root =>
        {
            Require(root, "spdxVersion", SpdxWriter.Version);
            Require(root, "dataLicense", SpdxWriter.DataLicence);
            Require(root, "SPDXID", SpdxId.Document);
            JsonElement[] relationships = [.. root.Items("relationships")];
            SpdxDocument document = new()
            {
                Name = root.RequiredString("name"),
                Namespace = root.RequiredString("documentNamespace"),
                Created = Time(root.Required("creationInfo").RequiredString("created")),
                Comment = root.OptionalString("comment"),
                Others = [.. root.Items("externalDocumentRefs").Select(ReadOther)],
                Packages = [.. root.Items("packages").Select(ReadPackage)],
                Files = [.. root.Items("files").Select(ReadFile)],
                Licences = [.. root.Items("hasExtractedLicensingInfos").Select(ReadLicence)],
                Describes = Single(relationships),
                Contains =
                [
                    .. relationships
                        .Where(relationship => TypeOf(relationship) == "CONTAINS")
                        .Select(relationship => new SpdxContainment(
                            relationship.RequiredString("spdxElementId"),
                            relationship.RequiredString("relatedSpdxElement")
                        )),
                ],
                Programs =
                [
                    .. relationships
                        .Where(relationship => TypeOf(relationship) is SpdxRelationship.GeneratedFrom or SpdxRelationship.StaticLink)
                        .Select(relationship => new SpdxRelationship(
                            relationship.RequiredString("spdxElementId"),
                            TypeOf(relationship),
                            relationship.RequiredString("relatedSpdxElement")
                        )),
                ],
            };
            RequireElements(document, relationships.Length);
            return document;
        });
    }

    /// <summary>Every element has an identifier of its own, and every relationship leads to an element.</summary>
    private static void RequireElements(SpdxDocument document, int relationships)
    {
        if (relationships != document.Contains.Length + document.Programs.Length + 1)
            throw new ContentException("wanted no relationships but one DESCRIBES, CONTAINS, GENERATED_FROM and STATIC_LINK");
        HashSet<string> all = [],
            packages = [.. document.Packages.Select(package => package.Id)],
            others = [.. document.Others.Select(other => other.Id)];
        foreach (string id in document.Packages.Select(package => package.Id).Concat(document.Files.Select(file => file.Id)))
        {
            if (!SpdxId.IsElement(id) || id == SpdxId.Document || !all.Add(id))
                throw new ContentException($"identifier '{id}': wanted one of its own for each element");
        }

        if (!packages.Contains(document.Describes))
            throw new ContentException($"it describes '{document.Describes}', which is not a package of it");
        foreach (SpdxContainment containment in document.Contains)
        {
            bool elsewhere = containment.Part.Split(':') is [var other, _] && others.Contains(other);
            if (!packages.Contains(containment.Whole) || !(elsewhere || all.Contains(containment.Part)))
                throw new ContentException(
                    $"'{containment.Whole}' contains '{containment.Part}': wanted a package and an element of the document"
                );
        }

        foreach (SpdxRelationship built in document.Programs)
        {
            if (!packages.Contains(built.Package) || !all.Contains(built.Program) || packages.Contains(built.Program))
                throw new ContentException(
                    $"'{built.Program}' {built.Type} '{built.Package}': wanted a file and a package of the document"
                );
        }
    }

    private static string Single(JsonElement[] relationships)
    {
        JsonElement[] described = [.. relationships.Where(relationship => TypeOf(relationship) == "DESCRIBES")];
        return described is [var one] && one.RequiredString("spdxElementId") == SpdxId.Document
            ? one.RequiredString("relatedSpdxElement")
            : throw new ContentException($"wanted one DESCRIBES of {SpdxId.Document}, got {described.Length}");
    }

    private static string TypeOf(JsonElement relationship) => relationship.RequiredString("relationshipType");

    private static SpdxReference ReadOther(JsonElement element) =>
        new(
            element.RequiredString("externalDocumentId"),
            element.RequiredString("spdxDocument"),
            ReadChecksum(element.Required("checksum"))
        );

    private static SpdxPackage ReadPackage(JsonElement element) =>
        new()
        {
            Id = element.RequiredString("SPDXID"),
            Name = element.RequiredString("name"),
            Version = element.OptionalString("versionInfo"),
            Supplier = element.OptionalString("supplier") ?? SpdxPackage.NoAssertion,
            DownloadLocation = element.RequiredString("downloadLocation"),
            VerificationCode = element.TryGetProperty("packageVerificationCode", out JsonElement code)
                ? code.RequiredString("packageVerificationCodeValue")
                : null,
            Checksum = element.Items("checksums").Select(ReadChecksum).FirstOrDefault(),
            LicenceDeclared = element.OptionalString("licenseDeclared") ?? SpdxPackage.NoAssertion,
            LicenceComments = element.OptionalString("licenseComments"),
            Comment = element.OptionalString("comment"),
            Purpose = element.OptionalString("primaryPackagePurpose"),
            SourceInfo = element.OptionalString("sourceInfo"),
            Purl = Referred(element, SpdxWriter.Purl),
            GoSum = Referred(element, SpdxWriter.GoSum),
        };

    private static string? Referred(JsonElement package, string type) =>
        package.Items("externalRefs").FirstOrDefault(reference => reference.RequiredString("referenceType") == type)
            is { ValueKind: JsonValueKind.Object } found
            ? found.RequiredString("referenceLocator")
            : null;

    private static SpdxFile ReadFile(JsonElement element)
    {
        string name = element.RequiredString("fileName");
        if (!name.StartsWith("./", StringComparison.Ordinal) || name.Length < 3)
            throw new ContentException($"file '{name}': wanted a path behind ./");
        ImmutableArray<SpdxChecksum> checksums = [.. element.Items("checksums").Select(ReadChecksum)];
        return new SpdxFile(
            element.RequiredString("SPDXID"),
            name,
            Only(checksums, "SHA1", name),
            Only(checksums, "SHA256", name),
            element.OptionalString("comment")
        );
    }

    private static string Only(ImmutableArray<SpdxChecksum> checksums, string algorithm, string name)
    {
        SpdxChecksum[] found = [.. checksums.Where(checksum => checksum.Algorithm == algorithm)];
        return found is [var only] ? only.Value : throw new ContentException($"file '{name}': wanted one {algorithm}, got {found.Length}");
    }

    private static SpdxChecksum ReadChecksum(JsonElement element) =>
        new(element.RequiredString("algorithm"), element.RequiredString("checksumValue"));

    private static ExtractedLicence ReadLicence(JsonElement element) =>
        new(element.RequiredString("licenseId"), element.OptionalString("name") ?? "", element.RequiredString("extractedText"));

    private static DateTimeOffset Time(string text) =>
        DateTimeOffset.TryParseExact(
            text,
            SpdxWriter.Time,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out DateTimeOffset time
        )
            ? time
            : throw new ContentException($"created '{text}': wanted a time like 2026-01-31T23:59:59Z");

    private static void Require(JsonElement root, string name, string wanted)
    {
        if (root.RequiredString(name) is var got && got != wanted)
            throw new ContentException($"{name}: wanted {wanted}, got '{got}'");
    }
}
