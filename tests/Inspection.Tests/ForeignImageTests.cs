using System.Formats.Tar;
using System.Text;
using Slipway.Oci;
using Slipway.Testing;
using static Slipway.Testing.ForeignImage;

namespace Slipway.Inspection.Tests;

/// <summary>Images as others publish them are found and read, or refused by the name of what they are.</summary>
public sealed class ForeignImageTests : IDisposable
{
    private const string Arm64 = "\"platform\":{\"os\":\"linux\",\"architecture\":\"arm64\"}",
        V8 = "\"platform\":{\"os\":\"linux\",\"architecture\":\"arm64\",\"variant\":\"v8\"}";

    private static readonly TarEntry[][] Layers =
    [
        [File("a", "x")],
    ];

    private readonly ForeignImage _image = new();

    [Theory]
    [InlineData(OciIndex, V8, "\"os\":\"linux\",\"architecture\":\"arm64\",\"variant\":\"v8\"")]
    [InlineData(OciIndex, V8, "\"os\":\"linux\",\"architecture\":\"arm64\"")]
    [InlineData(OciIndex, Arm64, "\"os\":\"linux\",\"architecture\":\"arm64\",\"variant\":\"v8\"")]
    [InlineData(
        OciIndex,
        "\"platform\":{\"os\":\"linux\",\"architecture\":\"aarch64\"}",
        "\"os\":\"linux\",\"architecture\":\"arm64\",\"variant\":\"8\""
    )]
    [InlineData(OciIndex, "\"platform\":null", "\"os\":\"linux\",\"architecture\":\"arm64\"")]
    [InlineData(OciIndex, "\"platform\":{\"os\":\"\",\"architecture\":\"\"}", "\"os\":\"linux\",\"architecture\":\"arm64\"")]
    [InlineData(OciIndex, "", "\"os\":\"linux\",\"architecture\":\"arm64\",\"variant\":\"v8\"")]
    [InlineData(DockerIndex, V8, "\"os\":\"linux\",\"architecture\":\"arm64\"")]
    [InlineData(DockerIndex, "", "\"os\":\"linux\",\"architecture\":\"arm64\"")]
    public async Task A_platform_is_found_however_it_is_spelled_and_where_only_the_configuration_says_it(
        string index,
        string platform,
        string config
    )
    {
        Descriptor other = await _image.ImageAsync(Layers, "\"os\":\"linux\",\"architecture\":\"amd64\""),
            wanted = await _image.ImageAsync(Layers, config);
        Descriptor top = await _image.IndexAsync(
            index,
            (other, "\"platform\":{\"os\":\"linux\",\"architecture\":\"amd64\"}"),
            (wanted, platform)
        );
        foreach (Platform asked in (Platform[])[Platform.LinuxArm64, new("linux", "arm64", "v8")])
            Assert.Equal("arm64", (await _image.ReadAsync(top, asked))?.Config?.Platform.Architecture);
        Assert.Null(await _image.ReadAsync(top, new Platform("linux", "arm64", "v9")));
    }

    [Fact]
    public async Task An_image_without_an_index_is_what_its_configuration_says()
    {
        Descriptor top = await _image.ImageAsync(Layers, "\"os\":\"linux\",\"architecture\":\"arm64\",\"variant\":\"v8\"");
        Assert.NotNull(await _image.ReadAsync(top, Platform.LinuxArm64));
        Assert.Null(await _image.ReadAsync(top, Platform.LinuxAmd64));
    }

    [Fact]
    public async Task Dockers_own_documents_are_read()
    {
        Descriptor image = await _image.ImageAsync(
            Layers,
            type: DockerManifest,
            configType: ForeignImage.DockerConfig,
            layerType: DockerLayer
        );
        Assert.Equal("a", Assert.Single((await _image.ReadAsync(image, Platform.LinuxArm64))!.Found.Files).Path);
        Assert.NotNull(await _image.ReadAsync(await _image.IndexAsync(DockerIndex, (image, V8)), Platform.LinuxArm64));
        Assert.NotNull(await _image.ReadAsync(image with { MediaType = "" }, Platform.LinuxArm64));
    }

    [Fact]
    public async Task An_index_inside_an_index_is_looked_into_and_a_nest_without_end_is_not()
    {
        Descriptor top = await _image.IndexAsync(OciIndex, (await _image.ImageAsync(Layers), Arm64));
        for (int level = 2; level <= 4; level++)
        {
            top = await _image.IndexAsync(level % 2 == 0 ? DockerIndex : OciIndex, (top, ""));
            Assert.NotNull(await _image.ReadAsync(top, Platform.LinuxArm64));
        }

        top = await _image.IndexAsync(OciIndex, (top, ""));
        Assert.Contains("at most 4 deep, got more", (await RefusedAsync(top)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_index_that_names_more_than_anybody_reads_is_refused()
    {
        List<(Descriptor, string)> many = [];
        for (int i = 0; i < 300; i++)
            many.Add((await _image.ImageAsync([], $"\"os\":\"linux\",\"architecture\":\"arm64\",\"author\":\"{i}\""), ""));
        Assert.Contains(
            "wanted at most 256 manifests",
            (await RefusedAsync(await _image.IndexAsync(OciIndex, [.. many]))).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task What_BuildKit_says_about_an_image_is_passed_over_and_so_is_what_nobody_knows()
    {
        Descriptor about = await _image.Layout.AddBlobAsync(OciManifest, "{\"schemaVersion\":2,\"config\":{},\"layers\":[]}"u8.ToArray());
        Descriptor unknown = await _image.Layout.AddBlobAsync("application/vnd.example.thing+json", "{}"u8.ToArray());
        Descriptor signature = await _image.Layout.AddBlobAsync(
            OciManifest,
            Encoding.UTF8.GetBytes(
                $"{{\"schemaVersion\":2,\"mediaType\":\"{OciManifest}\",\"config\":{{\"mediaType\":\"{MediaType.Empty}\",\"digest\":\"{Digest.Of("{}"u8)}\",\"size\":2}},\"layers\":[]}}"
            )
        );
        Descriptor top = await _image.IndexAsync(
            OciIndex,
            (
                about,
                "\"platform\":{\"os\":\"unknown\",\"architecture\":\"unknown\"},\"annotations\":{\"vnd.docker.reference.type\":\"attestation-manifest\"}"
            ),
            (about, "\"annotations\":{\"vnd.docker.reference.type\":\"attestation-manifest\"}"),
            (about, "\"platform\":{\"os\":\"unknown\",\"architecture\":\"unknown\"}"),
            (unknown, ""),
            (signature, ""),
            (await _image.ImageAsync(Layers), V8)
        );
        Assert.NotNull(await _image.ReadAsync(top, Platform.LinuxArm64));
        Assert.Null(await _image.ReadAsync(top, new Platform("unknown", "unknown")));
    }

    [Theory]
    [InlineData("application/vnd.docker.distribution.manifest.v1+prettyjws")]
    [InlineData("application/vnd.docker.distribution.manifest.v1+json")]
    public async Task Dockers_first_format_is_refused_by_its_name(string type)
    {
        Descriptor first = await _image.Layout.AddBlobAsync(type, "{\"schemaVersion\":1,\"fsLayers\":[]}"u8.ToArray());
        Assert.Contains(
            $"Docker's first format ({type}), which is not supported",
            (await RefusedAsync(first)).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "Docker's first format (schema 1), which is not supported",
            (await RefusedAsync(first with { MediaType = "" })).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(type, (await RefusedAsync(await _image.IndexAsync(DockerIndex, (first, V8)))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Layers_with_zstd_and_layers_that_are_kept_elsewhere_are_refused_by_their_name()
    {
        Descriptor zstd = await _image.ImageAsync(Layers, layerType: "application/vnd.oci.image.layer.v1.tar+zstd");
        Assert.Contains(
            "got one with zstd (application/vnd.oci.image.layer.v1.tar+zstd), which is not supported",
            (await RefusedAsync(zstd)).Message,
            StringComparison.Ordinal
        );
        foreach (
            string foreign in (string[])
                [
                    "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
                    "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
                ]
        )
        {
            Descriptor elsewhere = await _image.ImageAsync(
                [
                    [File(foreign, "x")],
                ],
                layerType: foreign,
                keepsLayers: false
            );
            Assert.Contains($"is a foreign one ({foreign})", (await RefusedAsync(elsewhere)).Message, StringComparison.Ordinal);
            Assert.NotNull(
                await _image.ReadAsync(
                    await _image.ImageAsync(
                        [
                            [File(foreign, "x")],
                        ],
                        layerType: foreign
                    ),
                    Platform.LinuxArm64
                )
            );
        }
    }

    [Fact]
    public async Task An_index_that_says_another_platform_than_the_configuration_is_told_so()
    {
        Descriptor top = await _image.IndexAsync(
            OciIndex,
            (await _image.ImageAsync(Layers, "\"os\":\"linux\",\"architecture\":\"amd64\""), Arm64)
        );
        Assert.EndsWith(
            "the index says linux/arm64, its configuration linux/amd64",
            (await RefusedAsync(top)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task An_image_of_more_than_any_disk_is_refused_before_anything_is_fetched()
    {
        Descriptor config = await _image.Layout.AddBlobAsync(
            MediaType.Config,
            "{\"os\":\"linux\",\"architecture\":\"arm64\",\"rootfs\":{\"diff_ids\":[\"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"]}}"u8.ToArray()
        );
        Descriptor huge = await _image.Layout.AddBlobAsync(
            OciManifest,
            new Manifest(config, [new Descriptor(MediaType.LayerGzip, Digest.Of("huge"u8), Descriptor.MaximumSize)]).ToBytes()
        );
        Assert.Contains("bytes in all, got more", (await RefusedAsync(huge)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_manifest_of_something_else_is_no_image()
    {
        Descriptor artifact = await _image.ImageAsync(Layers, configType: "application/vnd.cncf.helm.config.v1+json");
        Assert.Contains("got a manifest of something else", (await RefusedAsync(artifact)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _image.Dispose();

    private Task<ContentException> RefusedAsync(Descriptor top) =>
        Assert.ThrowsAsync<ContentException>(() => _image.ReadAsync(top, Platform.LinuxArm64));
}
