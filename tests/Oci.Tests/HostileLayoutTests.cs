using System.Diagnostics;
using Slipway.Testing;

namespace Slipway.Oci.Tests;

/// <summary>Folders that somebody else prepared: each starts as a good layout and one thing in it is changed.</summary>
public sealed class HostileLayoutTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly ScratchFolder _folder = new();

    private string Layout => _folder.At("layout");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_that_is_missing_or_no_layout_is_refused_with_the_next_command()
    {
        Directory.CreateDirectory(_folder.At("empty"));
        foreach (string name in new[] { "missing", "empty" })
        {
            ContentException e = Assert.Throws<ContentException>(() => OciLayout.Open(_folder.At(name)));
            Assert.Contains("Run ./build.sh Assemble", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Create_leaves_a_folder_with_other_files_alone()
    {
        await File.WriteAllTextAsync(_folder.At("precious.txt"), "mine", None);

        Assert.Throws<ContentException>(() => OciLayout.Create(_folder.Path));
        Assert.Equal([_folder.At("precious.txt")], Directory.GetFileSystemEntries(_folder.Path));
    }

    [Theory]
    [InlineData("""{"imageLayoutVersion":"2.0.0"}""")]
    [InlineData("""{"imageLayoutVersion":1}""")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("""{"imageLayoutVersion":"1.0.0"} trailing""")]
    [InlineData("""{"imageLayoutVersion":"2.0.0","imageLayoutVersion":"1.0.0"}""")]
    public async Task A_marker_file_that_does_not_fit_is_refused(string content)
    {
        await GoodLayoutAsync();
        await File.WriteAllTextAsync(Path.Combine(Layout, "oci-layout"), content, None);

        Assert.Throws<ContentException>(() => OciLayout.Open(Layout));
        Assert.Throws<ContentException>(() => OciLayout.Create(Layout));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("""{"schemaVersion":1,"manifests":[]}""")]
    [InlineData("""{"schemaVersion":2,"manifests":{}}""")]
    [InlineData("""{"schemaVersion":2,"manifests":[{"mediaType":"a","digest":"sha256:../../../../etc/passwd","size":1}]}""")]
    [InlineData(
        """{"schemaVersion":2,"manifests":[{"mediaType":"a","digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","size":-1}]}"""
    )]
    [InlineData("""{"schemaVersion":2,"manifests":[],"manifests":[]}""")]
    [InlineData("""{"schemaVersion":2,"manifests":[]}{}""")]
    public async Task A_malformed_index_is_refused(string content)
    {
        await GoodLayoutAsync();
        await File.WriteAllTextAsync(Path.Combine(Layout, "index.json"), content, None);

        ContentException e = Assert.Throws<ContentException>(() => OciLayout.Open(Layout));
        Assert.Contains("index.json", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_index_without_end_is_refused_before_it_is_read()
    {
        await GoodLayoutAsync();
        using (FileStream file = File.OpenWrite(Path.Combine(Layout, "index.json")))
            file.SetLength(100L << 30);

        ContentException e = Assert.Throws<ContentException>(() => OciLayout.Open(Layout));
        Assert.Contains("at most 4194304 bytes", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_blob_is_null_and_a_missing_manifest_stops_the_removal()
    {
        (OciLayout layout, Descriptor image) = await GoodLayoutAsync();
        File.Delete(BlobPath(image.Digest));
        int before = Directory.GetFiles(Path.Combine(Layout, "blobs", "sha256")).Length;

        Assert.Null(await layout.ReadManifestAsync(image.Digest, None));
        await Assert.ThrowsAsync<ContentException>(() => layout.RemoveUnreachableAsync(None));
        Assert.Equal(before, Directory.GetFiles(Path.Combine(Layout, "blobs", "sha256")).Length);
    }

    [Fact]
    public async Task A_blob_with_another_size_is_refused_when_opened()
    {
        (OciLayout layout, Descriptor blob) = await LayoutWithBlobAsync();
        await File.AppendAllTextAsync(BlobPath(blob.Digest), "!", None);

        await Assert.ThrowsAsync<ContentException>(() => layout.OpenBlobAsync(blob, None));
    }

    [Fact]
    public async Task A_blob_with_other_bytes_fails_at_its_end()
    {
        (OciLayout layout, Descriptor blob) = await LayoutWithBlobAsync();
        await File.WriteAllTextAsync(BlobPath(blob.Digest), "jello", None);

        await using Stream? stream = await layout.OpenBlobAsync(blob, None);
        await Assert.ThrowsAsync<ContentException>(() => Bytes.OfAsync(stream!));
    }

    [Fact]
    public async Task A_manifest_with_other_bytes_is_refused()
    {
        (OciLayout layout, Descriptor image) = await GoodLayoutAsync();
        string text = await File.ReadAllTextAsync(BlobPath(image.Digest), None);
        await File.WriteAllTextAsync(BlobPath(image.Digest), text.Replace("sha256:", "sha256: ", StringComparison.Ordinal), None);

        await Assert.ThrowsAsync<ContentException>(() => layout.ReadManifestAsync(image.Digest, None));
    }

    [Fact]
    public async Task A_manifest_too_large_is_refused_before_it_is_read()
    {
        (OciLayout layout, Descriptor image) = await GoodLayoutAsync();
        using (FileStream file = File.OpenWrite(BlobPath(image.Digest)))
            file.SetLength(100L << 30);

        await Assert.ThrowsAsync<ContentException>(() => layout.ReadManifestAsync(image.Digest, None));
        await Assert.ThrowsAsync<ContentException>(() =>
            layout.AddManifestAsync(new ManifestContent(MediaType.Index, new byte[OciJson.MaximumManifestSize + 1]), None)
        );
    }

    [Theory]
    [InlineData("hello")]
    [InlineData("""{"schemaVersion":2}""")]
    [InlineData("[]")]
    public async Task A_blob_that_is_no_manifest_is_not_read_as_one(string content)
    {
        OciLayout layout = OciLayout.Create(Layout);
        Descriptor blob = await layout.AddBlobAsync("text/plain", System.Text.Encoding.UTF8.GetBytes(content), None);

        await Assert.ThrowsAsync<ContentException>(() => layout.ReadManifestAsync(blob.Digest, None));
    }

    [Fact]
    public async Task A_symbolic_link_in_place_of_a_blob_is_refused_even_when_its_target_fits()
    {
        (OciLayout layout, Descriptor blob) = await LayoutWithBlobAsync();
        File.Move(BlobPath(blob.Digest), _folder.At("outside"));
        File.CreateSymbolicLink(BlobPath(blob.Digest), _folder.At("outside"));

        await Assert.ThrowsAsync<ContentException>(() => layout.OpenBlobAsync(blob, None));
        await Assert.ThrowsAsync<ContentException>(() => layout.ReadManifestAsync(blob.Digest, None));
        await Assert.ThrowsAsync<ContentException>(() => layout.AddBlobAsync("text/plain", "hello"u8.ToArray(), None));
        await layout.RemoveUnreachableAsync(None);
        Assert.Equal("hello", await File.ReadAllTextAsync(_folder.At("outside"), None));
    }

    [Theory]
    [InlineData("blobs")]
    [InlineData("blobs/sha256")]
    public async Task A_symbolic_link_in_place_of_a_folder_is_refused(string name)
    {
        (OciLayout layout, Descriptor blob) = await LayoutWithBlobAsync();
        Directory.Move(Path.Combine(Layout, name), _folder.At("outside"));
        Directory.CreateSymbolicLink(Path.Combine(Layout, name), _folder.At("outside"));
        int before = Directory.GetFiles(_folder.At("outside"), "*", SearchOption.AllDirectories).Length;

        await Assert.ThrowsAsync<ContentException>(() => layout.OpenBlobAsync(blob, None));
        await Assert.ThrowsAsync<ContentException>(() => layout.AddBlobAsync("text/plain", "new"u8.ToArray(), None));
        await Assert.ThrowsAsync<ContentException>(() => layout.RemoveUnreachableAsync(None));
        Assert.Equal(before, Directory.GetFiles(_folder.At("outside"), "*", SearchOption.AllDirectories).Length);
    }

    [Theory]
    [InlineData("index.json")]
    [InlineData("oci-layout")]
    public async Task A_symbolic_link_in_place_of_a_document_is_refused(string name)
    {
        await GoodLayoutAsync();
        File.Move(Path.Combine(Layout, name), _folder.At("outside"));
        File.CreateSymbolicLink(Path.Combine(Layout, name), _folder.At("outside"));

        Assert.Throws<ContentException>(() => OciLayout.Open(Layout));
    }

    [Fact]
    public async Task A_pipe_in_place_of_a_blob_is_not_waited_for()
    {
        OciLayout layout = OciLayout.Create(Layout);
        Descriptor empty = await layout.AddBlobAsync("text/plain", ReadOnlyMemory<byte>.Empty, None);
        Descriptor full = await layout.AddBlobAsync("text/plain", "hello"u8.ToArray(), None);
        foreach (Descriptor blob in new[] { empty, full })
        {
            File.Delete(BlobPath(blob.Digest));
            using Process mkfifo = Process.Start("mkfifo", [BlobPath(blob.Digest)]);
            await mkfifo.WaitForExitAsync(None);
        }

        await Assert.ThrowsAsync<ContentException>(() => layout.OpenBlobAsync(full, None));
        await Assert.ThrowsAsync<ContentException>(() => layout.ReadManifestAsync(full.Digest, None));
        await using Stream? stream = await layout.OpenBlobAsync(empty, None);
        Assert.Empty(await Bytes.OfAsync(stream!));
    }

    [Fact]
    public async Task A_tag_that_names_two_manifests_is_refused()
    {
        (OciLayout layout, Descriptor first) = await GoodLayoutAsync();
        Descriptor one = Assert.Single(layout.ReadIndex().Manifests);
        Descriptor second = await Image.AddToAsync(layout, "v1", "another layer");
        Descriptor two = Assert.Single(layout.ReadIndex().Manifests);
        layout.WriteIndex(new Index([one, two]));

        ContentException e = await Assert.ThrowsAsync<ContentException>(() => layout.ResolveAsync("v1", None));
        Assert.Contains(first.Digest.ToString(), e.Message, StringComparison.Ordinal);
        Assert.Contains(second.Digest.ToString(), e.Message, StringComparison.Ordinal);
    }

    private async Task<(OciLayout Layout, Descriptor Image)> GoodLayoutAsync()
    {
        OciLayout layout = OciLayout.Create(Layout);
        Descriptor image = await Image.AddToAsync(layout, "v1");
        return (OciLayout.Open(Layout), image);
    }

    private async Task<(OciLayout Layout, Descriptor Blob)> LayoutWithBlobAsync()
    {
        OciLayout layout = OciLayout.Create(Layout);
        return (layout, await layout.AddBlobAsync("text/plain", "hello"u8.ToArray(), None));
    }

    private string BlobPath(Digest digest) => Path.Combine(Layout, "blobs", digest.Algorithm, digest.Hex);
}
