using System.Text;
using System.Text.Json;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Spdx.Tests;

/// <summary>The form of a document: what the schema of SPDX 2.3 asks for, and what is refused when it is read.</summary>
public class SpdxDocumentTests
{
    /// <summary>Of what we write: the properties that the schema allows, those that it requires with a star.</summary>
    private static readonly Dictionary<string, string> Schema = new(StringComparer.Ordinal)
    {
        ["$"] =
            "SPDXID* spdxVersion* name* dataLicense* creationInfo* documentNamespace comment externalDocumentRefs packages files "
            + "hasExtractedLicensingInfos relationships",
        ["$.creationInfo"] = "created* creators*",
        ["$.externalDocumentRefs"] = "externalDocumentId* spdxDocument* checksum*",
        ["$.externalDocumentRefs.checksum"] = "algorithm* checksumValue*",
        ["$.packages"] =
            "SPDXID* name* downloadLocation* versionInfo supplier filesAnalyzed packageVerificationCode checksums licenseConcluded "
            + "sourceInfo licenseDeclared licenseComments copyrightText comment primaryPackagePurpose externalRefs",
        ["$.packages.packageVerificationCode"] = "packageVerificationCodeValue*",
        ["$.packages.checksums"] = "algorithm* checksumValue*",
        ["$.packages.externalRefs"] = "referenceCategory* referenceType* referenceLocator*",
        ["$.files"] = "SPDXID* fileName* checksums* comment",
        ["$.files.checksums"] = "algorithm* checksumValue*",
        ["$.hasExtractedLicensingInfos"] = "licenseId* extractedText* name",
        ["$.relationships"] = "spdxElementId* relatedSpdxElement* relationshipType*",
    };

    [Fact]
    public async Task Every_object_has_the_properties_that_the_schema_requires_and_none_that_it_lacks()
    {
        using AssemblyFixture shop = DescribedImage.CreateWithPrograms();
        await shop.AssembleAsync();
        Sbom sbom = await shop.DescribeAsync();
        foreach (SpdxDocument document in sbom.Platforms.Select(platform => platform.Document).Append(sbom.Index))
            Check("$", JsonDocument.Parse(document.ToBytes()).RootElement);
    }

    [Theory]
    [InlineData("SPDX-2.3", "SPDX-2.2", "spdxVersion: wanted SPDX-2.3")]
    [InlineData("CC0-1.0", "MIT", "dataLicense")]
    [InlineData("\"SPDXRef-DOCUMENT\",\"name\"", "\"SPDXRef-Doc\",\"name\"", "SPDXID: wanted")]
    [InlineData("\"created\":\"2026", "\"created\":\"26", "wanted a time like")]
    [InlineData("\"DESCRIBES\"", "\"OTHER\"", "wanted one DESCRIBES")]
    [InlineData(
        "\"DESCRIBES\",\"relatedSpdxElement\":\"SPDXRef-Image\"",
        "\"DESCRIBES\",\"relatedSpdxElement\":\"SPDXRef-Nothing\"",
        "which is not a package of it"
    )]
    [InlineData(
        "\"CONTAINS\",\"relatedSpdxElement\":\"SPDXRef-Upstream-tool\"",
        "\"CONTAINS\",\"relatedSpdxElement\":\"SPDXRef-Nothing\"",
        "an element of the document"
    )]
    [InlineData(
        "\"relationshipType\":\"CONTAINS\",\"relatedSpdxElement\":\"SPDXRef-Upstream-tool\"",
        "\"relationshipType\":\"DEPENDS_ON\",\"relatedSpdxElement\":\"SPDXRef-Upstream-tool\"",
        "no relationships but"
    )]
    [InlineData("\"STATIC_LINK\"", "\"DYNAMIC_LINK\"", "no relationships but")]
    [InlineData(
        "\"GENERATED_FROM\",\"relatedSpdxElement\":\"SPDXRef-Go-",
        "\"GENERATED_FROM\",\"relatedSpdxElement\":\"SPDXRef-Og-",
        "wanted a file and a package of the document"
    )]
    [InlineData(
        "\"CONTAINS\",\"relatedSpdxElement\":\"SPDXRef-Upstream-tool\"",
        "\"STATIC_LINK\",\"relatedSpdxElement\":\"SPDXRef-Upstream-tool\"",
        "wanted a file and a package of the document"
    )]
    [InlineData("\"SPDXID\":\"SPDXRef-Upstream-tool\"", "\"SPDXID\":\"SPDXRef-Image\"", "identifier 'SPDXRef-Image'")]
    [InlineData("\"SPDXID\":\"SPDXRef-Upstream-tool\"", "\"SPDXID\":\"SPDXRef-\\u001b\"", "identifier 'SPDXRef-?'")]
    [InlineData("\"SPDXID\":\"SPDXRef-Upstream-tool\"", "\"SPDXID\":\"SPDXRef-DOCUMENT\"", "identifier 'SPDXRef-DOCUMENT'")]
    [InlineData("\"fileName\":\"./opt/tool\"", "\"fileName\":\"/opt/tool\"", "wanted a path behind ./")]
    [InlineData(
        "\"fileName\":\"./opt/tool\",\"checksums\":[{\"algorithm\":\"SHA1\"",
        "\"fileName\":\"./opt/tool\",\"checksums\":[{\"algorithm\":\"MD5\"",
        "wanted one SHA1, got 0"
    )]
    [InlineData("\"fileName\":\"./opt/tool\"", "\"fileName\":\"./opt/tool\",\"fileName\":\"./opt/tool\"", "fileName")]
    [InlineData("\"name\":\"tool\",", "", "'name' is missing")]
    public async Task A_document_that_contradicts_itself_is_refused(string written, string changed, string problem)
    {
        using AssemblyFixture shop = DescribedImage.CreateWithPrograms();
        await shop.AssembleAsync(platforms: Platform.LinuxAmd64);
        string text = Encoding.UTF8.GetString((await shop.DescribeAsync()).Platforms.Single().Document.ToBytes());
        SpdxDocument.Parse(Encoding.UTF8.GetBytes(text));
        Assert.Contains(written, text, StringComparison.Ordinal);
        int at = text.IndexOf(written, StringComparison.Ordinal);
        byte[] other = Encoding.UTF8.GetBytes(text[..at] + changed + text[(at + written.Length)..]);
        Assert.Contains(problem, Assert.Throws<ContentException>(() => SpdxDocument.Parse(other)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{} {}")]
    [InlineData("{\"spdxVersion\":[]}")]
    public void What_is_no_document_is_refused(string text) =>
        Assert.Throws<ContentException>(() => SpdxDocument.Parse(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void A_document_beyond_measure_is_refused_before_it_is_read() =>
        Assert.Contains(
            "at most 67108864 bytes",
            Assert.Throws<ContentException>(() => SpdxDocument.Parse(new byte[SpdxDocument.MaximumSize + 1])).Message,
            StringComparison.Ordinal
        );

    private static void Check(string where, JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement item in element.EnumerateArray())
                Check(where, item);
        }
        else if (element.ValueKind == JsonValueKind.Object)
        {
            string[] known = Schema[where].Split(' '),
                present = [.. element.EnumerateObject().Select(property => property.Name)];
            Assert.Empty(present.Except(known.Select(name => name.TrimEnd('*'))));
            Assert.Empty(known.Where(name => name.EndsWith('*')).Select(name => name.TrimEnd('*')).Except(present));
            foreach (JsonProperty property in element.EnumerateObject())
                Check($"{where}.{property.Name}", property.Value);
        }
    }
}
