using System.Formats.Tar;
using Slipway.Definitions;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Images.Tests;

/// <summary>What of the packages is left out, and what that does to what stays.</summary>
public class ExclusionTests
{
    [Fact]
    public async Task What_is_excluded_is_left_out_and_what_is_excepted_stays()
    {
        using AssemblyFixture shop = Excluding(
            "{ paths: [/usr/share/doc/**], except: [/usr/share/doc/*/copyright], reason: r }",
            "{ paths: [/usr/bin/arpd], reason: r }"
        );
        shop.Add(
            new TinyDeb("one")
                .File("usr/bin/arpd")
                .File("usr/bin/ip")
                .File("usr/share/doc/one/copyright")
                .File("usr/share/doc/one/changelog")
                .Link("usr/share/doc/one/NEWS", "changelog")
        );
        shop.Add(new TinyDeb("two").File("usr/share/doc/two/README").File("usr/share/doc/two/examples/x"));
        Assert.Equal(
            [
                " 755 0:0 usr/",
                " 755 0:0 usr/bin/",
                " 644 0:0 usr/bin/ip",
                " 755 0:0 usr/share/",
                " 755 0:0 usr/share/doc/",
                " 755 0:0 usr/share/doc/one/",
                " 644 0:0 usr/share/doc/one/copyright",
            ],
            await shop.LinesAsync()
        );
    }

    [Fact]
    public async Task Paths_are_those_after_the_merging_of_usr()
    {
        using AssemblyFixture shop = Excluding("{ paths: [/usr/sbin/old, /usr/lib/x/**], reason: r }");
        shop.Add(new TinyDeb("one").File("sbin/old").File("sbin/new").File("lib/x/y"));
        Assert.Equal([" 755 0:0 usr/", " 755 0:0 usr/sbin/", " 644 0:0 usr/sbin/new"], await shop.LinesAsync());
    }

    [Fact]
    public async Task A_directory_that_a_package_ships_stays_when_only_its_files_are_excluded()
    {
        using AssemblyFixture shop = Excluding("{ paths: [/etc/x/*.conf], reason: r }");
        shop.Add(new TinyDeb("one").Directory("etc/x", 0b111_000_000, 5, 6).File("etc/x/a.conf"));
        Assert.Equal([" 755 0:0 etc/", " 700 5:6 etc/x/"], await shop.LinesAsync());
    }

    [Fact]
    public async Task An_excluded_directory_that_holds_something_that_stays_is_as_its_package_said()
    {
        using AssemblyFixture shop = Excluding("{ paths: [/srv/**], except: [/srv/a/b/kept], reason: r }");
        shop.Add(
            new TinyDeb("one")
                .Directory("srv", 0b1_111_111_111, 7, 8)
                .Directory("srv/a", 0b111_000_000, 1, 2)
                .Directory("srv/a/b", 0b111_101_000, 3, 4)
                .File("srv/a/b/kept")
                .File("srv/a/gone")
                .Directory("srv/empty")
        );
        Assert.Equal(["1777 7:8 srv/", " 700 1:2 srv/a/", " 750 3:4 srv/a/b/", " 644 0:0 srv/a/b/kept"], await shop.LinesAsync());
    }

    [Fact]
    public async Task An_excluded_directory_stays_for_what_another_package_the_definition_or_upstream_puts_into_it()
    {
        using AssemblyFixture shop = Excluding("{ paths: [/a, /b, /c, /d], reason: r }");
        shop.Layers = "- { name: base, title: b }\n- { name: top, title: t, upstream: [tool], links: [{ path: /b/y, target: x }] }";
        shop.AddUpstream("tool", "x"u8.ToArray(), "[{ to: /c/deep/tool }]");
        shop.Add(
            new TinyDeb("one").Directory("a", 0b111_000_000).Directory("b", 0b111_001_000).Directory("c", 0b111_010_000).Directory("d")
        );
        shop.Add(new TinyDeb("two").File("a/x"), "top");
        // Each pattern must take something out, and on this platform three do not.
        DefinitionException e = await Assert.ThrowsAsync<DefinitionException>(() => shop.EntriesAsync());
        Assert.Contains(
            "pattern /a matches only directories that hold something that stays, such as /a; end it with /**",
            e.Message,
            StringComparison.Ordinal
        );
        Assert.Contains("pattern /b ", e.Message, StringComparison.Ordinal);
        Assert.Contains("pattern /c ", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("pattern /d ", e.Message, StringComparison.Ordinal);

        shop.More = "exclude: [{ paths: [/?], reason: r }]";
        var layers = await shop.EntriesAsync();
        Assert.Empty(layers[0]);
        Assert.Equal(
            [" 700 0:0 a/", " 644 0:0 a/x", " 710 0:0 b/", " 777 0:0 b/y -> x", " 720 0:0 c/", " 755 0:0 c/deep/", " 755 0:0 c/deep/tool"],
            layers[1].Select(AssemblyFixture.Line)
        );
    }

    [Fact]
    public async Task A_package_that_says_a_directory_after_another_has_put_something_there_says_how_it_is()
    {
        using AssemblyFixture shop = Excluding("{ paths: [/srv/**], except: [/srv/kept], reason: r }");
        shop.Layers = "- { name: base, title: b, upstream: [tool] }\n- { name: top, title: t }";
        shop.AddUpstream("tool", "x"u8.ToArray(), "[{ to: /srv/tool }]");
        shop.Add(new TinyDeb("one").Directory("srv", 0b111_000_000, 7, 8).File("srv/kept").File("srv/gone"), "top");
        var layers = await shop.EntriesAsync();
        Assert.Equal([" 755 0:0 srv/", " 755 0:0 srv/tool"], layers[0].Select(AssemblyFixture.Line));
        Assert.Equal([" 700 7:8 srv/", " 644 0:0 srv/kept"], layers[1].Select(AssemblyFixture.Line));
    }

    [Fact]
    public async Task A_link_to_an_excluded_file_becomes_the_file_when_it_is_a_hard_one_and_stays_when_not()
    {
        using AssemblyFixture shop = Excluding("{ paths: [/m/file], reason: r }");
        shop.Add(
            new TinyDeb("one")
                .File("m/file", "content", 0b111_101_101, 3, 4)
                .Hard("z/second", "m/file")
                .Hard("a/first", "m/file")
                .Link("a/soft", "../m/file")
        );
        TarEntry[] files = [.. (await shop.EntriesAsync()).Single().Where(entry => entry.EntryType != TarEntryType.Directory)];
        Assert.Equal(
            [" 755 3:4 a/first", " 777 0:0 a/soft -> ../m/file", " 755 3:4 z/second == a/first"],
            files.Select(AssemblyFixture.Line)
        );
        Assert.Equal("content", AssemblyFixture.Text(files[0]));
    }

    [Fact]
    public async Task Of_several_names_of_a_file_only_those_that_stay_are_left()
    {
        using AssemblyFixture shop = Excluding("{ paths: [/a/*], reason: r }");
        shop.Add(
            new TinyDeb("one")
                .File("a/file", "content")
                .Hard("a/link", "a/file")
                .Hard("b/only", "a/link")
                .File("c/file", "more")
                .Hard("a/more", "c/file")
        );
        TarEntry[] files = [.. (await shop.EntriesAsync()).Single().Where(entry => entry.EntryType != TarEntryType.Directory)];
        Assert.Equal([" 644 0:0 b/only", " 644 0:0 c/file"], files.Select(AssemblyFixture.Line));
        Assert.Equal(["content", "more"], files.Select(AssemblyFixture.Text));
    }

    [Fact]
    public async Task Nothing_but_packages_is_filtered()
    {
        using AssemblyFixture shop = Excluding("{ paths: [/**], reason: r }");
        shop.Layers =
            "- { name: base, title: b, upstream: [tool], files: [{ from: hello, to: /etc/hello }], directories: [{ path: /run/x, "
            + "mode: \"0700\" }], links: [{ path: /l, target: x }] }";
        shop.More += "\naccounts: [{ name: root, id: 0 }]";
        File.WriteAllText(Path.Combine(shop.Folder, "hello"), "hello");
        shop.AddUpstream("tool", "x"u8.ToArray(), "[{ to: /usr/bin/tool }]")
            .Add(new TinyDeb("one").File("usr/bin/one").File("etc/one").Directory("run/x"));
        Assert.Equal(
            ["etc/", "etc/group", "etc/hello", "etc/passwd", "l", "run/", "run/x/", "usr/", "usr/bin/", "usr/bin/tool"],
            (await shop.EntriesAsync()).Single().Select(entry => entry.Name)
        );
    }

    [Fact]
    public async Task What_two_packages_both_have_is_no_conflict_when_it_is_left_out()
    {
        using AssemblyFixture shop = Excluding("{ paths: [/usr/share/info/dir], reason: r }");
        shop.Add(new TinyDeb("one").File("usr/share/info/dir")).Add(new TinyDeb("two").File("usr/share/info/dir").File("x"));
        Assert.Contains(" 644 0:0 x", await shop.LinesAsync());
    }

    [Theory]
    [InlineData(
        "{ paths: [/none], reason: r }",
        "images/tiny/image.yaml:",
        "pattern /none matches nothing in any package. Correct it in image.yaml"
    )]
    [InlineData("{ paths: [/usr/bin/*, /nowhere/**], reason: r }", "tiny linux/amd64: ", "pattern /nowhere/** matches nothing")]
    [InlineData(
        "{ paths: [/bin/one], reason: r }",
        "",
        "pattern /bin/one matches nothing in any package; in merged /usr it is /usr/bin/one"
    )]
    [InlineData(
        "{ paths: [/usr/bin], reason: r }",
        "",
        "pattern /usr/bin matches only directories that hold something that stays, such as /usr/bin;"
    )]
    [InlineData("{ paths: [/usr/bin/*], except: [/usr/bin/one, /usr/bin/none], reason: r }", "", "pattern /usr/bin/none keeps nothing")]
    [InlineData("{ paths: [/usr/bin/*], except: [/etc/x, /usr/bin/one], reason: r }", "", "pattern /etc/x keeps nothing")]
    [InlineData("{ paths: [/usr/bin/one], except: [/usr/bin/*], reason: r }", "", "pattern /usr/bin/one matches only what 'except' keeps")]
    [InlineData("{ paths: [/etc/defined], reason: r }", "", "pattern /etc/defined matches nothing in any package")]
    public async Task A_pattern_that_is_good_for_nothing_is_refused_with_its_place(string exclusion, string where, string because)
    {
        using AssemblyFixture shop = Excluding(exclusion);
        shop.Layers = "- { name: base, title: b, links: [{ path: /etc/defined, target: x }] }";
        shop.Add(new TinyDeb("one").File("usr/bin/one").File("usr/bin/two").File("etc/x"));
        await LayerContentTests.RefusedAsync<DefinitionException>(shop, where);
        await LayerContentTests.RefusedAsync<DefinitionException>(shop, because);
    }

    [Fact]
    public async Task All_patterns_that_are_good_for_nothing_are_told_at_once()
    {
        using AssemblyFixture shop = Excluding("{ paths: [/a, /x], reason: r }", "{ paths: [/b], except: [/c], reason: r }");
        shop.Add(new TinyDeb("one").File("x"));
        await LayerContentTests.RefusedAsync<DefinitionException>(
            shop,
            "tiny linux/amd64: 3 exclude patterns match nothing; remove or correct them in image.yaml:\nimages/tiny/image.yaml:"
        );
    }

    [Fact]
    public async Task Two_patterns_that_mean_the_same_file_are_both_good_for_something()
    {
        using AssemblyFixture shop = Excluding("{ paths: [/a/*, /a/x], reason: r }", "{ paths: [/a/**], reason: r }");
        Assert.Empty(await shop.Add(new TinyDeb("one").File("a/x")).LinesAsync());
    }

    [Fact]
    public async Task Another_entry_takes_out_what_one_excepts()
    {
        using AssemblyFixture shop = Excluding("{ paths: [/a/*], except: [/a/x], reason: r }", "{ paths: [/**/x], reason: r }");
        Assert.Equal([" 755 0:0 a/"], await shop.Add(new TinyDeb("one").File("a/x").File("a/y")).LinesAsync());
    }

    [Fact]
    public async Task Each_platform_has_its_own_paths_and_a_pattern_must_be_good_on_each_that_it_is_for()
    {
        using AssemblyFixture shop = Excluding(
            "{ paths: [\"/usr/lib/{multiarch}/x\"], reason: r }",
            "{ paths: [/only], platforms: [linux/amd64], reason: r }"
        );
        shop.Add(
            new TinyDeb("one-amd64").File("usr/lib/x86_64-linux-gnu/x").File("usr/lib/x86_64-linux-gnu/y").File("only"),
            "base",
            "amd64"
        );
        shop.Add(new TinyDeb("one-arm64").File("usr/lib/aarch64-linux-gnu/x").File("usr/lib/aarch64-linux-gnu/y"), "base", "arm64");
        AssembledImage image = await shop.AssembleAsync();
        Assert.Equal(
            [(1, 1, 2), (1, 1, 1)],
            image.Platforms.Select(platform => (platform.Totals!.Packages, platform.Totals.Files, platform.Totals.LeftOut))
        );

        shop.More = "exclude: [{ paths: [/only], reason: r }]";
        DefinitionException e = await Assert.ThrowsAsync<DefinitionException>(() => shop.AssembleAsync("other"));
        Assert.Contains("tiny linux/arm64: images/tiny/image.yaml:", e.Message, StringComparison.Ordinal);
        Assert.Contains("pattern /only matches nothing", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_left_out_is_counted_with_its_bytes()
    {
        using AssemblyFixture shop = Excluding("{ paths: [/a/**, /b/was-file], reason: r }");
        shop.Add(
            new TinyDeb("one")
                .File("a/x", new string('x', 100))
                .Link("a/l", "x")
                .File("b/was-file", new string('y', 1000))
                .Hard("b/stays", "b/was-file")
        );
        AssembledImage image = await shop.AssembleAsync(platforms: Platform.LinuxAmd64);
        Assert.Equal(new PlatformTotals(1, 1, 3, 100), image.Platforms.Single().Totals);
        Assert.Null((await shop.AssembleAsync("again", platforms: Platform.LinuxAmd64)).Platforms.Single().Totals);
    }

    [Fact]
    public async Task A_list_that_excludes_nothing_that_is_there_changes_no_byte_of_the_rest()
    {
        using AssemblyFixture shop = new();
        shop.Add(new TinyDeb("one").File("a", "A").File("z/b", "B").Hard("c", "a"));
        AssembledImage plain = await shop.AssembleAsync("plain");
        using AssemblyFixture other = Excluding("{ paths: [/m/**], reason: r }");
        other.Add(new TinyDeb("one").File("a", "A").File("m/n/o").File("z/b", "B").Hard("c", "a"));
        Assert.Equal(plain.Index, (await other.AssembleAsync()).Index);
    }

    private static AssemblyFixture Excluding(params string[] exclusions) =>
        new() { More = "exclude:\n" + string.Concat(exclusions.Select(exclusion => $"  - {exclusion}\n")) };
}
