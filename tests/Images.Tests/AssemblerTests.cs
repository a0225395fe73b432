using System.Collections.Immutable;
using Slipway.Definitions;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Images.Tests;

/// <summary>The image as a whole: the same input makes the same bytes, and the layout holds what it names.</summary>
public class AssemblerTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_same_input_gives_the_same_image_in_another_folder_with_another_cache()
    {
        using AssemblyFixture one = Rich(),
            other = Rich();
        Assert.Equal((await one.AssembleAsync()).Index, (await other.AssembleAsync()).Index);
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(one.Root, "layout", "index.json")),
            File.ReadAllBytes(Path.Combine(other.Root, "layout", "index.json"))
        );
    }

    [Fact]
    public async Task Warm_and_cold_caches_give_the_same_image()
    {
        using AssemblyFixture shop = Rich();
        AssembledImage cold = await shop.AssembleAsync("first");
        AssembledImage warm = await shop.AssembleAsync("second");
        Assert.Equal(cold.Index, warm.Index);
        Assert.Equal(Blobs(shop, "first"), Blobs(shop, "second"));
    }

    [Fact]
    public async Task The_order_that_platforms_are_asked_in_changes_nothing()
    {
        using AssemblyFixture shop = Rich();
        AssembledImage one = await shop.AssembleAsync("first", "cache1", Platform.LinuxArm64, Platform.LinuxAmd64, Platform.LinuxArm64);
        AssembledImage other = await shop.AssembleAsync("second", "cache2", Platform.LinuxAmd64, Platform.LinuxArm64);
        Assert.Equal(one.Index, other.Index);
        Assert.Equal([Platform.LinuxAmd64, Platform.LinuxArm64], one.Platforms.Select(platform => platform.Platform));
    }

    [Fact]
    public async Task One_platform_alone_has_the_manifest_it_has_among_others()
    {
        using AssemblyFixture shop = Rich();
        AssembledImage both = await shop.AssembleAsync("first");
        AssembledImage one = await shop.AssembleAsync("second", "cache2", Platform.LinuxArm64);
        Assert.Equal(both.Platforms[1].Manifest, Assert.Single(one.Platforms).Manifest);
        Assert.NotEqual(both.Index, one.Index);
    }

    [Fact]
    public async Task A_platform_that_the_image_lacks_is_refused()
    {
        using AssemblyFixture shop = Rich();
        DefinitionException e = await Assert.ThrowsAsync<DefinitionException>(() =>
            shop.AssembleAsync(platforms: new Platform("linux", "riscv64"))
        );
        Assert.Contains("linux/riscv64 is not among linux/arm64, linux/amd64", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_platform_at_all_is_refused()
    {
        using AssemblyFixture shop = Rich();
        await Assert.ThrowsAsync<DefinitionException>(() =>
            new Assembler(shop.Cache, shop.Assembled).AssembleAsync(
                new AssemblyRequest(shop.Definition(), shop.Lock, []),
                shop.Layout(),
                shop.Contents(),
                Stop
            )
        );
    }

    [Fact]
    public async Task Manifest_config_and_index_say_the_same_and_nothing_of_commit_or_clock()
    {
        using AssemblyFixture shop = Rich();
        AssembledImage image = await shop.AssembleAsync();
        OciLayout layout = shop.Layout();
        Oci.Index index = Oci.Index.Parse((await layout.ReadManifestAsync(image.Index.Digest, Stop))!.Bytes);
        Manifest manifest = Manifest.Parse((await layout.ReadManifestAsync(image.Platforms[0].Manifest.Digest, Stop))!.Bytes);
        ImageConfig config = ImageConfig.Parse(File.ReadAllBytes(shop.BlobPath(manifest.Config.Digest)));
        Assert.Equal(
            ["created", "description", "licenses", "source", "title", "version"],
            index.Annotations.Keys.Select(key => key["org.opencontainers.image.".Length..])
        );
        Assert.Equal("2026-02-03T04:05:06Z", index.Annotations["org.opencontainers.image.created"]);
        Assert.Equal(index.Annotations, manifest.Annotations);
        Assert.Equal(index.Annotations, config.Labels);
        Assert.Equal((Platform.LinuxAmd64, AssemblyFixture.Timestamp), (config.Platform, config.Created));
        Assert.Equal(["/usr/bin/tiny"], config.Entrypoint);
        Assert.Equal(["the base", "the top"], config.History);
        Assert.Equal(image.Platforms[0].Layers.Select(layer => layer.DiffId), config.DiffIds);
    }

    [Fact]
    public async Task A_label_of_the_definition_cannot_unsay_what_the_image_says_of_itself()
    {
        using AssemblyFixture shop = Rich();
        shop.StandingIn = ["tool"];
        shop.Config = $"{{ labels: {{ {StandInMark.Key}: none, org.opencontainers.image.version: v9, mine: kept }} }}";
        AssembledImage image = await shop.AssembleAsync(platforms: Platform.LinuxAmd64);
        Manifest manifest = Manifest.Parse(File.ReadAllBytes(shop.BlobPath(image.Platforms[0].Manifest.Digest)));
        ImageConfig config = ImageConfig.Parse(File.ReadAllBytes(shop.BlobPath(manifest.Config.Digest)));
        Assert.Equal("tool", StandInMark.Of(config));
        Assert.Equal(("v1.0.0", "kept"), (config.Labels["org.opencontainers.image.version"], config.Labels["mine"]));
    }

    [Fact]
    public async Task Stand_ins_are_marked_on_index_manifests_and_configurations()
    {
        using AssemblyFixture shop = Rich();
        AssembledImage real = await shop.AssembleAsync("real");
        shop.StandingIn = ["kubelet", "kubectl"];
        AssembledImage image = await shop.AssembleAsync();
        Assert.NotEqual(real.Index.Digest, image.Index.Digest);
        OciLayout layout = shop.Layout();
        Assert.Equal("kubelet,kubectl", StandInMark.Of(Oci.Index.Parse((await layout.ReadManifestAsync(image.Index.Digest, Stop))!.Bytes)));
        foreach (AssembledPlatform platform in image.Platforms)
        {
            Manifest manifest = Manifest.Parse((await layout.ReadManifestAsync(platform.Manifest.Digest, Stop))!.Bytes);
            Assert.Equal("kubelet,kubectl", StandInMark.Of(manifest));
            Assert.Equal("kubelet,kubectl", StandInMark.Of(ImageConfig.Parse(File.ReadAllBytes(shop.BlobPath(manifest.Config.Digest)))));
        }

        Assert.Null(StandInMark.Of(Oci.Index.Parse((await shop.Layout("real").ReadManifestAsync(real.Index.Digest, Stop))!.Bytes)));
    }

    [Fact]
    public async Task The_layout_names_index_and_manifests_by_version_and_carries_the_marks()
    {
        using AssemblyFixture shop = Rich();
        ImmutableSortedDictionary<string, string> marks = Descriptor.NoAnnotations.Add("a.mark", "true");
        AssemblyRequest request = new(shop.Definition(), shop.Lock, [Platform.LinuxAmd64, Platform.LinuxArm64]) { Marks = marks };
        AssembledImage image = await new Assembler(shop.Cache, shop.Assembled).AssembleAsync(request, shop.Layout(), shop.Contents(), Stop);
        Oci.Index entries = shop.Layout().ReadIndex();
        Assert.Equal(["v1.0.0", "v1.0.0-amd64", "v1.0.0-arm64"], entries.Manifests.Select(entry => entry.Annotations[OciLayout.RefName]));
        Assert.Equal(marks, entries.Annotations);
        Assert.Equal(image.Index, await shop.Layout().ResolveAsync("v1.0.0", Stop));
        AssembledImage unmarked = await shop.AssembleAsync("other");
        Assert.Equal(unmarked.Index, image.Index);
    }

    [Fact]
    public async Task Assembling_anew_leaves_nothing_of_before_and_no_work_behind()
    {
        using AssemblyFixture shop = Rich();
        await shop.AssembleAsync();
        string left = Path.Combine(shop.Root, "layout", ".work-amd64");
        Directory.CreateDirectory(left);
        File.WriteAllText(Path.Combine(left, "one.tar"), "from a killed run");
        shop.Add(new TinyDeb("three").File("usr/bin/three"));
        AssembledImage image = await shop.AssembleAsync();
        // An index, two manifests, two configurations, and the layers, where both platforms share the lower one's content.
        Assert.Equal(
            5 + image.Platforms.SelectMany(platform => platform.Layers).Select(layer => layer.Blob.Digest).Distinct().Count(),
            Blobs(shop, "layout").Length
        );
        Assert.Empty(Directory.GetDirectories(Path.Combine(shop.Root, "layout"), ".work*"));
    }

    /// <summary>Two layers of packages, an upstream file, a file of the definition.</summary>
    internal static AssemblyFixture Rich()
    {
        AssemblyFixture shop = new()
        {
            Layers =
                "- { name: base, title: the base, files: [{ from: rootfs/hello, to: /hello, mode: \"0755\" }] }\n- { name: top, "
                + "title: the top, upstream: [tool] }",
        };
        Directory.CreateDirectory(Path.Combine(shop.Folder, "rootfs"));
        File.WriteAllText(Path.Combine(shop.Folder, "rootfs", "hello"), "hello\n");
        return shop.Add(new TinyDeb("one").File("usr/bin/one", "one", 0b111_101_101).Hard("usr/bin/uno", "usr/bin/one"))
            .Add(new TinyDeb("two", "1:2.0-1").File("usr/share/two", "two"), "top")
            .Add(new TinyDeb("arm").File("usr/lib/arm"), "top", "arm64")
            .AddUpstream("tool", "a tool"u8.ToArray(), "[{ to: /usr/local/bin/tool }]");
    }

    private static string[] Blobs(AssemblyFixture shop, string layout) =>
        [
            .. Directory
                .GetFiles(Path.Combine(shop.Root, layout, "blobs", "sha256"))
                .Select(path => Path.GetFileName(path))
                .Order(StringComparer.Ordinal),
        ];
}
