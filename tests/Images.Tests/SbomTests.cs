using System.Collections.Immutable;
using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using Slipway.Debian;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Images.Tests;

public class SbomTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_path_of_every_layer_stands_in_it_once_with_its_hashes_and_nothing_else_does()
    {
        using AssemblyFixture shop = Described();
        AssembledImage image = await shop.AssembleAsync(platforms: Platform.LinuxAmd64);
        SpdxDocument document = (await shop.DescribeAsync()).Platforms.Single().Document;
        Dictionary<string, TarEntry> seen = [];
        foreach (TarEntry entry in image.Platforms.Single().Layers.SelectMany(layer => shop.Read(layer)))
            seen[entry.Name.TrimEnd('/')] = entry;
        Assert.Equal(seen.Keys.Order(StringComparer.Ordinal), document.Files.Select(file => file.Path));
        foreach (SpdxFile file in document.Files.Where(file => file.Comment is null))
        {
            byte[] content = Encoding.Latin1.GetBytes(
                new StreamReader(seen[file.Path].DataStream ?? Stream.Null, Encoding.Latin1).ReadToEnd()
            );
            Assert.Equal(Digest.Of(content).Hex, file.Sha256);
#pragma warning disable CA5350 // The format has SHA-1.
            Assert.Equal(Convert.ToHexStringLower(SHA1.HashData(content)), file.Sha1);
#pragma warning restore CA5350
        }

        Assert.Equal(("./usr/bin/other/", "directory"), Of(document, "usr/bin/other"));
        Assert.Equal(("./bin", "symbolic link to usr/bin"), Of(document, "bin"));
        Assert.Equal(("./usr/bin/twin", "another name of ./usr/bin/tiny"), Of(document, "usr/bin/twin"));
        Assert.Equal(File(document, "usr/bin/tiny").Sha256, File(document, "usr/bin/twin").Sha256);
        Assert.Empty(await CheckAsync(shop, document));
    }

    [Fact]
    public async Task Every_path_is_in_the_package_that_put_it_there()
    {
        using AssemblyFixture shop = Described();
        await shop.AssembleAsync(platforms: Platform.LinuxAmd64);
        SpdxDocument document = (await shop.DescribeAsync()).Platforms.Single().Document;
        Assert.Equal("tiny", OwnerOf(document, "usr/bin/tiny"));
        Assert.Equal("tool", OwnerOf(document, "opt/tool"));
        Assert.Equal("tiny image definition", OwnerOf(document, "bin"));
        Assert.Equal("tiny finishing step package-database", OwnerOf(document, "var/lib/dpkg/status.d/tiny"));
        Assert.Equal(
            [
                "SPDXRef-Debian-c---odd",
                "SPDXRef-Debian-tiny",
                "SPDXRef-Definition-tiny",
                "SPDXRef-Image",
                "SPDXRef-Step-package-database",
                "SPDXRef-Upstream-tool",
            ],
            document
                .Packages.Select(package => package.Name == "c++-odd" ? "SPDXRef-Debian-c---odd" : package.Id)
                .Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task A_package_is_told_with_version_architecture_supplier_licence_address_and_hash()
    {
        using AssemblyFixture shop = Described();
        await shop.AssembleAsync(platforms: Platform.LinuxAmd64);
        SpdxDocument document = (await shop.DescribeAsync()).Platforms.Single().Document;
        SpdxPackage odd = document.Packages.Single(package => package.Name == "c++-odd");
        Assert.Equal("1:2.0~rc1+b2", odd.Version);
        Assert.Equal("Organization: Debian", odd.Supplier);
        Assert.Equal("pkg:deb/debian/c%2B%2B-odd@1:2.0~rc1%2Bb2?arch=all&distro=trixie", odd.Purl);
        string archive = DebianMirror.Snapshot(shop.Lock.Timestamp).RootsOf("trixie").Single().AbsoluteUri;
        Assert.EndsWith("/archive/debian/20260203T040506Z/", archive, StringComparison.Ordinal);
        Assert.Equal(archive + "pool/main/c/c++-odd/c++-odd_2.0~rc1+b2_all.deb", odd.DownloadLocation);
        Assert.Equal(SpdxChecksum.Of(shop.Lock.Packages.Single(package => package.Name == "c++-odd").Files["amd64"].Digest), odd.Checksum);
        Assert.Equal("NOASSERTION", odd.LicenceDeclared);
        Assert.Null(odd.LicenceComments);
        Assert.Equal("GPL-2.0-or-later AND MIT", document.Packages.Single(package => package.Id == "SPDXRef-Debian-tiny").LicenceDeclared);
        SpdxPackage tool = document.Packages.Single(package => package.Name == "tool");
        Assert.Equal(("v1.0.0", "https://example.org/tool"), (tool.Version, tool.DownloadLocation));
        Assert.Equal(SpdxChecksum.Of(shop.Lock.Upstream.Single().Files["amd64"].Digest), tool.Checksum);
        Assert.StartsWith("pkg:generic/tool@v1.0.0?checksum=sha256:", tool.Purl, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_image_has_the_same_bytes_elsewhere_and_later()
    {
        using AssemblyFixture one = Described(),
            other = Described();
        await one.AssembleAsync();
        await other.AssembleAsync();
        Sbom first = await one.DescribeAsync(),
            second = await other.DescribeAsync();
        Assert.Equal(first.Index.ToBytes(), second.Index.ToBytes());
        Assert.Equal(
            first.Platforms.Select(platform => Digest.Of(platform.Document.ToBytes())),
            second.Platforms.Select(platform => Digest.Of(platform.Document.ToBytes()))
        );
        Assert.DoesNotContain(one.Root, Encoding.UTF8.GetString(first.Platforms[0].Document.ToBytes()), StringComparison.Ordinal);
        Assert.Equal(AssemblyFixture.Timestamp, first.Index.Created);
    }

    [Fact]
    public async Task What_was_written_reads_back_as_the_same()
    {
        using AssemblyFixture shop = Described();
        await shop.AssembleAsync();
        Sbom sbom = await shop.DescribeAsync();
        foreach (SpdxDocument document in sbom.Platforms.Select(platform => platform.Document).Append(sbom.Index))
            Assert.Equal(document.ToBytes(), SpdxDocument.Parse(document.ToBytes()).ToBytes());
    }

    [Fact]
    public async Task The_index_names_the_documents_of_its_platforms_by_their_hashes()
    {
        using AssemblyFixture shop = Described();
        AssembledImage image = await shop.AssembleAsync();
        Sbom sbom = await shop.DescribeAsync();
        Assert.Equal(SpdxChecksum.Of(image.Index.Digest), sbom.Index.Packages.Single().Checksum);
        Assert.Equal(["DocumentRef-linux-amd64", "DocumentRef-linux-arm64"], sbom.Index.Others.Select(other => other.Id[..23]));
        Assert.Equal(sbom.Platforms.Select(platform => platform.Document.Namespace), sbom.Index.Others.Select(other => other.Namespace));
        Assert.Equal(
            sbom.Platforms.Select(platform => SpdxChecksum.Of(Digest.Of(platform.Document.ToBytes()))),
            sbom.Index.Others.Select(other => other.Checksum)
        );
        Assert.Equal(
            sbom.Index.Others.Select(other => other.Id + ":SPDXRef-Image"),
            sbom.Index.Contains.Select(containment => containment.Part)
        );
    }

    [Fact]
    public async Task A_stand_in_is_called_one_and_never_by_an_address_of_upstream()
    {
        using AssemblyFixture shop = Described();
        shop.StandingIn = ["tool"];
        await shop.AssembleAsync();
        Sbom sbom = await shop.DescribeAsync();
        SpdxDocument document = sbom.Platforms[0].Document;
        SpdxPackage tool = document.Packages.Single(package => package.Name == "stand-in for tool");
        Assert.Equal((null, null, "NOASSERTION"), (tool.Version, tool.Purl, tool.DownloadLocation));
        Assert.Contains("stand-in", tool.Comment, StringComparison.Ordinal);
        Assert.All([document, sbom.Index], one =>
            Assert.Contains(
                "stand-ins took the place of tool",
                one.Packages.Single(package => package.Id == one.Describes).Comment,
                StringComparison.Ordinal
            )
        );
    }

    [Fact]
    public async Task A_list_of_contents_that_is_not_the_layers_describes_nothing()
    {
        using AssemblyFixture shop = Described();
        await shop.AssembleAsync(platforms: Platform.LinuxAmd64);
        string list = Path.Combine(shop.Root, "layout-contents", "amd64.json");
        string text = System.IO.File.ReadAllText(list);
        foreach (
            (string written, string changed) in new[]
            {
                ("usr/bin/tiny\"", "usr/bin/tidy\""),
                ("\"symbolic link\"", "\"directory\""),
                ("package tiny", "package gone"),
            }
        )
        {
            System.IO.File.WriteAllText(list, text.Replace(written, changed, StringComparison.Ordinal));
            await Assert.ThrowsAsync<ContentException>(shop.DescribeAsync);
        }

        System.IO.File.WriteAllText(list, text);
        await shop.DescribeAsync();
    }

    internal static AssemblyFixture Described() =>
        new AssemblyFixture
        {
            Layers = """
                - name: base
                  title: the base
                  finish: [package-database]
                  directories: [{ path: /usr/bin/other }]
                  links: [{ path: /bin, target: usr/bin }]
                - { name: top, title: the top, upstream: [tool] }
                """,
        }
            .Add(
                new TinyDeb("tiny")
                    .File("usr/bin/tiny", "tiny", 0b111_101_101)
                    .Hard("usr/bin/twin", "usr/bin/tiny")
                    .File("usr/share/doc/tiny/copyright", Copyright)
            )
            .Add(new TinyDeb("c++-odd", "1:2.0~rc1+b2").File("usr/lib/odd ä\"name", "odd").File("usr/lib/empty"))
            .AddUpstream("tool", "tool"u8.ToArray(), "[{ to: /opt/tool }]");

    internal const string Copyright = """
        Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/

        Files: *
        Copyright: somebody
        License: GPL-2+

        Files: debian/*
        Copyright: somebody else
        License: Expat

        """;

    internal static Task<ImmutableArray<SbomFinding>> CheckAsync(AssemblyFixture shop, SpdxDocument document) =>
        new SbomCheck(document, Path.Combine(shop.Root, "check")).RunAsync(
            shop.Layout(),
            Digest.Sha256(document.Packages.Single(package => package.Id == document.Describes).Checksum!.Value),
            Stop
        );

    private static SpdxFile File(SpdxDocument document, string path) => document.Files.Single(file => file.Path == path);

    private static (string, string?) Of(SpdxDocument document, string path) => (File(document, path).Name, File(document, path).Comment);

    private static string OwnerOf(SpdxDocument document, string path)
    {
        string whole = document.Contains.Single(containment => containment.Part == File(document, path).Id).Whole;
        return document.Packages.Single(package => package.Id == whole).Name;
    }
}
