using System.Collections.Immutable;
using System.Formats.Tar;
using Slipway.Oci;
using Slipway.Testing;
using static Slipway.Testing.ForeignImage;

namespace Slipway.Inspection.Tests;

/// <summary>What is said of two images: packages by their own lists, files by what the layers hold.</summary>
public class ImageDifferenceTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_same_image_differs_in_nothing()
    {
        using AssemblyFixture shop = WholeImage.Create();
        await shop.AssembleAsync();
        Assert.Empty(await BetweenAsync(shop, shop));
    }

    [Fact]
    public async Task Packages_and_files_are_told_with_what_changed()
    {
        using AssemblyFixture old = Shop("1.0-1", "10.0"),
            young = Shop("1.0-2", "10.1");
        old.Add(new TinyDeb("gone").File("usr/bin/gone", "gone"));
        young.Add(new TinyDeb("come").Link("usr/bin/come", "x").File("usr/bin/once", "12345").Hard("usr/bin/twice", "usr/bin/once"));
        await old.AssembleAsync();
        await young.AssembleAsync();
        string[] lines = [.. (await BetweenAsync(old, young)).Select(one => $"{one.Kind} {one.Name} {one.Change}: {one.Was} => {one.Now}")];
        Assert.Contains("package base-files changed: 10.0 => 10.1", lines);
        Assert.Contains("package tool changed: 1.0-1 => 1.0-2", lines);
        Assert.Contains(lines, line => line.StartsWith("file /usr/bin/gone removed: - 0644 0:0 4 ", StringComparison.Ordinal));
        Assert.Contains("file /usr/bin/come added:  => l 0:0 -> x", lines);
        Assert.Contains(lines, line => line.StartsWith("file /usr/bin/x changed: - 0644 0:0 5 ", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("file /usr/bin/twice added:  => - 0644 0:0 5 ", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Contains("/usr/bin/same", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_whiteout_takes_the_lower_layers_file_away()
    {
        using AssemblyFixture old = WholeImage.Create(),
            young = WholeImage.Create();
        await old.AssembleAsync(platforms: Platform.LinuxAmd64);
        await TamperedImageTests.ReplaceTopAsync(
            young,
            new GnuTarEntry(TarEntryType.RegularFile, "./usr/bin/.wh.su"),
            new GnuTarEntry(TarEntryType.RegularFile, "usr/lib/tiny/.wh..wh..opq")
        );
        string[] removed = [.. (await BetweenAsync(old, young)).Where(one => one.Change == "removed").Select(one => one.Name)];
        Assert.Equal(
            ["/opt", "/opt/host", "/opt/host/tool", "/usr/bin/su", "/usr/lib/tiny/libother.so.1", "/usr/lib/tiny/libprivate.so.1"],
            removed
        );
    }

    [Fact]
    public async Task A_long_list_of_packages_counts_and_one_on_hold_too()
    {
        using AssemblyFixture shop = Shop("1", "2");
        shop.Add(
            new TinyDeb("list").File(
                "var/lib/dpkg/status.d/a",
                "Package: held\nStatus: hold ok installed\nVersion: 3\nDescription: " + new string('x', 2 << 20) + "\n"
            )
        );
        await shop.AssembleAsync();
        Assert.Equal(["base-files", "held", "tool"], (await ReadAsync(shop))!.Packages.Keys);
    }

    [Fact]
    public async Task Lists_beyond_all_measure_are_refused()
    {
        using AssemblyFixture shop = new();
        foreach (string name in (string[])["a", "b", "c"])
            shop.Add(new TinyDeb(name).File("var/lib/dpkg/status.d/" + name, new string(name[0], 6 << 20)));
        await shop.AssembleAsync(platforms: Platform.LinuxAmd64);
        ContentException e = await Assert.ThrowsAsync<ContentException>(() => ReadAsync(shop));
        Assert.Equal("/var/lib/dpkg/status.d/c: wanted at most 16777216 bytes in the files that are read whole, got more", e.Message);
    }

    [Fact]
    public async Task A_layer_of_empty_files_without_end_is_refused()
    {
        using AssemblyFixture shop = WholeImage.Create();
        byte[] header = ForeignImage.Tar([new UstarTarEntry(TarEntryType.RegularFile, "a")])[..512],
            plain = new byte[200_000 * header.Length];
        for (int at = 0; at < plain.Length; at += header.Length)
            header.CopyTo(plain, at);
        await TamperedImageTests.ReplaceTopAsync(shop, plain, Digest.Of(plain));
        Assert.Contains(
            "wanted at most 200000 entries in all layers, got more",
            (await Assert.ThrowsAsync<ContentException>(() => ReadAsync(shop))).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_platform_that_the_other_lacks_is_told()
    {
        using AssemblyFixture old = WholeImage.Create(),
            young = WholeImage.Create();
        await old.AssembleAsync(platforms: Platform.LinuxArm64);
        await young.AssembleAsync(platforms: Platform.LinuxAmd64);
        ImageDifference only = Assert.Single(await BetweenAsync(old, young));
        Assert.Equal(("platform", "linux/amd64", "added"), (only.Kind, only.Name, only.Change));
    }

    [Fact]
    public async Task The_difference_of_two_images_is_told_by_what_a_link_really_holds()
    {
        using ForeignImage image = new();
        ComparedImage one = await ReadAsync(image, [File("a", "old"), Hard("b", "a")], [File("a", "newer")]);
        ComparedImage other = await ReadAsync(image, [File("a", "newer"), Hard("b", "a")]);
        ImageDifference difference = Assert.Single(ImageDifference.Between(Platform.LinuxArm64, one, other));
        Assert.Equal("/b", difference.Name);
        Assert.Contains(" 3 ", difference.Was, StringComparison.Ordinal);
        Assert.Contains(" 5 ", difference.Now, StringComparison.Ordinal);
    }

    private static AssemblyFixture Shop(string version, string status)
    {
        AssemblyFixture shop = new();
        return shop.Add(
            new TinyDeb("tool")
                .File("usr/bin/x", version)
                .File("usr/bin/same", "same")
                .File(
                    "var/lib/dpkg/status",
                    $"Package: tool\nStatus: install ok installed\nVersion: {version}\n\nPackage: half\nStatus: deinstall ok "
                        + "config-files\nVersion: 1\n"
                )
                .File("var/lib/dpkg/status.d/base-files", $"Package: base-files\nVersion: {status}\n")
        );
    }

    private static async Task<ImmutableArray<ImageDifference>> BetweenAsync(AssemblyFixture old, AssemblyFixture young) =>
        ImageDifference.Between(Platform.LinuxAmd64, await ReadAsync(old), (await ReadAsync(young))!);

    private static async Task<ComparedImage?> ReadAsync(AssemblyFixture shop)
    {
        Descriptor top = shop.Layout().ReadIndex().Manifests.First(entry => entry.MediaType == MediaType.Index);
        string folder = Path.Combine(shop.Root, "comparison");
        ComparedImage? image = await ComparedImage.ReadAsync(shop.Layout(), top, Platform.LinuxAmd64, new ComparisonSpool(folder), Stop);
        Assert.False(Directory.Exists(folder) || Directory.Exists(folder + "-blobs"));
        return image;
    }

    private static async Task<ComparedImage> ReadAsync(ForeignImage image, params TarEntry[][] layers) =>
        (await image.ReadAsync(await image.ImageAsync(layers), Platform.LinuxArm64))!;
}
