using System.Text;
using Slipway.Testing;

namespace Slipway.Oci.Tests;

public sealed class OciLayoutTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Everything_added_can_be_read_back()
    {
        OciLayout layout = OciLayout.Create(_folder.At("layout"));
        Descriptor image = await Image.AddToAsync(layout, "v1");

        OciLayout opened = OciLayout.Open(_folder.At("layout"));
        Assert.Equal(image, await opened.ResolveAsync("v1", None));
        ManifestContent? content = await opened.ReadManifestAsync(image.Digest, None);
        Assert.Equal(image, content!.Descriptor);
        Manifest manifest = Manifest.Parse(content.Bytes);
        foreach (Descriptor blob in manifest.Blobs)
        {
            await using Stream? stream = await opened.OpenBlobAsync(blob, None);
            Assert.Equal(blob.Size, (await Bytes.OfAsync(stream!)).Length);
        }
    }

    [Fact]
    public async Task The_same_content_makes_the_same_files()
    {
        foreach (string name in new[] { "one", "two" })
            await Image.AddToAsync(OciLayout.Create(_folder.At(name)), "v1");

        Assert.Equal(Files(_folder.At("one")), Files(_folder.At("two")));
        Assert.Equal("""{"imageLayoutVersion":"1.0.0"}""", await File.ReadAllTextAsync(_folder.At("one", "oci-layout"), None));
    }

    [Fact]
    public async Task Adding_a_blob_again_changes_nothing_and_does_not_read_the_second_stream()
    {
        OciLayout layout = OciLayout.Create(_folder.Path);
        Descriptor blob = await layout.AddBlobAsync("text/plain", "hello"u8.ToArray(), None);
        MemoryStream second = new("hello"u8.ToArray());

        await layout.AddBlobAsync(blob, second, None);

        Assert.False(second.CanRead, "the stream is disposed");
        Assert.Equal(3, Files(_folder.Path).Length);
    }

    [Fact]
    public async Task A_referrer_that_is_named_a_thousand_times_is_read_once()
    {
        OciLayout layout = OciLayout.Create(_folder.Path);
        Descriptor config = await layout.AddBlobAsync(MediaType.Empty, "{}"u8.ToArray(), None);
        Manifest large = new(config, [])
        {
            ArtifactType = "text/plain",
            Subject = config,
            Annotations = Descriptor.NoAnnotations.Add("large", new string('x', 1 << 20)),
        };
        Descriptor entry = await layout.AddManifestAsync(new ManifestContent(MediaType.Manifest, large.ToBytes()), None) with
        {
            ArtifactType = "text/plain",
        };
        layout.WriteIndex(new Index([.. Enumerable.Repeat(entry, 1000)]));

        long before = GC.GetTotalAllocatedBytes();
        Assert.Equal([entry], await layout.ReferrersAsync(config.Digest, null, None));
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 500 << 20);
    }

    [Fact]
    public async Task A_damaged_blob_is_mended_by_adding_it_again()
    {
        OciLayout layout = OciLayout.Create(_folder.Path);
        Descriptor blob = await layout.AddBlobAsync("text/plain", "hello"u8.ToArray(), None);
        await File.WriteAllTextAsync(BlobPath(blob.Digest), "jello", None);

        await layout.AddBlobAsync("text/plain", "hello"u8.ToArray(), None);

        Assert.Equal("hello", await File.ReadAllTextAsync(BlobPath(blob.Digest), None));
    }

    [Fact]
    public async Task A_stream_that_does_not_fit_its_descriptor_leaves_nothing_behind()
    {
        OciLayout layout = OciLayout.Create(_folder.Path);
        Descriptor wanted = Descriptor.Of("text/plain", "hello"u8);
        foreach (string wrong in new[] { "jello", "hell", "hello!", "" })
        {
            await Assert.ThrowsAsync<ContentException>(() =>
                layout.AddBlobAsync(wanted, new MemoryStream(Encoding.UTF8.GetBytes(wrong)), None)
            );
        }

        Assert.Equal(["index.json", "oci-layout"], Files(_folder.Path).Select(file => file.Split(' ')[0]));
        Assert.Null(await layout.OpenBlobAsync(wanted, None));
    }

    [Fact]
    public async Task A_finished_file_moves_in()
    {
        OciLayout layout = OciLayout.Create(_folder.At("layout"));
        Descriptor blob = Descriptor.Of("text/plain", "hello"u8);
        for (int i = 0; i < 2; i++)
        {
            await File.WriteAllTextAsync(_folder.At("layer"), "hello", None);
            await layout.AddBlobFileAsync(blob, _folder.At("layer"), None);
            Assert.False(File.Exists(_folder.At("layer")));
        }

        await using Stream? stream = await layout.OpenBlobAsync(blob, None);
        Assert.Equal("hello"u8.ToArray(), await Bytes.OfAsync(stream!));
    }

    [Fact]
    public async Task A_file_that_does_not_fit_its_descriptor_stays_where_it_is()
    {
        OciLayout layout = OciLayout.Create(_folder.At("layout"));
        await File.WriteAllTextAsync(_folder.At("layer"), "jello", None);

        await Assert.ThrowsAsync<ContentException>(() =>
            layout.AddBlobFileAsync(Descriptor.Of("text/plain", "hello"u8), _folder.At("layer"), None)
        );

        Assert.True(File.Exists(_folder.At("layer")));
        Assert.Equal(2, Files(_folder.At("layout")).Length);
    }

    [Fact]
    public async Task Many_tasks_may_add_the_same_blob_at_once()
    {
        OciLayout layout = OciLayout.Create(_folder.Path);
        byte[] content = new byte[300_000];
        new Random(1).NextBytes(content);

        Descriptor[] added = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(_ => Task.Run(() => layout.AddBlobAsync("application/octet-stream", content, None)))
        );

        Assert.Single(added.Distinct());
        Assert.Equal(3, Files(_folder.Path).Length);
    }

    [Fact]
    public void Annotations_of_the_index_survive_and_an_open_layout_is_not_emptied_by_create()
    {
        OciLayout layout = OciLayout.Create(_folder.Path);
        layout.WriteIndex(new Index([]) { Annotations = Descriptor.NoAnnotations.Add("example.mark", "rehearsal") });

        Assert.Equal("rehearsal", OciLayout.Create(_folder.Path).ReadIndex().Annotations["example.mark"]);
    }

    [Fact]
    public void An_index_that_names_what_is_not_there_is_not_written()
    {
        OciLayout layout = OciLayout.Create(_folder.Path);
        Descriptor absent = Descriptor.Of(MediaType.Manifest, "{}"u8);

        Assert.Throws<ContentException>(() => layout.WriteIndex(new Index([absent])));
        Assert.Empty(layout.ReadIndex().Manifests);
    }

    [Fact]
    public async Task A_layout_made_anew_in_place_holds_nothing_else()
    {
        OciLayout layout = OciLayout.Create(_folder.At("used"));
        await Image.AddToAsync(layout, "old", "old layer");
        await File.WriteAllTextAsync(_folder.At("used", "blobs", "sha256", ".unfinished-x"), "left by a killed run", None);
        await Image.AddToAsync(layout, "new", "new layer");
        await Image.AddToAsync(OciLayout.Create(_folder.At("fresh")), "new", "new layer");

        int removed = await layout.RemoveUnreachableAsync(None);

        Assert.Equal(4, removed);
        Assert.Equal(Files(_folder.At("fresh")), Files(_folder.At("used")));
    }

    [Fact]
    public async Task Children_of_an_index_are_reachable()
    {
        OciLayout layout = OciLayout.Create(_folder.Path);
        Descriptor child = await Image.AddToAsync(layout, "child");
        ManifestContent index = new(MediaType.Index, new Index([child with { Platform = Platform.LinuxArm64 }]).ToBytes());
        Descriptor root = await layout.AddManifestAsync(index, None);
        layout.WriteIndex(new Index([root]));

        Assert.Equal(0, await layout.RemoveUnreachableAsync(None));
        Assert.NotNull(await layout.ReadManifestAsync(child.Digest, None));
    }

    [Fact]
    public async Task A_digest_named_as_plain_content_and_as_an_index_keeps_its_children()
    {
        OciLayout layout = OciLayout.Create(_folder.Path);
        Descriptor child = await Image.AddToAsync(layout, "child");
        Descriptor root = await layout.AddManifestAsync(new ManifestContent(MediaType.Index, new Index([child]).ToBytes()), None);
        layout.WriteIndex(new Index([root, root with { MediaType = "application/octet-stream" }]));

        Assert.Equal(0, await layout.RemoveUnreachableAsync(None));
    }

    [Fact]
    public async Task A_manifest_without_a_media_type_is_known_by_its_members()
    {
        OciLayout layout = OciLayout.Create(_folder.Path);
        Descriptor index = await layout.AddBlobAsync("", """{"schemaVersion":2,"manifests":[]}"""u8.ToArray(), None);
        Descriptor manifest = await layout.AddBlobAsync("", """{"schemaVersion":2,"config":{},"layers":[]}"""u8.ToArray(), None);

        Assert.Equal(MediaType.Index, (await layout.ReadManifestAsync(index.Digest, None))!.MediaType);
        Assert.Equal(MediaType.Manifest, (await layout.ReadManifestAsync(manifest.Digest, None))!.MediaType);
    }

    [Fact]
    public async Task An_unknown_tag_and_unknown_content_are_null()
    {
        OciLayout layout = OciLayout.Create(_folder.Path);
        Descriptor absent = Descriptor.Of("text/plain", "absent"u8);

        Assert.Null(await layout.ResolveAsync("v1", None));
        Assert.Null(await layout.ReadManifestAsync(absent.Digest, None));
        Assert.Null(await layout.OpenBlobAsync(absent, None));
    }

    private static string[] Files(string root) =>
        [
            .. Directory
                .EnumerateFiles(root, "*", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(root, file) + " " + Digest.Of(File.ReadAllBytes(file)))
                .Order(StringComparer.Ordinal),
        ];

    private string BlobPath(Digest digest) => _folder.At("blobs", digest.Algorithm, digest.Hex);
}
