using System.Collections.Immutable;
using System.Text;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Spdx;
using Slipway.Testing;

namespace Slipway.Sboms.Tests;

/// <summary>What an SBOM says of the Go and Rust programs of an image, and that a check holds it against the programs.</summary>
public class ProgramCheckTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_Go_program_is_told_with_all_that_it_was_built_from()
    {
        SpdxDocument document = await DescribeAsync();
        Assert.Equal(
            [
                "GENERATED_FROM example.org/Tool v1.2.3 pkg:golang/example.org/tool@v1.2.3 h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
                "STATIC_LINK stdlib 1.24.4 pkg:golang/stdlib@1.24.4 ",
                "STATIC_LINK example.org/A v0.1.0 pkg:golang/example.org/a@v0.1.0 h1:BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB=",
                "STATIC_LINK example.org/fork/b/v2 v2.0.1 pkg:golang/example.org/fork/b/v2@v2.0.1 ",
                "STATIC_LINK example.org/c  pkg:golang/example.org/c ",
                "STATIC_LINK example.org/d (devel) pkg:golang/example.org/d ",
            ],
            PartsOf(document, "usr/bin/also")
        );
        SpdxPackage main = PackageOf(document, "example.org/Tool");
        Assert.Equal(
            "Go build information of /usr/bin/also: git 0123456789abcdef of 2026-01-02T03:04:05Z, with local changes",
            main.SourceInfo
        );
        Assert.Equal("Built with cgo: which C code is linked in, its build information does not say.", main.Comment);
        Assert.Equal("Built in place of example.org/b v2.0.0+incompatible.", PackageOf(document, "example.org/fork/b/v2").Comment);
        Assert.Equal(
            "Replaced by the folder ./staging/c, whose version is not known: v0.0.0 is not in the program.",
            PackageOf(document, "example.org/c").Comment
        );
        Assert.Contains(
            "Go build information of /usr/bin/also, built by go1.24.4 X:nodwarf5",
            document.Packages.Where(package => package.Name == "stdlib").Select(package => package.SourceInfo)
        );
        Assert.Null(main.Checksum);
    }

    [Fact]
    public async Task A_program_without_modules_says_so_and_each_program_has_packages_of_its_own()
    {
        SpdxDocument document = await DescribeAsync();
        Assert.Equal(
            [
                "GENERATED_FROM example.org/other   ",
                "STATIC_LINK stdlib 1.24.4 pkg:golang/stdlib@1.24.4 ",
                "STATIC_LINK example.org/A v0.1.0 pkg:golang/example.org/a@v0.1.0 ",
            ],
            PartsOf(document, "opt/other")
        );
        Assert.StartsWith("Built without modules", PackageOf(document, "example.org/other").Comment, StringComparison.Ordinal);
        Assert.Equal(2, document.Packages.Count(package => package.Purl == "pkg:golang/example.org/a@v0.1.0"));
        // The other name of a program is the same program.
        Assert.Empty(PartsOf(document, "usr/bin/go-tool"));
        Assert.Empty(PartsOf(document, "usr/lib/libno.so"));
    }

    [Fact]
    public async Task A_Rust_program_is_told_without_what_only_its_build_needed() =>
        Assert.Equal(
            ["STATIC_LINK libc 0.2.150 pkg:cargo/libc@0.2.150 ", "STATIC_LINK odd 0.1.0  ", "GENERATED_FROM rust-tool 2.0.0  "],
            PartsOf(await DescribeAsync(), "usr/bin/rust-tool")
        );

    [Fact]
    public async Task It_holds_has_the_same_bytes_again_and_reads_back_as_the_same()
    {
        SpdxDocument document = await DescribeAsync(),
            again = await DescribeAsync();
        Assert.Equal(document.ToBytes(), again.ToBytes());
        SpdxDocument read = SpdxDocument.Parse(document.ToBytes());
        Assert.Equal(document.Packages, read.Packages);
        Assert.Equal(document.Programs, read.Programs);
        Assert.Empty(await CheckAsync(read));
    }

    public static TheoryData<string, string, Func<SpdxDocument, SpdxDocument>> Changes =>
        new()
        {
            { SbomFinding.ModuleMissing, "/usr/bin/also", d => Without(d, "example.org/fork/b/v2") },
            { SbomFinding.ModuleMissing, "/usr/bin/rust-tool", d => Without(d, "libc") },
            { SbomFinding.ModuleMissing, "/usr/bin/also", d => d with { Programs = d.Programs.RemoveAt(3) } },
            { SbomFinding.ModuleMissing, "/opt/other", d => d with { Programs = [] } },
            { SbomFinding.ModuleDiffers, "/usr/bin/also", d => Changed(d, "example.org/Tool", p => p with { Version = "v9.9.9" }) },
            { SbomFinding.ModuleDiffers, "/usr/bin/also", d => Changed(d, "example.org/Tool", p => p with { Purl = null }) },
            { SbomFinding.ModuleDiffers, "/usr/bin/also", d => Changed(d, "example.org/Tool", p => p with { GoSum = null }) },
            { SbomFinding.ModuleDiffers, "/usr/bin/also", d => Changed(d, "example.org/c", p => p with { Comment = null }) },
            {
                SbomFinding.ModuleMissing,
                "/opt/other",
                d => d with { Programs = d.Programs.SetItem(0, d.Programs[0] with { Type = SpdxRelationship.StaticLink }) }
            },
            {
                SbomFinding.ModuleExtra,
                "/usr/lib/libno.so",
                d => d with { Programs = d.Programs.Add(d.Programs[0] with { Program = SpdxId.OfFile("usr/lib/libno.so") }) }
            },
            {
                SbomFinding.ModuleExtra,
                "/opt/other",
                d =>
                    d with
                    {
                        Packages = d.Packages.Add(PackageOf(d, "libc") with { Id = "SPDXRef-Go-more", Name = "more" }),
                        Programs = d.Programs.Add(
                            new SpdxRelationship(SpdxId.OfFile("opt/other"), SpdxRelationship.StaticLink, "SPDXRef-Go-more")
                        ),
                    }
            },
            {
                SbomFinding.PackageExtra,
                "more",
                d => d with { Packages = d.Packages.Add(PackageOf(d, "libc") with { Id = "SPDXRef-Go-more", Name = "more" }) }
            },
        };

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task One_changed_thing_is_found_by_its_name(string finding, string what, Func<SpdxDocument, SpdxDocument> change) =>
        Assert.Contains((finding, what), (await CheckAsync(change(await DescribeAsync()))).Select(found => (found.Name, found.What)));

    [Fact]
    public async Task A_program_with_broken_build_information_has_no_SBOM_and_is_named_in_a_check()
    {
        SpdxDocument sound = await DescribeAsync();
        TinyGoProgram broken = DescribedImage.GoTool with { Modules = "dep\t\u001b[31m\n" };
        using AssemblyFixture shop = DescribedImage.Create().Add(new TinyDeb("bad").Bytes("usr/bin/bad", broken.Build()));
        AssembledImage image = await shop.AssembleAsync(platforms: Platform.LinuxAmd64);
        string problem = (await Assert.ThrowsAsync<ContentException>(shop.DescribeAsync)).Message;
        Assert.StartsWith("tiny linux/amd64: /usr/bin/bad", problem, StringComparison.Ordinal);
        Assert.Contains("Go build information: line 1: wanted a module's path", problem, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', problem);
        SbomFinding found = Assert.Single(await CheckAsync(sound, shop, image.Platforms.Single().Manifest.Digest), finding =>
            finding.Name == SbomFinding.ProgramUnreadable
        );
        Assert.StartsWith("/usr/bin/bad", found.What, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', found.What + found.Problem);
    }

    [Fact]
    public async Task Text_of_a_program_makes_no_control_sequence()
    {
        TinyGoProgram odd = DescribedImage.GoTool with { Modules = "mod\tx\u001b]0;y\u0007\tv1\u202e\ndep\tx\u001b]0;y\u0007\tv1\u202e\n" };
        using AssemblyFixture shop = DescribedImage.Create().Add(new TinyDeb("odd").Bytes("usr/bin/odd", odd.Build()));
        AssembledImage image = await shop.AssembleAsync(platforms: Platform.LinuxAmd64);
        SpdxDocument document = (await shop.DescribeAsync()).Platforms.Single().Document;
        string text = Encoding.UTF8.GetString(document.ToBytes());
        Assert.DoesNotContain('\u001b', text);
        Assert.DoesNotContain('\u202e', text);
        Digest manifest = image.Platforms.Single().Manifest.Digest;
        Assert.Empty(await CheckAsync(SpdxDocument.Parse(document.ToBytes()), shop, manifest));
        SbomFinding found = (await CheckAsync(document with { Programs = [] }, shop, manifest))[^1];
        Assert.DoesNotContain('\u001b', found.What + found.Problem);
    }

    [Fact]
    public async Task Modules_beyond_measure_in_all_programs_together_are_refused()
    {
        TinyGoProgram many = new() { Modules = string.Concat(Enumerable.Range(0, 9_999).Select(i => $"dep\ta{i}\tv1\n")) };
        TinyDeb deb = new("many");
        for (int i = 0; i < 6; i++)
            deb.Bytes($"usr/bin/{i}", many.Build());
        using AssemblyFixture shop = DescribedImage.Create().Add(deb);
        await shop.AssembleAsync(platforms: Platform.LinuxAmd64);
        Assert.Contains(
            "/usr/bin/5: wanted at most 50000 modules",
            (await Assert.ThrowsAsync<ContentException>(shop.DescribeAsync)).Message,
            StringComparison.Ordinal
        );
        Assert.False(Directory.Exists(Path.Combine(shop.Root, "programs")));
    }

    private static async Task<SpdxDocument> DescribeAsync()
    {
        using AssemblyFixture shop = DescribedImage.CreateWithPrograms();
        await shop.AssembleAsync(platforms: Platform.LinuxAmd64);
        return (await shop.DescribeAsync()).Platforms.Single().Document;
    }

    private static async Task<ImmutableArray<SbomFinding>> CheckAsync(SpdxDocument document)
    {
        using AssemblyFixture shop = DescribedImage.CreateWithPrograms();
        AssembledImage image = await shop.AssembleAsync(platforms: Platform.LinuxAmd64);
        return await CheckAsync(document, shop, image.Platforms.Single().Manifest.Digest);
    }

    private static Task<ImmutableArray<SbomFinding>> CheckAsync(SpdxDocument document, AssemblyFixture shop, Digest manifest) =>
        new SbomCheck(document, Path.Combine(shop.Root, "check")).RunAsync(shop.Layout(), manifest, Stop);

    private static IEnumerable<string> PartsOf(SpdxDocument document, string path) =>
        document
            .Programs.Where(built => built.Program == SpdxId.OfFile(path))
            .Select(built => (built.Type, Package: document.Packages.Single(package => package.Id == built.Package)))
            .Select(part => $"{part.Type} {part.Package.Name} {part.Package.Version} {part.Package.Purl} {part.Package.GoSum}");

    private static SpdxPackage PackageOf(SpdxDocument document, string name) => document.Packages.Single(package => package.Name == name);

    private static SpdxDocument Without(SpdxDocument document, string name) =>
        document with
        {
            Packages = document.Packages.Remove(PackageOf(document, name)),
            Programs = [.. document.Programs.Where(built => built.Package != PackageOf(document, name).Id)],
        };

    private static SpdxDocument Changed(SpdxDocument document, string name, Func<SpdxPackage, SpdxPackage> change) =>
        document with
        {
            Packages = document.Packages.Replace(PackageOf(document, name), change(PackageOf(document, name))),
        };
}
