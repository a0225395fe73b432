using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Images.Tests;

/// <summary>What scanners read of a layer's packages.</summary>
public class PackageDatabaseTests
{
    private const string Folder = "var/lib/dpkg/status.d/";

    [Fact]
    public async Task A_package_tells_its_fields_and_the_sums_of_its_files_as_they_lie()
    {
        using AssemblyFixture shop = FinishingTests.Finishing("package-database");
        shop.Add(
            new TinyDeb("one")
            {
                Fields = "Status: purge\nInstalled-Size: 999\nDescription: first\n second\n .\n third\n",
                Conffiles = "/etc/one\nremove-on-upgrade /etc/old\n",
            }
                .File("bin/one", "hello")
                .File("etc/one", new string('x', 1025))
                .Hard("usr/bin/two", "bin/one")
                .Link("usr/bin/three", "one")
        );
        Assert.Equal(
            """
            Package: one
            Status: install ok installed
            Installed-Size: 8
            Version: 1.0-1
            Architecture: all
            Description: first
             second
             .
             third
            Conffiles:
             /etc/one 41b2b8ce59ecc0c64c9c7ecaae3002c3

            """.ReplaceLineEndings("\n"),
            await FinishingTests.TextAsync(shop, Folder + "one")
        );
        Assert.Equal(
            "5d41402abc4b2a76b9719d911017c592  usr/bin/one\n5d41402abc4b2a76b9719d911017c592  usr/bin/two\n",
            await FinishingTests.TextAsync(shop, Folder + "one.md5sums")
        );
    }

    [Fact]
    public async Task Each_package_stands_in_its_own_layer()
    {
        using AssemblyFixture shop = new()
        {
            Layers =
                "- { name: base, title: b, packages: [one], finish: [package-database] }\n- { name: top, title: t, packages: "
                + "[two], finish: [package-database] }",
        };
        shop.Add(new TinyDeb("one").File("a")).Add(new TinyDeb("two").File("b"), "top");
        var layers = await shop.EntriesAsync();
        Assert.Equal([Folder + "one", Folder + "one.md5sums"], Records(layers[0]));
        Assert.Equal([Folder + "two", Folder + "two.md5sums"], Records(layers[1]));
    }

    [Fact]
    public async Task A_new_version_of_a_package_changes_only_its_layer()
    {
        string layers = "- { name: base, title: b, finish: [package-database] }\n- { name: top, title: t, finish: [package-database] }";
        using AssemblyFixture old = new() { Layers = layers };
        using AssemblyFixture young = new() { Layers = layers };
        AssembledImage before = await old.Add(new TinyDeb("one").File("a")).Add(new TinyDeb("two").File("b"), "top").AssembleAsync();
        AssembledImage after = await young
            .Add(new TinyDeb("one", "2.0").File("a"))
            .Add(new TinyDeb("two").File("b"), "top")
            .AssembleAsync();
        Assert.NotEqual(before.Platforms[0].Layers[0].Blob.Digest, after.Platforms[0].Layers[0].Blob.Digest);
        Assert.Equal(before.Platforms[0].Layers[1].Blob.Digest, after.Platforms[0].Layers[1].Blob.Digest);
    }

    [Fact]
    public async Task A_package_that_brings_no_file_is_not_listed()
    {
        using AssemblyFixture shop = FinishingTests.Finishing("package-database");
        shop.Add(new TinyDeb("one").Directory("usr"));
        Assert.Equal([" 755 0:0 usr/"], await shop.LinesAsync());
    }

    [Fact]
    public async Task A_package_of_another_architecture_is_not_listed()
    {
        using AssemblyFixture shop = FinishingTests.Finishing("package-database");
        shop.Add(new TinyDeb("one").File("a"), "base", "arm64");
        Assert.Empty(await shop.LinesAsync());
    }

    private static IEnumerable<string> Records(IEnumerable<System.Formats.Tar.TarEntry> entries) =>
        entries.Select(entry => entry.Name).Where(name => name.StartsWith(Folder, StringComparison.Ordinal) && name != Folder);
}
