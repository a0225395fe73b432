using System.Text;
using Slipway.Definitions;
using Slipway.Oci;
using Slipway.Testing;
using static Slipway.Images.Tests.LayerContentTests;

namespace Slipway.Images.Tests;

/// <summary>Inputs that are not what the lock and the definition say: nothing of them may end in a layout.</summary>
public class HostileInputTests
{
    [Fact]
    public async Task A_package_that_is_not_in_the_cache_is_named_with_the_command_that_brings_it()
    {
        using AssemblyFixture shop = new();
        shop.Add(new TinyDeb("one", "1.0-3").File("x"));
        File.Delete(shop.Cache.Find(shop.Lock.Packages[0].Files["amd64"].Digest, null)!);
        await RefusedAsync<ContentException>(
            shop,
            "tiny linux/amd64: one 1.0-3: the file is not in the cache. Run ./build.sh Fetch --images tiny"
        );
    }

    [Fact]
    public async Task A_cached_package_that_was_changed_since_is_refused_and_not_kept()
    {
        using AssemblyFixture shop = new();
        shop.Add(new TinyDeb("one").File("x", "content"));
        LockedFile file = shop.Lock.Packages[0].Files["amd64"];
        shop.Damage(file.Digest);
        await RefusedAsync<ContentException>(shop, "Run ./build.sh Fetch --images tiny");
        Assert.Null(shop.Cache.Find(file.Digest, null));
    }

    [Fact]
    public async Task A_cached_program_that_was_changed_since_is_refused_and_not_kept()
    {
        using AssemblyFixture shop = new() { Layers = "- { name: base, title: b, upstream: [tool] }" };
        shop.AddUpstream("tool", "a program"u8.ToArray(), "[{ to: /tool }]");
        LockedFile file = shop.Lock.Upstream[0].Files["amd64"];
        shop.Damage(file.Digest);
        await RefusedAsync<ContentException>(shop, $"tiny linux/amd64: tool v1.0.0: sha256 wanted {file.Digest.Hex}");
        Assert.Null(shop.Cache.Find(file.Digest, null));
    }

    [Fact]
    public async Task A_package_of_another_version_is_refused()
    {
        using AssemblyFixture shop = new();
        shop.Add(new TinyDeb("one") { ClaimedVersion = "0.9-1" }.File("x"));
        await RefusedAsync<ContentException>(shop, "one 1.0-1: the archive says it is one 0.9-1");
    }

    [Fact]
    public async Task A_package_of_another_name_is_refused()
    {
        using AssemblyFixture shop = new();
        shop.Add(new TinyDeb("one") { ClaimedName = "other" }.File("x"));
        await RefusedAsync<ContentException>(shop, "one 1.0-1: the archive says it is other 1.0-1");
    }

    [Fact]
    public async Task A_package_that_is_no_archive_is_wrong_data_and_named()
    {
        using AssemblyFixture shop = new();
        shop.Add(new TinyDeb("one") { ClaimedVersion = "1\n not a field" });
        await RefusedAsync<ContentException>(shop, "one 1.0-1: ");
    }

    [Fact]
    public async Task A_hard_link_out_of_its_package_is_refused()
    {
        using AssemblyFixture shop = new();
        shop.Add(new TinyDeb("one").File("x")).Add(new TinyDeb("two").Hard("y", "x"));
        await RefusedAsync<ContentException>(shop, "two 1.0-1: ");
    }

    [Fact]
    public async Task An_upstream_file_that_is_no_archive_is_refused()
    {
        using AssemblyFixture shop = new() { Layers = "- { name: base, title: b, upstream: [tools] }" };
        shop.AddUpstream("tools", Encoding.ASCII.GetBytes("no gzip"), "[{ member: a, to: /a }]");
        await RefusedAsync<ContentException>(shop, "tools v1.0.0: no sound .tar.gz");
    }

    [Theory]
    [InlineData("rootfs/missing")]
    [InlineData("../outside")]
    [InlineData("rootfs/../../outside")]
    [InlineData("rootfs")]
    public async Task A_file_of_the_definition_that_is_not_below_its_folder_is_refused(string from)
    {
        using AssemblyFixture shop = new() { Layers = $"- {{ name: base, title: b, files: [{{ from: \"{from}\", to: /x }}] }}" };
        Directory.CreateDirectory(Path.Combine(shop.Folder, "rootfs"));
        await File.WriteAllTextAsync(Path.Combine(shop.Folder, "..", "outside"), "secret", TestContext.Current.CancellationToken);
        await RefusedAsync<DefinitionException>(shop, $"images/tiny/{from}: the definition's folder has no such file");
    }

    [Fact]
    public async Task A_link_that_leads_out_of_the_definitions_folder_is_refused()
    {
        using AssemblyFixture shop = new() { Layers = "- { name: base, title: b, files: [{ from: link, to: /x }] }" };
        await File.WriteAllTextAsync(Path.Combine(shop.Root, "outside"), "secret", TestContext.Current.CancellationToken);
        File.CreateSymbolicLink(Path.Combine(shop.Folder, "link"), Path.Combine(shop.Root, "outside"));
        await RefusedAsync<DefinitionException>(shop, "images/tiny/link: ");
    }

    [Fact]
    public async Task A_refusal_leaves_the_image_of_before()
    {
        using AssemblyFixture shop = AssemblerTests.Rich();
        AssembledImage before = await shop.AssembleAsync();
        shop.Add(new TinyDeb("clash").File("usr/bin/one"));
        await Assert.ThrowsAsync<ContentException>(() => shop.AssembleAsync());
        Assert.Equal(before.Index, (await ImageReader.ReadAsync("tiny", shop.Layout(), TestContext.Current.CancellationToken)).Index);
    }
}
