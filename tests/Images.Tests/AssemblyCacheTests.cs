using Slipway.Definitions;
using Slipway.Fetching;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Images.Tests;

/// <summary>What is remembered between runs, and what becomes of it when someone touched it.</summary>
public class AssemblyCacheTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Layers_made_before_need_no_package()
    {
        using AssemblyFixture shop = AssemblerTests.Rich();
        AssembledImage cold = await shop.AssembleAsync("first");
        foreach (LockedPackage package in shop.Lock.Packages)
            File.Delete(shop.Cache.Find(package.Files["arm64"].Digest, null)!);
        Assert.Equal(cold.Index, (await shop.AssembleAsync("second")).Index);
    }

    [Fact]
    public async Task A_cached_layer_that_was_changed_is_made_anew_and_mended()
    {
        using AssemblyFixture shop = AssemblerTests.Rich();
        AssembledImage cold = await shop.AssembleAsync("first");
        Descriptor layer = cold.Platforms[0].Layers[0].Blob;
        shop.Damage(layer.Digest);
        AssembledImage again = await shop.AssembleAsync("second");
        Assert.Equal(cold.Index, again.Index);
        Assert.True(layer.Digest.Matches(File.ReadAllBytes(shop.BlobPath(layer.Digest, "second"))));
        Assert.True(layer.Digest.Matches(File.ReadAllBytes(shop.Cache.Find(layer.Digest, layer.Size)!)));
    }

    [Fact]
    public async Task A_cached_layer_that_is_gone_is_made_anew()
    {
        using AssemblyFixture shop = AssemblerTests.Rich();
        AssembledImage cold = await shop.AssembleAsync("first");
        File.Delete(shop.Cache.Find(cold.Platforms[0].Layers[0].Blob.Digest, null)!);
        Assert.Equal(cold.Index, (await shop.AssembleAsync("second")).Index);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"layers\":[]}")]
    [InlineData("{\"layers\":[{\"blob\":{\"mediaType\":\"x\",\"digest\":\"sha256:00\",\"size\":1}}]}")]
    public async Task A_record_that_says_nothing_sound_is_as_good_as_none(string record)
    {
        using AssemblyFixture shop = AssemblerTests.Rich();
        AssembledImage cold = await shop.AssembleAsync("first");
        string[] records = Directory.GetFiles(Path.Combine(shop.Root, "assembled"), "*.json");
        Assert.Equal(2, records.Length);
        foreach (string path in records)
            File.WriteAllText(path, record);
        Assert.Equal(cold.Index, (await shop.AssembleAsync("second")).Index);
    }

    [Fact]
    public async Task Pruning_takes_the_records_whose_layers_are_gone_and_leaves_the_others_usable()
    {
        using AssemblyFixture shop = AssemblerTests.Rich();
        AssembledImage made = await shop.AssembleAsync();
        CacheReview review = new(shop.CacheFolder, TimeProvider.System);
        Assert.Equal(0, shop.Assembled.Prune(review));
        File.Delete(shop.Cache.Find(made.Platforms[0].Layers[1].Blob.Digest, null)!);

        Assert.Equal(1, shop.Assembled.Prune(review));

        Assert.Null(await shop.Assembled.FindAsync(AssemblyCache.InputOf(shop.Definition(), shop.Lock, made.Platforms[0].Platform), Stop));
        Assert.NotNull(
            await shop.Assembled.FindAsync(AssemblyCache.InputOf(shop.Definition(), shop.Lock, made.Platforms[1].Platform), Stop)
        );
        Assert.Single(Directory.GetFiles(Path.Combine(shop.Root, "assembled")));
    }

    [Fact]
    public async Task Pruning_takes_a_record_that_cannot_be_read_and_nothing_that_is_no_record()
    {
        using AssemblyFixture shop = AssemblerTests.Rich();
        await shop.AssembleAsync();
        string folder = Path.Combine(shop.Root, "assembled");
        File.WriteAllText(Path.Combine(folder, "broken.json"), "{");
        File.WriteAllText(Path.Combine(folder, "README"), "not the cache's");
        Assert.Equal(1, shop.Assembled.Prune(new CacheReview(shop.CacheFolder, TimeProvider.System)));
        Assert.True(File.Exists(Path.Combine(folder, "README")));
        Assert.Equal(3, Directory.GetFiles(folder).Length);
    }

    [Fact]
    public async Task Pruning_records_is_no_use_of_their_layers()
    {
        using AssemblyFixture shop = AssemblerTests.Rich();
        AssembledImage made = await shop.AssembleAsync();
        string layer = shop.Cache.Find(made.Platforms[0].Layers[0].Blob.Digest, null)!;
        DateTime old = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(layer, old);
        shop.Assembled.Prune(new CacheReview(shop.CacheFolder, TimeProvider.System));
        Assert.Equal(old, File.GetLastWriteTimeUtc(layer));
    }

    [Fact]
    public void Where_nothing_was_assembled_nothing_is_pruned_and_no_folder_made()
    {
        using AssemblyFixture shop = new();
        Assert.Equal(0, shop.Assembled.Prune(new CacheReview(shop.CacheFolder, TimeProvider.System)));
        Assert.False(Directory.Exists(Path.Combine(shop.Root, "assembled")));
    }

    [Fact]
    public void Every_input_changes_the_key()
    {
        using AssemblyFixture shop = AssemblerTests.Rich();
        List<Digest> keys = [Key(shop)];
        Digest other = AssemblyCache.InputOf(shop.Definition(), shop.Lock, Platform.LinuxArm64);
        Assert.DoesNotContain(other, keys);
        foreach (
            Action change in (Action[])
                [
                    () => shop.More = "accounts: [{ name: root, id: 0 }]",
                    () => File.WriteAllText(Path.Combine(shop.Folder, "rootfs", "hello"), "hallo\n"),
                    () => shop.StandingIn = ["tool"],
                    () => shop.Add(new TinyDeb("three").File("x")),
                ]
        )
        {
            change();
            Assert.DoesNotContain(Key(shop), keys);
            keys.Add(Key(shop));
        }
    }

    [Fact]
    public void The_same_input_in_another_folder_has_the_same_key()
    {
        using AssemblyFixture one = AssemblerTests.Rich(),
            other = AssemblerTests.Rich();
        Assert.Equal(Key(one), Key(other));
    }

    [Fact]
    public async Task What_was_never_kept_is_not_found()
    {
        using AssemblyFixture shop = new();
        Assert.Null(await shop.Assembled.FindAsync(Digest.Of("x"u8), Stop));
    }

    private static Digest Key(AssemblyFixture shop) => AssemblyCache.InputOf(shop.Definition(), shop.Lock, Platform.LinuxAmd64);
}
