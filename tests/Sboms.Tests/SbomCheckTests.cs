using System.Collections.Immutable;
using Slipway.Images;
using Slipway.Layers;
using Slipway.Oci;
using Slipway.Spdx;
using Slipway.Testing;

namespace Slipway.Sboms.Tests;

/// <summary>An SBOM that holds, changed in one thing; each change has its own finding.</summary>
public class SbomCheckTests
{
    [Theory]
    [MemberData(nameof(Changes))]
    public async Task One_changed_thing_is_found_by_its_name(string finding, string what, Func<SpdxDocument, SpdxDocument> change)
    {
        using AssemblyFixture shop = DescribedImage.Create();
        await shop.AssembleAsync(platforms: Platform.LinuxAmd64);
        SpdxDocument sound = (await shop.DescribeAsync()).Platforms.Single().Document;
        Assert.Empty(await DescribedImage.CheckAsync(shop, sound));
        ImmutableArray<SbomFinding> findings = await new SbomCheck(change(sound), Path.Combine(shop.Root, "check")).RunAsync(
            shop.Layout(),
            Digest.Sha256(sound.Packages[0].Checksum!.Value),
            TestContext.Current.CancellationToken
        );
        Assert.Contains((finding, what), findings.Select(found => (found.Name, found.What)));
        Assert.False(Directory.Exists(Path.Combine(shop.Root, "check")));
    }

    [Fact]
    public async Task Of_a_path_in_several_layers_the_one_that_is_seen_counts()
    {
        using AssemblyFixture shop = DescribedImage.Create();
        await shop.AssembleAsync(platforms: Platform.LinuxAmd64);
        SpdxDocument before = (await shop.DescribeAsync()).Platforms.Single().Document;
        Digest manifest = await AddLayerAsync(
            shop.Layout(),
            LayerEntry.Directory("usr", ""),
            LayerEntry.Directory("usr/bin", ""),
            LayerEntry.File("usr/bin/.wh.other", [], ""),
            LayerEntry.File("usr/bin/tiny", "replaced"u8.ToArray(), "")
        );
        SbomFinding[] findings =
        [
            .. await new SbomCheck(before, Path.Combine(shop.Root, "check")).RunAsync(
                shop.Layout(),
                manifest,
                TestContext.Current.CancellationToken
            ),
        ];
        Assert.Equal(
            [(SbomFinding.FileDiffers, "/usr/bin/tiny"), (SbomFinding.FileExtra, "/usr/bin/other"), (SbomFinding.SubjectDiffers, "tiny")],
            findings.Select(found => (found.Name, found.What)).Where(found => found.What != "/usr/bin/twin").Order()
        );
    }

    [Fact]
    public async Task A_licence_file_beyond_measure_is_named_and_not_read()
    {
        using AssemblyFixture shop = DescribedImage
            .Create()
            .Add(new TinyDeb("huge").File("usr/share/doc/huge/copyright", DescribedImage.Copyright + new string('\n', 5 << 20)));
        shop.Contract = "";
        await shop.AssembleAsync(platforms: Platform.LinuxAmd64);
        SpdxDocument document = (await shop.DescribeAsync()).Platforms.Single().Document;
        Assert.Equal("NOASSERTION", document.Packages.Single(package => package.Name == "huge").LicenceDeclared);
        Assert.Single(document.Files, file => file.Path == "usr/share/doc/huge/copyright");
        Assert.Empty(await DescribedImage.CheckAsync(shop, document));
    }

    [Fact]
    public async Task A_damaged_licence_file_is_told_in_the_document()
    {
        using AssemblyFixture shop = DescribedImage
            .Create()
            .Add(
                new TinyDeb("odd").File(
                    "usr/share/doc/odd/copyright",
                    DescribedImage.Copyright + "\nFiles: x\nLicense: MIT\nLicense: ISC\n"
                )
            );
        await shop.AssembleAsync(platforms: Platform.LinuxAmd64);
        SpdxPackage odd = (await shop.DescribeAsync()).Platforms.Single().Document.Packages.Single(package => package.Name == "odd");
        Assert.Equal("NOASSERTION", odd.LicenceDeclared);
        Assert.Contains("field License appears twice", odd.LicenceComments, StringComparison.Ordinal);
    }

    private static async Task<Digest> AddLayerAsync(OciLayout layout, params LayerEntry[] entries)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        AssembledImage image = await ImageReader.ReadAsync("tiny", layout, cancellationToken);
        Manifest manifest = Manifest.Parse(
            (await layout.ReadManifestAsync(image.Platforms.Single().Manifest.Digest, cancellationToken))!.Bytes
        );
        ImageConfig config = await StoredConfig.ReadAsync(layout, manifest, cancellationToken);
        using MemoryStream blob = new();
        Layer layer = LayerWriter.Write("more", entries, blob, cancellationToken);
        Descriptor written = await layout.AddBlobAsync(MediaType.LayerGzip, blob.ToArray(), cancellationToken);
        config = config with { DiffIds = config.DiffIds.Add(layer.DiffId), History = config.History.Add("more") };
        Descriptor configured = await layout.AddBlobAsync(MediaType.Config, config.ToBytes(), cancellationToken);
        Manifest more = manifest with { Config = configured, Layers = manifest.Layers.Add(written) };
        return (await layout.AddManifestAsync(new ManifestContent(MediaType.Manifest, more.ToBytes()), cancellationToken)).Digest;
    }

    public static TheoryData<string, string, Func<SpdxDocument, SpdxDocument>> Changes =>
        new()
        {
            { SbomFinding.FileMissing, "/usr/bin/tiny", d => Without(d, "usr/bin/tiny") },
            { SbomFinding.FileMissing, "/bin", d => Without(d, "bin") },
            { SbomFinding.FileMissing, "/usr/bin/other", d => Without(d, "usr/bin/other") },
            {
                SbomFinding.FileExtra,
                "/usr/bin/more",
                d => d with { Files = d.Files.Add(File(d, "usr/bin/tiny") with { Id = "SPDXRef-File-more", Name = "./usr/bin/more" }) }
            },
            {
                SbomFinding.FileTwice,
                "/usr/bin/tiny",
                d => d with { Files = d.Files.Add(File(d, "usr/bin/tiny") with { Id = "SPDXRef-File-more" }) }
            },
            {
                SbomFinding.FileDiffers,
                "/usr/bin/tiny",
                d => Changed(d, "usr/bin/tiny", file => file with { Sha256 = new string('0', 64) })
            },
            { SbomFinding.FileDiffers, "/usr/bin/tiny", d => Changed(d, "usr/bin/tiny", file => file with { Sha1 = new string('0', 40) }) },
            { SbomFinding.FileDiffers, "/bin", d => Changed(d, "bin", file => file with { Comment = null }) },
            { SbomFinding.FileDiffers, "/bin", d => Changed(d, "bin", file => file with { Comment = "symbolic link to usr/sbin" }) },
            {
                SbomFinding.FileDiffers,
                "/usr/bin/other",
                d => Changed(d, "usr/bin/other", file => file with { Name = "./usr/bin/other", Comment = null })
            },
            {
                SbomFinding.FileOwner,
                "/usr/bin/tiny",
                d => d with { Contains = [.. d.Contains.Where(c => c.Part != File(d, "usr/bin/tiny").Id)] }
            },
            {
                SbomFinding.FileOwner,
                "/usr/bin/tiny",
                d => d with { Contains = d.Contains.Add(new SpdxContainment("SPDXRef-Upstream-tool", File(d, "usr/bin/tiny").Id)) }
            },
            {
                SbomFinding.CodeDiffers,
                "tool",
                d =>
                    d with
                    {
                        Packages = [.. d.Packages.Select(p => p.Name == "tool" ? p with { VerificationCode = new string('0', 40) } : p)],
                    }
            },
            {
                SbomFinding.SubjectDiffers,
                "tiny",
                d =>
                    d with
                    {
                        Packages = d.Packages.SetItem(0, d.Packages[0] with { Checksum = new SpdxChecksum("SHA256", new string('0', 64)) }),
                    }
            },
            { SbomFinding.PackageMissing, "c++-odd", d => d with { Packages = [.. d.Packages.Where(p => p.Name != "c++-odd")] } },
            {
                SbomFinding.PackageDiffers,
                "c++-odd",
                d => d with { Packages = [.. d.Packages.Select(p => p.Name == "c++-odd" ? p with { Version = "9" } : p)] }
            },
            {
                SbomFinding.PackageExtra,
                "ghost",
                d => d with { Packages = d.Packages.Add(d.Packages[^1] with { Id = "SPDXRef-Debian-ghost", Name = "ghost" }) }
            },
            {
                SbomFinding.PackageExtra,
                "ghost",
                d => d with { Packages = [.. d.Packages.Select(p => p.Name == "c++-odd" ? p with { Name = "ghost" } : p)] }
            },
        };

    private static SpdxFile File(SpdxDocument document, string path) => document.Files.Single(file => file.Path == path);

    private static SpdxDocument Without(SpdxDocument document, string path) =>
        document with
        {
            Files = document.Files.Remove(File(document, path)),
        };

    private static SpdxDocument Changed(SpdxDocument document, string path, Func<SpdxFile, SpdxFile> change) =>
        document with
        {
            Files = document.Files.Replace(File(document, path), change(File(document, path))),
        };
}
