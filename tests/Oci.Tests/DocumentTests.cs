using System.Text;

namespace Slipway.Oci.Tests;

/// <summary>Manifest, Index, ImageConfig and the JSON they share.</summary>
public class DocumentTests
{
    private const string Digest1 = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private static readonly Descriptor Blob = new("a/b", Digest.Parse(Digest1), 0);

    [Fact]
    public void A_manifest_has_pinned_bytes_and_survives_them()
    {
        Manifest manifest = new(Blob with { MediaType = MediaType.Config }, [Blob with { MediaType = MediaType.LayerGzip }])
        {
            ArtifactType = "x/y",
            Subject = Blob with { MediaType = MediaType.Index },
            Annotations = Descriptor.NoAnnotations.Add("z", "ü<&'+\"\n").Add("B", "").Add("a", "1"),
        };

        string json = Encoding.UTF8.GetString(manifest.ToBytes());
        Assert.Equal(
            """{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","artifactType":"x/y","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"DIGEST","size":0},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"DIGEST","size":0}],"subject":{"mediaType":"application/vnd.oci.image.index.v1+json","digest":"DIGEST","size":0},"annotations":{"B":"","a":"1","z":"ü<&'+\"\n"}}""".Replace(
                "DIGEST",
                Digest1,
                StringComparison.Ordinal
            ),
            json
        );
        Manifest read = Manifest.Parse(Encoding.UTF8.GetBytes(json));
        Assert.Equal(manifest.ToBytes(), read.ToBytes());
        Assert.Equal([manifest.Config, .. manifest.Layers], read.Blobs);
    }

    [Fact]
    public void An_index_has_pinned_bytes_and_survives_them()
    {
        Index index = new([Blob with { Platform = Platform.LinuxAmd64 }, Blob with { Platform = new Platform("linux", "arm", "v7") }]);

        string json = Encoding.UTF8.GetString(index.ToBytes());
        Assert.Equal(
            """{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"mediaType":"a/b","digest":"DIGEST","size":0,"platform":{"architecture":"amd64","os":"linux"}},{"mediaType":"a/b","digest":"DIGEST","size":0,"platform":{"architecture":"arm","os":"linux","variant":"v7"}}]}""".Replace(
                "DIGEST",
                Digest1,
                StringComparison.Ordinal
            ),
            json
        );
        Assert.Equal(index.Manifests, Index.Parse(index.ToBytes()).Manifests);
    }

    [Fact]
    public void A_configuration_has_pinned_bytes_and_survives_them()
    {
        ImageConfig config = new()
        {
            Platform = Platform.LinuxArm64,
            Created = new DateTimeOffset(2026, 11, 21, 3, 0, 0, TimeSpan.FromHours(2)),
            DiffIds = [Digest.Parse(Digest1)],
            History = ["system libraries"],
            Entrypoint = ["/usr/local/bin/kubelet"],
            Command = ["--help"],
            Environment = ["PATH=/bin", "A=b"],
            User = "65532:65532",
            WorkingDirectory = "/",
            Labels = Descriptor.NoAnnotations.Add("org.opencontainers.image.title", "kubelet"),
        };

        string json = Encoding.UTF8.GetString(config.ToBytes());
        Assert.Equal(
            """{"created":"2026-11-21T01:00:00Z","architecture":"arm64","os":"linux","config":{"User":"65532:65532","Env":["PATH=/bin","A=b"],"Entrypoint":["/usr/local/bin/kubelet"],"Cmd":["--help"],"WorkingDir":"/","Labels":{"org.opencontainers.image.title":"kubelet"}},"rootfs":{"type":"layers","diff_ids":["DIGEST"]},"history":[{"created":"2026-11-21T01:00:00Z","created_by":"system libraries"}]}""".Replace(
                "DIGEST",
                Digest1,
                StringComparison.Ordinal
            ),
            json
        );
        Assert.Equal(config.ToBytes(), ImageConfig.Parse(config.ToBytes()).ToBytes());
    }

    [Fact]
    public void A_configuration_of_another_builder_is_read()
    {
        ImageConfig config = ImageConfig.Parse(
            """{"os":"linux","architecture":"arm64","variant":"v8","config":null,"history":null,"rootfs":{"type":"layers","diff_ids":null}}"""u8.ToArray()
        );
        Assert.Equal(new Platform("linux", "arm64", "v8"), config.Platform);
        Assert.Empty(config.DiffIds);
        Assert.Null(config.User);
    }

    [Theory]
    [InlineData("""{"schemaVersion":1,"config":CONFIG,"layers":[]}""")]
    [InlineData("""{"config":CONFIG,"layers":[]}""")]
    [InlineData("""{"schemaVersion":2,"layers":[]}""")]
    [InlineData("""{"schemaVersion":2,"config":null,"layers":[]}""")]
    [InlineData("""{"schemaVersion":2,"config":CONFIG,"layers":{}}""")]
    [InlineData("""{"schemaVersion":2,"config":CONFIG,"layers":[7]}""")]
    [InlineData("""{"schemaVersion":2,"config":CONFIG,"layers":[{"mediaType":"a","digest":"md5:x","size":0}]}""")]
    [InlineData("""{"schemaVersion":2,"config":CONFIG,"layers":[{"mediaType":"a","digest":"DIGEST"}]}""")]
    [InlineData("""{"schemaVersion":2,"config":CONFIG,"layers":[{"mediaType":"a","digest":"DIGEST","size":-1}]}""")]
    [InlineData("""{"schemaVersion":2,"config":CONFIG,"layers":[{"mediaType":"a","digest":"DIGEST","size":1e400}]}""")]
    [InlineData("""{"schemaVersion":2,"config":CONFIG,"layers":[{"mediaType":"a","digest":"DIGEST","size":"0"}]}""")]
    [InlineData("""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","config":CONFIG,"layers":[]}""")]
    [InlineData("""{"schemaVersion":2,"config":CONFIG,"layers":[],"annotations":{"a":1}}""")]
    [InlineData("""{"schemaVersion":2,"config":CONFIG,"layers":[],"annotations":[]}""")]
    [InlineData("""{"schemaVersion":2,"config":CONFIG,"layers":[],"layers":[]}""")]
    [InlineData("""{"schemaVersion":2,"config":CONFIG,"layers":[],"l\u0061yers":[]}""")]
    [InlineData("""{"schemaVersion":2,"config":CONFIG,"layers":[]} {}""")]
    [InlineData("""{"schemaVersion":2,"config":CONFIG,"layers":[],}""")]
    [InlineData("""{"schemaVersion":2,/* c */"config":CONFIG,"layers":[]}""")]
    [InlineData("""{"schemaVersion":2,"config":CONFIG,"layers":[],"artifactType":"\ud800"}""")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("")]
    public void A_malformed_manifest_is_refused_as_content(string json)
    {
        string text = json.Replace("CONFIG", """{"mediaType":"a","digest":"DIGEST","size":0}""", StringComparison.Ordinal)
            .Replace("DIGEST", Digest1, StringComparison.Ordinal);
        ContentException e = Assert.Throws<ContentException>(() => Manifest.Parse(Encoding.UTF8.GetBytes(text)));
        Assert.StartsWith("image manifest: ", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"schemaVersion":1,"manifests":[]}""")]
    [InlineData("""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","manifests":[]}""")]
    [InlineData("""{"schemaVersion":2,"manifests":[{"mediaType":"a","digest":"DIGEST","size":0,"platform":{"os":"linux"}}]}""")]
    [InlineData("""{"schemaVersion":2,"manifests":[{"mediaType":"a","digest":"DIGEST","size":0,"platform":7}]}""")]
    public void A_malformed_index_is_refused_as_content(string json) =>
        Assert.Throws<ContentException>(() =>
            Index.Parse(Encoding.UTF8.GetBytes(json.Replace("DIGEST", Digest1, StringComparison.Ordinal)))
        );

    [Theory]
    [InlineData("""{"os":"linux","rootfs":{"diff_ids":[]}}""")]
    [InlineData("""{"os":"linux","architecture":"amd64"}""")]
    [InlineData("""{"os":"linux","architecture":"amd64","rootfs":{"diff_ids":[7]}}""")]
    [InlineData("""{"os":"linux","architecture":"amd64","created":"yesterday","rootfs":{"diff_ids":[]}}""")]
    [InlineData("""{"os":"linux","architecture":"amd64","created":7,"rootfs":{"diff_ids":[]}}""")]
    [InlineData("""{"os":"linux","architecture":"amd64","config":{"Env":"A=b"},"rootfs":{"diff_ids":[]}}""")]
    [InlineData("""{"os":7,"architecture":"amd64","rootfs":{"diff_ids":[]}}""")]
    public void A_malformed_configuration_is_refused_as_content(string json) =>
        Assert.Throws<ContentException>(() => ImageConfig.Parse(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void Nesting_without_end_and_broken_UTF_8_are_refused_as_content()
    {
        Assert.Throws<ContentException>(() => Index.Parse(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("""{"a":""", 100_000)))));
        Assert.Throws<ContentException>(() =>
            Index.Parse(new byte[] { (byte)'{', (byte)'"', 0xff, (byte)'"', (byte)':', (byte)'1', (byte)'}' })
        );
        Assert.Throws<ContentException>(() =>
            Index.Parse((byte[])[.. """{"schemaVersion":2,"mediaType":"""u8, (byte)'"', 0xff, (byte)'"', (byte)'}'])
        );
    }
}
