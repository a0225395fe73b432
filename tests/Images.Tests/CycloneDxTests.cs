using System.Collections.Immutable;
using System.Text.Json;
using Slipway.CycloneDx;
using Slipway.Oci;
using Slipway.Spdx;
using Slipway.Testing;

namespace Slipway.Images.Tests;

/// <summary>The SBOM in the form of CycloneDX says what the one of SPDX says.</summary>
public sealed class CycloneDxTests
{
    [Fact]
    public async Task Both_forms_have_the_same_packages_with_their_hashes_licences_and_package_URLs()
    {
        using AssemblyFixture shop = DescribedImage.CreateWithPrograms();
        Sbom sbom = await DescribeAsync(shop);
        Assert.Empty(sbom.CycloneDx);
        foreach (
            ((Platform _, SpdxDocument spdx), (Platform? _, CycloneDxDocument document)) in sbom.Platforms.Zip(
                sbom.WithCycloneDx().CycloneDx
            )
        )
        {
            JsonElement root = JsonDocument.Parse(document.ToBytes()).RootElement;
            JsonElement[] components =
            [
                root.GetProperty("metadata").GetProperty("component"),
                .. root.GetProperty("components").EnumerateArray(),
            ];
            Assert.Equal(
                spdx.Packages.Select(package =>
                    (package.Id, package.Name, package.Version, package.Purl, package.Checksum?.Value, Known(package.LicenceDeclared))
                ),
                components.Select(one =>
                    (
                        Text(one, "bom-ref")!,
                        Text(one, "name")!,
                        Text(one, "version"),
                        Text(one, "purl"),
                        one.TryGetProperty("hashes", out JsonElement hashes) ? Text(hashes[0], "content") : null,
                        one.TryGetProperty("licenses", out JsonElement licences) ? Text(licences[0], "expression") : null
                    )
                )
            );
            Assert.Equal("2026-02-03T04:05:06Z", Text(root.GetProperty("metadata"), "timestamp"));
            RequireClosed(root, components);
        }
    }

    [Fact]
    public async Task A_module_names_its_programs_and_whoever_brought_the_program_depends_on_it()
    {
        using AssemblyFixture shop = DescribedImage.CreateWithPrograms();
        Sbom sbom = await DescribeAsync(shop);
        CycloneDxDocument document = CycloneDxDocument.Of(sbom.Platforms[0].Document);
        CycloneDxComponent[] standard = [.. document.Components.Where(component => component.Name == "stdlib")];
        Assert.Equal(["/opt/other", "/usr/bin/also"], standard.SelectMany(component => component.Programs).Order(StringComparer.Ordinal));
        string upstream = document.Components.Single(component => component.Name == "go-other").Reference;
        Assert.Contains(
            standard.Single(component => component.Programs[0] == "/opt/other").Reference,
            document.Dependencies.Single(dependency => dependency.Reference == upstream).DependsOn
        );
        Assert.Contains(document.Components.Single(component => component.Name == "example.org/Tool").Properties, property =>
            property == ("slipway:go-sum", "h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
        );
    }

    [Fact]
    public async Task The_index_leads_to_the_documents_of_its_platforms_by_hash()
    {
        using AssemblyFixture shop = DescribedImage.Create();
        ImmutableArray<(Platform? Platform, CycloneDxDocument Document)> all = (await DescribeAsync(shop)).WithCycloneDx().CycloneDx;
        Assert.Equal([Platform.LinuxAmd64, Platform.LinuxArm64, null], all.Select(one => one.Platform));
        JsonElement index = JsonDocument.Parse(all[2].Document.ToBytes()).RootElement;
        Assert.Equal(
            all.Take(2)
                .Select(one => ($"urn:cdx:{one.Document.Serial}/1", Digest.Of(one.Document.ToBytes()).Hex, one.Document.Subject.Purl)),
            index
                .GetProperty("components")
                .EnumerateArray()
                .Select(one =>
                    (
                        Text(one.GetProperty("externalReferences")[0], "url")!,
                        Text(one.GetProperty("externalReferences")[0].GetProperty("hashes")[0], "content")!,
                        Text(one, "purl")
                    )
                )
        );
        RequireClosed(index, [index.GetProperty("metadata").GetProperty("component"), .. index.GetProperty("components").EnumerateArray()]);
    }

    [Fact]
    public async Task The_same_image_has_the_same_serial_number_and_another_content_another_one()
    {
        using AssemblyFixture shop = DescribedImage.Create();
        Sbom sbom = await DescribeAsync(shop);
        SpdxDocument spdx = sbom.Platforms[0].Document;
        Guid serial = CycloneDxDocument.Of(spdx).Serial;
        Assert.Equal((serial, 5), (CycloneDxDocument.Of(spdx).Serial, serial.Version));
        Assert.InRange(serial.Variant, 8, 11);
        Assert.NotEqual(serial, CycloneDxDocument.Of(spdx with { Created = spdx.Created.AddSeconds(1) }).Serial);
        Assert.NotEqual(serial, CycloneDxDocument.Of(sbom.Platforms[1].Document).Serial);
    }

    [Fact]
    public async Task The_folder_has_both_forms_or_SPDX_alone()
    {
        using AssemblyFixture shop = DescribedImage.Create();
        string path = Path.Combine(shop.Root, "sbom");
        Sbom sbom = await DescribeAsync(shop);
        await new SbomFolder(path).WriteAsync(sbom.WithCycloneDx(), TestContext.Current.CancellationToken);
        string[] spdx = ["amd64.spdx.json", "arm64.spdx.json", "index.spdx.json"];
        Assert.Equal(
            spdx.Concat(spdx.Select(name => name.Replace("spdx", "cdx", StringComparison.Ordinal))).Order(StringComparer.Ordinal),
            Names(path)
        );
        await new SbomFolder(path).WriteAsync(sbom, TestContext.Current.CancellationToken);
        Assert.Equal(spdx, Names(path));
    }

    private static IEnumerable<string?> Names(string folder) =>
        Directory.EnumerateFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal);

    private static async Task<Sbom> DescribeAsync(AssemblyFixture shop)
    {
        await shop.AssembleAsync();
        return await shop.DescribeAsync();
    }

    /// <summary>Every identifier once, and what depends on what among them alone.</summary>
    private static void RequireClosed(JsonElement root, JsonElement[] components)
    {
        string[] references = [.. components.Select(one => Text(one, "bom-ref")!)];
        Assert.Equal(references.Length, references.Distinct(StringComparer.Ordinal).Count());
        JsonElement[] dependencies = [.. root.GetProperty("dependencies").EnumerateArray()];
        Assert.Equal(references, dependencies.Select(one => Text(one, "ref")));
        string[] meant =
        [
            .. dependencies.SelectMany(one =>
                one.TryGetProperty("dependsOn", out JsonElement all) ? all.EnumerateArray().Select(item => item.GetString()!) : []
            ),
        ];
        Assert.Empty(meant.Except(references));
        // All of it is in the image.
        Assert.Empty(references[1..].Except(meant));
    }

    private static string? Known(string text) => text == SpdxPackage.NoAssertion ? null : text;

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;
}
