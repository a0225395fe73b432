using System.Collections.Immutable;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Images.Tests;

public class ImageReaderTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_assembled_is_read_back()
    {
        using AssemblyFixture shop = AssemblerTests.Rich();
        AssembledImage made = await shop.AssembleAsync();
        AssembledImage read = await ImageReader.ReadAsync("tiny", shop.Layout(), Stop);
        Assert.Equal((made.Name, made.Index), (read.Name, read.Index));
        Assert.Equal(
            made.Platforms.Select(platform => (platform.Platform, platform.Manifest)),
            read.Platforms.Select(platform => (platform.Platform, platform.Manifest))
        );
        Assert.Equal(
            made.Platforms.SelectMany(platform => platform.Layers).Select(layer => (layer.Blob, layer.DiffId, layer.Title)),
            read.Platforms.SelectMany(platform => platform.Layers).Select(layer => (layer.Blob, layer.DiffId, layer.Title))
        );
    }

    [Fact]
    public async Task An_empty_layout_is_refused_with_the_command_that_fills_it()
    {
        using AssemblyFixture shop = new();
        ContentException e = await Assert.ThrowsAsync<ContentException>(() => ImageReader.ReadAsync("tiny", shop.Layout(), Stop));
        Assert.Contains("wanted one image index, got 0. Run ./build.sh Assemble --images tiny", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_indexes_are_refused()
    {
        using AssemblyFixture shop = AssemblerTests.Rich();
        await shop.AssembleAsync();
        OciLayout layout = shop.Layout();
        Descriptor other = await layout.AddManifestAsync(new ManifestContent(MediaType.Index, new Oci.Index([]).ToBytes()), Stop);
        layout.WriteIndex(new Oci.Index([.. layout.ReadIndex().Manifests, other]));
        await RefusedAsync(shop, "got 2");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_part_that_is_missing_or_changed_is_refused(int part)
    {
        using AssemblyFixture shop = AssemblerTests.Rich();
        AssembledImage image = await shop.AssembleAsync();
        AssembledPlatform platform = image.Platforms[1];
        Manifest manifest = Manifest.Parse(File.ReadAllBytes(shop.BlobPath(platform.Manifest.Digest)));
        Digest digest = ((Digest[])[image.Index.Digest, platform.Manifest.Digest, manifest.Config.Digest, manifest.Layers[1].Digest])[part];
        byte[] bytes = File.ReadAllBytes(shop.BlobPath(digest));
        if (part < 3)
        {
            File.WriteAllBytes(shop.BlobPath(digest), [.. bytes[..^2], (byte)' ', bytes[^1]]);
            await RefusedAsync(shop, digest.Hex);
        }

        File.WriteAllBytes(shop.BlobPath(digest), bytes[..^1]);
        await RefusedAsync(shop, "");
        File.Delete(shop.BlobPath(digest));
        await RefusedAsync(shop, digest.Hex);
    }

    [Fact]
    public async Task A_configuration_of_another_platform_is_refused()
    {
        using AssemblyFixture shop = AssemblerTests.Rich();
        AssembledImage image = await shop.AssembleAsync();
        Descriptor lying = image.Platforms[0].Manifest with { Platform = Platform.LinuxArm64 };
        await ReplaceIndexAsync(shop, [lying]);
        await RefusedAsync(shop, "linux/arm64");
    }

    [Theory]
    [InlineData(OciJson.MaximumManifestSize + 1L, "wanted at most 4194304 bytes, got 4194305")]
    [InlineData(long.MaxValue, "a descriptor's size wanted 0 to 1099511627776, got 9223372036854775807")]
    [InlineData(Descriptor.MaximumSize, "wanted at most 4194304 bytes, got 1099511627776")]
    [InlineData(OciJson.MaximumManifestSize, "image configuration: ")]
    public async Task A_configuration_beyond_the_limit_is_refused_before_it_is_read(long size, string because)
    {
        using AssemblyFixture shop = AssemblerTests.Rich();
        await shop.AssembleAsync();
        OciLayout layout = shop.Layout();
        byte[] blank = new byte[Math.Min(size, OciJson.MaximumManifestSize + 1L)];
        blank.AsSpan().Fill((byte)' ');
        Descriptor config = await layout.AddBlobAsync(MediaType.Config, blank, Stop) with { Size = size };
        Descriptor manifest = await layout.AddManifestAsync(
            new ManifestContent(MediaType.Manifest, new Manifest(config, []).ToBytes()),
            Stop
        );
        await ReplaceIndexAsync(shop, [manifest with { Platform = Platform.LinuxAmd64 }]);
        await RefusedAsync(shop, because);
    }

    [Fact]
    public async Task An_index_of_no_platform_is_refused()
    {
        using AssemblyFixture shop = AssemblerTests.Rich();
        await shop.AssembleAsync();
        await ReplaceIndexAsync(shop, []);
        await RefusedAsync(shop, "no manifest");
    }

    private static async Task ReplaceIndexAsync(AssemblyFixture shop, ImmutableArray<Descriptor> manifests)
    {
        OciLayout layout = shop.Layout();
        layout.WriteIndex(
            new Oci.Index([await layout.AddManifestAsync(new ManifestContent(MediaType.Index, new Oci.Index(manifests).ToBytes()), Stop)])
        );
    }

    private static async Task RefusedAsync(AssemblyFixture shop, string because)
    {
        ContentException e = await Assert.ThrowsAsync<ContentException>(() => ImageReader.ReadAsync("tiny", shop.Layout(), Stop));
        Assert.Contains(because, e.Message, StringComparison.Ordinal);
    }
}
