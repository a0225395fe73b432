using System.Formats.Tar;
using Slipway.Definitions;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Images.Tests;

/// <summary>What stands in the layers that are made of packages, upstream files and the definition.</summary>
public class LayerContentTests
{
    [Fact]
    public async Task A_packages_files_keep_mode_owner_and_time()
    {
        using AssemblyFixture shop = new();
        shop.Add(
            new TinyDeb("one")
                .Directory("usr")
                .File("usr/su", "su", 0b100_111_101_101)
                .File("usr/x", "x", 0b110_000_000, 3, 42)
                .Link("usr/y", "x")
        );
        Assert.Equal([" 755 0:0 usr/", "4755 0:0 usr/su", " 600 3:42 usr/x", " 777 0:0 usr/y -> x"], await shop.LinesAsync());
        Assert.All((await shop.EntriesAsync()).Single(), entry => Assert.Equal(TinyDeb.Time, entry.ModificationTime.ToUnixTimeSeconds()));
    }

    [Fact]
    public async Task What_a_package_ships_in_the_old_folders_lies_below_usr()
    {
        using AssemblyFixture shop = new();
        shop.Add(new TinyDeb("base-files").Link("bin", "usr/bin").Link("lib64", "usr/lib64").Directory("usr/bin").Directory("usr/lib64"));
        shop.Add(
            new TinyDeb("old")
                .File("bin/sh", "sh")
                .Hard("bin/bash", "bin/sh")
                .File("lib64/ld.so")
                .File("sbin/init")
                .Link("lib/up", "../etc/x")
        );
        Assert.Equal(
            [
                " 777 0:0 bin -> usr/bin",
                " 777 0:0 lib64 -> usr/lib64",
                " 755 0:0 usr/",
                " 755 0:0 usr/bin/",
                " 644 0:0 usr/bin/bash",
                " 644 0:0 usr/bin/sh == usr/bin/bash",
                " 755 0:0 usr/lib/",
                " 777 0:0 usr/lib/up -> ../etc/x",
                " 755 0:0 usr/lib64/",
                " 644 0:0 usr/lib64/ld.so",
                " 755 0:0 usr/sbin/",
                " 644 0:0 usr/sbin/init",
            ],
            await shop.LinesAsync()
        );
    }

    [Fact]
    public async Task A_file_that_merging_moves_onto_another_is_a_conflict()
    {
        using AssemblyFixture shop = new();
        shop.Add(new TinyDeb("old").File("bin/sh")).Add(new TinyDeb("young").File("usr/bin/sh"));
        await RefusedAsync<ContentException>(shop, "/usr/bin/sh: package young and package old both have this path");
    }

    [Fact]
    public async Task Two_owners_of_a_file_are_a_conflict_and_named()
    {
        using AssemblyFixture shop = new() { Layers = "- { name: base, title: b }\n- { name: top, title: t }" };
        shop.Add(new TinyDeb("one").File("etc/x")).Add(new TinyDeb("two").File("etc/x"), "top");
        await RefusedAsync<ContentException>(shop, "/etc/x: package two and package one both have this path");
    }

    [Fact]
    public async Task A_directory_is_as_the_first_package_said_and_repeated_where_an_upper_layer_needs_it()
    {
        using AssemblyFixture shop = new() { Layers = "- { name: base, title: b }\n- { name: top, title: t }" };
        shop.Add(new TinyDeb("one").Directory("srv", 0b1_111_111_111, 7, 8).Directory("srv/idle"));
        shop.Add(new TinyDeb("two").Directory("srv", 0b111_000_000).File("srv/x"), "top");
        var layers = await shop.EntriesAsync();
        Assert.Equal(["1777 7:8 srv/", " 755 0:0 srv/idle/"], layers[0].Select(AssemblyFixture.Line));
        Assert.Equal(["1777 7:8 srv/", " 644 0:0 srv/x"], layers[1].Select(AssemblyFixture.Line));
    }

    [Fact]
    public async Task A_directory_that_only_held_something_takes_the_attributes_that_are_said_later()
    {
        using AssemblyFixture shop = new()
        {
            Layers = "- { name: base, title: b, upstream: [tool], directories: [{ path: /opt/tool, mode: \"0700\", user: 5, group: 6 }] }",
        };
        shop.AddUpstream("tool", "x"u8.ToArray(), "[{ to: /opt/tool/x }]");
        Assert.Equal([" 755 0:0 opt/", " 700 5:6 opt/tool/", " 755 0:0 opt/tool/x"], await shop.LinesAsync());
    }

    [Fact]
    public async Task A_defined_directory_that_a_package_has_otherwise_is_refused()
    {
        using AssemblyFixture shop = new() { Layers = "- { name: base, title: b, directories: [{ path: /var/lib/x, mode: \"0700\" }] }" };
        shop.Add(new TinyDeb("one").Directory("var/lib/x"));
        await RefusedAsync<DefinitionException>(shop, "/var/lib/x: the definition wants mode 0700 0:0, package one has 0755 0:0");
    }

    [Fact]
    public async Task A_defined_directory_that_a_package_has_alike_is_the_same()
    {
        using AssemblyFixture shop = new() { Layers = "- { name: base, title: b, directories: [{ path: /var/x }] }" };
        shop.Add(new TinyDeb("one").Directory("var/x"));
        Assert.Equal([" 755 0:0 var/", " 755 0:0 var/x/"], await shop.LinesAsync());
    }

    [Fact]
    public async Task A_packages_directory_is_changed_when_the_definition_names_the_package()
    {
        using AssemblyFixture shop = new()
        {
            Layers = "- { name: base, title: b, directories: [{ path: /var/lib/x, package: one, mode: \"0750\", user: 7, group: 8 }] }",
        };
        shop.Add(new TinyDeb("one").File("var/lib/x/y"));
        Assert.Equal([" 755 0:0 var/", " 755 0:0 var/lib/", " 750 7:8 var/lib/x/", " 644 0:0 var/lib/x/y"], await shop.LinesAsync());
    }

    [Theory]
    [InlineData("two", "/var/x", "/var/x: wanted a directory of package two, got a Directory of package one")]
    [InlineData("one", "/var/y", "/var/y: wanted a directory of package one, got none")]
    [InlineData("one", "/var/x/f", "/var/x/f: wanted a directory of package one, got a File of package one")]
    public async Task A_directory_that_the_named_package_does_not_have_is_refused(string package, string path, string because)
    {
        using AssemblyFixture shop = new()
        {
            Layers = $"- {{ name: base, title: b, directories: [{{ path: {path}, package: {package} }}] }}",
        };
        shop.Add(new TinyDeb("one").File("var/x/f"));
        await RefusedAsync<DefinitionException>(shop, because);
    }

    [Fact]
    public async Task Of_the_names_of_one_file_the_first_in_order_is_the_file()
    {
        using AssemblyFixture shop = new();
        shop.Add(
            new TinyDeb("one")
                .File("z/last", "content", 0b111_101_101)
                .Hard("m/middle", "z/last")
                .Hard("a/first", "m/middle")
                .Hard("z/zz", "z/last")
        );
        TarEntry[] files = [.. (await shop.EntriesAsync()).Single().Where(entry => entry.EntryType != TarEntryType.Directory)];
        Assert.Equal(
            [" 755 0:0 a/first", " 755 0:0 m/middle == a/first", " 755 0:0 z/last == a/first", " 755 0:0 z/zz == a/first"],
            files.Select(AssemblyFixture.Line)
        );
        Assert.Equal("content", AssemblyFixture.Text(files[0]));
    }

    [Fact]
    public async Task Nothing_is_put_below_a_link()
    {
        using AssemblyFixture shop = new();
        shop.Add(new TinyDeb("one").Link("var", "srv")).Add(new TinyDeb("two").File("var/x"));
        await RefusedAsync<ContentException>(shop, "/var: package two and package one both have this path");
    }

    [Fact]
    public async Task An_upstream_file_is_not_put_below_a_link_either()
    {
        using AssemblyFixture shop = new() { Layers = "- { name: base, title: b, upstream: [tool] }" };
        shop.Add(new TinyDeb("one").Link("opt", "srv")).AddUpstream("tool", "x"u8.ToArray(), "[{ to: /opt/x }]");
        await RefusedAsync<ContentException>(
            shop,
            "/opt/x: upstream tool v1.0.0 puts it below /opt, which is not a directory in package one"
        );
    }

    [Fact]
    public async Task Nothing_is_put_below_a_file()
    {
        using AssemblyFixture shop = new();
        shop.Add(new TinyDeb("one").File("etc/x"), "base").Add(new TinyDeb("two").File("etc/x/y"));
        await RefusedAsync<ContentException>(shop, "both have this path");
    }

    [Fact]
    public async Task No_file_is_younger_than_the_lock()
    {
        using AssemblyFixture shop = new() { Layers = "- { name: base, title: b, directories: [{ path: /var }] }" };
        shop.Add(new TinyDeb("one").File("x"));
        Assert.All((await shop.EntriesAsync()).Single(), entry => Assert.True(entry.ModificationTime <= AssemblyFixture.Timestamp));
    }

    [Fact]
    public async Task Accounts_make_passwd_and_group_in_the_lowest_layer()
    {
        using AssemblyFixture shop = new()
        {
            Layers = "- { name: base, title: b }\n- { name: top, title: t }",
            More =
                "accounts: [{ name: root, id: 0, home: /root, shell: /bin/sh }, { name: shadow, id: 42, groupOnly: true }, { name: "
                + "nogroup, id: 65534, groupOnly: true }, { name: nobody, id: 65534 }]",
        };
        var layers = await shop.EntriesAsync();
        Assert.Empty(layers[1]);
        Assert.Equal(["etc/", "etc/group", "etc/passwd"], layers[0].Select(entry => entry.Name));
        Assert.Equal("root:*:0:\nshadow:*:42:\nnogroup:*:65534:\n", AssemblyFixture.Text(layers[0][1]));
        Assert.Equal(
            "root:*:0:0:root:/root:/bin/sh\nnobody:*:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n",
            AssemblyFixture.Text(layers[0][2])
        );
    }

    [Fact]
    public async Task Members_of_an_upstream_archive_go_where_they_are_wanted()
    {
        using AssemblyFixture shop = new() { Layers = "- { name: base, title: b, upstream: [tools] }" };
        byte[] archive = TinyDeb.Tar([Member("./a", "A"), Member("b", "B"), Member("unwanted", "")]);
        shop.AddUpstream("tools", archive, "[{ member: a, to: /a }, { member: b, to: /b, mode: \"0700\" }, { member: a, to: /c }]");
        TarEntry[] files = [.. (await shop.EntriesAsync()).Single()];
        Assert.Equal([" 755 0:0 a", " 700 0:0 b", " 755 0:0 c"], files.Select(AssemblyFixture.Line));
        Assert.Equal(["A", "B", "A"], files.Select(AssemblyFixture.Text));
    }

    [Fact]
    public async Task A_package_of_another_architecture_stays_out()
    {
        using AssemblyFixture shop = new();
        shop.Add(new TinyDeb("both").File("a")).Add(new TinyDeb("only-arm").File("b"), "base", "arm64");
        Assert.Equal([" 644 0:0 a"], await shop.LinesAsync());
    }

    internal static async Task RefusedAsync<T>(AssemblyFixture shop, string because)
        where T : Exception
    {
        T e = await Assert.ThrowsAsync<T>(() => shop.AssembleAsync(platforms: Platform.LinuxAmd64));
        Assert.Contains(because, e.Message, StringComparison.Ordinal);
        Assert.Empty(shop.Layout().ReadIndex().Manifests);
    }

    private static GnuTarEntry Member(string name, string content) =>
        new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(System.Text.Encoding.ASCII.GetBytes(content)) };
}
