using System.Formats.Tar;
using System.Text;
using Slipway.Oci;
using Slipway.Testing;
using static Slipway.Testing.ForeignImage;

namespace Slipway.Layers.Tests;

/// <summary>A hard link is a second name of a file, and keeps that file whatever a later layer does to the first name.</summary>
public sealed class HardLinkTests : IDisposable
{
    private readonly ForeignImage _image = new();

    [Fact]
    public async Task A_link_keeps_the_file_of_its_layer_when_a_later_one_replaces_the_target()
    {
        FoundImage found = await FoundAsync([File("bin/a", "old"), Hard("bin/b", "bin/a")], [File("bin/a", "newer")]);
        Assert.Equal(["bin/a newer", "bin/b old"], Texts(found));
    }

    [Fact]
    public async Task A_link_keeps_the_file_when_a_later_layer_takes_the_target_away()
    {
        Assert.Equal(["bin/b old"], Texts(await FoundAsync([File("bin/a", "old"), Hard("bin/b", "bin/a")], [File("bin/.wh.a", "")])));
        Assert.Equal(
            ["lib/b old"],
            Texts(await FoundAsync([File("bin/a", "old"), Hard("lib/b", "bin/a")], [File("bin/.wh..wh..opq", "")]))
        );
        Assert.Equal(["lib/b old"], Texts(await FoundAsync([File("bin/a", "old"), Hard("lib/b", "bin/a")], [File(".wh.bin", "")])));
        Assert.Equal(["bin x", "lib/b old"], Texts(await FoundAsync([File("bin/a", "old"), Hard("lib/b", "bin/a")], [File("bin", "x")])));
    }

    [Fact]
    public async Task A_link_to_a_link_a_link_into_a_lower_layer_and_one_through_a_linked_folder_are_names_of_the_file()
    {
        FoundImage found = await FoundAsync(
            [Folder("usr/lib"), File("usr/lib/a", "old"), Symbolic("lib", "usr/lib"), Hard("b", "usr/lib/a"), Hard("c", "b")],
            [Hard("d", "lib/a"), File("b", "newer")],
            [File("usr/lib/a", "newest")]
        );
        Assert.Equal(["b newer", "c old", "d old", "usr/lib/a newest"], Texts(found));
    }

    [Fact]
    public async Task A_link_to_a_symbolic_link_is_one_that_leads_where_that_one_led()
    {
        FoundImage found = await FoundAsync([File("a", "x"), Symbolic("s", "a"), Hard("h", "s")], [File("s", "other")]);
        Assert.Equal("a", found.FileAt("h")?.Path);
    }

    [Fact]
    public async Task A_link_to_itself_to_a_folder_or_to_what_comes_later_is_a_name_of_nothing()
    {
        FoundImage found = await FoundAsync(
            [File("x", "below")],
            [Hard("x", "x"), Folder("d"), Hard("e", "d"), Hard("f", "g"), File("g", "late")]
        );
        Assert.Equal(["g late"], Texts(found));
        Assert.All(new[] { "x", "e", "f" }, path => Assert.Null(found.FileAt(path)));
    }

    [Fact]
    public async Task A_whiteout_of_the_same_layer_leaves_what_that_layer_has() =>
        Assert.Equal(
            ["a new", "b new"],
            Texts(
                await FoundAsync(
                    [File("a", "old"), File("c", "old")],
                    [File("a", "new"), Hard("b", "a"), File(".wh.a", ""), File(".wh.c", "")]
                )
            )
        );

    [Fact]
    public async Task Removing_many_folders_takes_no_look_at_all_the_others()
    {
        // 20 000 folders that are each emptied: a look at all paths for each would be billions of comparisons.
        TarEntry[] lower = [.. Enumerable.Range(0, 20_000).Select(i => File($"d{i}/f", ""))];
        TarEntry[] upper = [.. Enumerable.Range(0, 20_000).Select(i => File($"d{i}/.wh..wh..opq", ""))];
        Assert.Empty((await FoundAsync(lower, upper)).Files);
    }

    public void Dispose() => _image.Dispose();

    private async Task<FoundImage> FoundAsync(params TarEntry[][] layers)
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        Descriptor top = await _image.ImageAsync(layers);
        Manifest manifest = Manifest.Parse((await _image.Layout.ReadManifestAsync(top.Digest, stop))!.Bytes);
        ImageConfig config = await StoredConfig.ReadAsync(_image.Layout, manifest, stop);
        using SpooledLayers spooled = await SpooledLayers.ReadAsync(_image.Layout, manifest, config, _image.Scratch("spool"), stop);
        return ImageScan.Read(spooled.Layers, spooled.Open, new DigestScan(), stop);
    }

    /// <summary>Path and content, which the digest stands for.</summary>
    private static string[] Texts(FoundImage found)
    {
        string[] known = ["old", "new", "newer", "newest", "x", "y", "late", "below", "other"];
        return
        [
            .. found.Files.Select(file =>
                $"{file.Path} {known.Single(text => Digest.Of(Encoding.UTF8.GetBytes(text)) == file.File!.Digest)}"
            ),
        ];
    }

    /// <summary>Asks nothing of a file but its digest.</summary>
    private sealed class DigestScan : IFileScan
    {
        public FileFindings Scan(string path, Stream content)
        {
            using MemoryStream bytes = new();
            content.CopyTo(bytes);
            return new FileFindings { Size = bytes.Length, Digest = Digest.Of(bytes.ToArray()) };
        }
    }
}
