using System.Buffers.Binary;
using System.Formats.Tar;
using System.Text;
using Slipway.Definitions;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Images.Tests;

/// <summary>The loader's cache over several layers.</summary>
public class LinkerCacheTests
{
    private const string Layers = "- { name: base, title: b }\n- { name: top, title: t, finish: [linker-cache] }";

    [Fact]
    public async Task Libraries_of_all_layers_so_far_are_found_by_their_own_names()
    {
        using AssemblyFixture shop = Shop(Layers);
        shop.Add(
            Library("liba1", "usr/lib/x86_64-linux-gnu/liba.so.1.2", "liba.so.1").Link("usr/lib/x86_64-linux-gnu/liba.so.1", "liba.so.1.2")
        );
        shop.Add(Library("libb2", "usr/lib/libb.so.2", "libb.so.2"), "top")
            .Add(Library("plugin", "usr/lib/plugins/libp.so", "libp.so"), "top");
        Assert.Equal(
            ["libb.so.2 => /lib/libb.so.2", "liba.so.1 => /lib/x86_64-linux-gnu/liba.so.1"],
            Listed(await CacheAsync(shop), 0x0303)
        );
    }

    [Fact]
    public async Task Arm64s_libraries_have_its_flag_and_anothers_are_left_out()
    {
        using AssemblyFixture shop = Shop(Layers, "aarch64-linux-gnu");
        shop.Add(Library("one", "usr/lib/aarch64-linux-gnu/liba.so.1", "liba.so.1", 183))
            .Add(Library("two", "usr/lib/aarch64-linux-gnu/libb.so.1", "libb.so.1"));
        Assert.Equal(["liba.so.1 => /lib/aarch64-linux-gnu/liba.so.1"], Listed(await CacheAsync(shop, Platform.LinuxArm64), 0x0A03));
    }

    [Fact]
    public async Task A_library_without_a_link_under_its_own_name_gets_one_to_its_newest_file()
    {
        using AssemblyFixture shop = Shop(Layers);
        shop.Add(Library("one", "usr/lib/liba.so.1.9", "liba.so.1")).Add(Library("two", "usr/lib/liba.so.1.10", "liba.so.1"));
        TarEntry[] top = [.. (await shop.EntriesAsync())[1]];
        Assert.Contains(" 777 0:0 usr/lib/liba.so.1 -> liba.so.1.10", top.Select(AssemblyFixture.Line));
        Assert.Equal(["liba.so.1 => /lib/liba.so.1"], Listed(Content(top), 0x0303));
    }

    [Fact]
    public async Task Folders_come_in_the_order_of_the_configuration_and_each_once()
    {
        using AssemblyFixture shop = Shop(Layers);
        shop.Add(Library("one", "usr/lib/x86_64-linux-gnu/liba.so.1", "liba.so.1")).Add(Library("two", "usr/lib/liba.so.1", "liba.so.1"));
        Assert.Equal(
            ["liba.so.1 => /lib/x86_64-linux-gnu/liba.so.1", "liba.so.1 => /lib/liba.so.1"],
            Listed(await CacheAsync(shop), 0x0303)
        );
    }

    [Fact]
    public async Task New_versions_of_libraries_leave_the_cache_as_it_was()
    {
        using AssemblyFixture old = Shop(Layers);
        using AssemblyFixture young = Shop(Layers);
        old.Add(Library("one", "usr/lib/liba.so.1.2", "liba.so.1").Link("usr/lib/liba.so.1", "liba.so.1.2"));
        young.Add(Library("one", "usr/lib/liba.so.1.3", "liba.so.1", tail: "changed").Link("usr/lib/liba.so.1", "liba.so.1.3"));
        Assert.Equal(await CacheAsync(old), await CacheAsync(young));
    }

    [Fact]
    public async Task What_only_looks_like_a_library_is_left_out()
    {
        using AssemblyFixture shop = Shop(Layers);
        shop.Add(
            Library("one", "usr/lib/liba.so.1", "liba.so.1")
                .File("usr/lib/libc.so", "/* a linker script */")
                .Link("usr/lib/libx.so.1", "nowhere")
                .File("usr/lib/tool", "x")
        );
        Assert.Equal(["liba.so.1 => /lib/liba.so.1"], Listed(await CacheAsync(shop), 0x0303));
    }

    [Fact]
    public async Task A_library_in_a_layer_above_the_cache_is_refused()
    {
        using AssemblyFixture shop = Shop("- { name: base, title: b, finish: [linker-cache] }\n- { name: top, title: t }");
        shop.Add(Library("one", "usr/lib/liba.so.1", "liba.so.1")).Add(Library("two", "usr/lib/libb.so.1", "libb.so.1"), "top");
        await LayerContentTests.RefusedAsync<DefinitionException>(
            shop,
            "it runs in layer base, but layer top above it has library /usr/lib/libb.so.1"
        );
    }

    [Fact]
    public async Task An_image_without_libraries_is_refused()
    {
        using AssemblyFixture shop = Shop(Layers);
        await LayerContentTests.RefusedAsync<DefinitionException>(
            shop,
            "layer top and those below have no library in the loader's folders"
        );
    }

    [Theory]
    [InlineData("../liba.so.1")]
    [InlineData("..")]
    public async Task A_library_whose_own_name_leads_elsewhere_is_refused(string name)
    {
        using AssemblyFixture shop = Shop(Layers);
        shop.Add(Library("one", "usr/lib/liba.so.1", name));
        await LayerContentTests.RefusedAsync<ContentException>(
            shop,
            $"/usr/lib/liba.so.1 of package one: wanted a file name as its own, got '{name}'"
        );
    }

    [Fact]
    public async Task A_configuration_that_includes_itself_is_refused()
    {
        using AssemblyFixture shop = new() { Layers = Layers };
        shop.Add(new TinyDeb("libc-bin").File("etc/ld.so.conf", "include ld.so.conf\n"));
        await LayerContentTests.RefusedAsync<ContentException>(shop, "/etc/ld.so.conf: wanted at most 1000 included files");
    }

    private static AssemblyFixture Shop(string layers, string tuple = "x86_64-linux-gnu")
    {
        AssemblyFixture shop = new() { Layers = layers };
        return shop.Add(
            new TinyDeb("libc-bin")
                .Link("lib", "usr/lib")
                .File("etc/ld.so.conf", "include /etc/ld.so.conf.d/*.conf\n")
                .File("etc/ld.so.conf.d/a.conf", $"# multiarch\n/lib/{tuple}\n/usr/lib/{tuple}\n/nowhere\n")
        );
    }

    private static TinyDeb Library(string package, string path, string name, ushort machine = 62, string tail = "") =>
        new TinyDeb(package).Bytes(
            path,
            new TinyElf
            {
                SoName = name,
                Machine = machine,
                Tail = Encoding.ASCII.GetBytes(tail),
            }.Build()
        );

    private static async Task<byte[]> CacheAsync(AssemblyFixture shop, Platform? platform = null) =>
        Content((await shop.EntriesAsync(platform))[1]);

    private static byte[] Content(IEnumerable<TarEntry> layer)
    {
        using MemoryStream bytes = new();
        layer.Single(entry => entry.Name == "etc/ld.so.cache").DataStream!.CopyTo(bytes);
        return bytes.ToArray();
    }

    /// <summary>The entries as <c>ldconfig -p</c> shows them.</summary>
    private static string[] Listed(byte[] cache, uint flags)
    {
        Assert.Equal("glibc-ld.so.cache1.1", Encoding.ASCII.GetString(cache[..20]));
        int count = BinaryPrimitives.ReadInt32LittleEndian(cache.AsSpan(20));
        Assert.Equal(cache.Length - 48 - (count * 24), BinaryPrimitives.ReadInt32LittleEndian(cache.AsSpan(24)));
        return
        [
            .. Enumerable
                .Range(0, count)
                .Select(i => cache.AsSpan(48 + (i * 24), 24).ToArray())
                .Select(entry =>
                {
                    Assert.Equal(flags, BinaryPrimitives.ReadUInt32LittleEndian(entry));
                    Assert.All(entry[12..], b => Assert.Equal(0, b));
                    return $"{Text(cache, BinaryPrimitives.ReadInt32LittleEndian(entry.AsSpan(4)))} "
                        + $"=> {Text(cache, BinaryPrimitives.ReadInt32LittleEndian(entry.AsSpan(8)))}";
                }),
        ];
    }

    private static string Text(byte[] cache, int at) => Encoding.ASCII.GetString(cache[at..Array.IndexOf(cache, (byte)0, at)]);
}
