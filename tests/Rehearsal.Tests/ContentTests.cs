using System.Text;
using Slipway.Oci;

namespace Slipway.Rehearsal.Tests;

/// <summary>Kinds of content that a registry meets, and the finer rules of "Pushing Manifests" and "Mounting a blob".</summary>
public class ContentTests
{
    private static readonly byte[] Content = "0123456789"u8.ToArray();

    private static async Task<HttpResponseMessage> PutAsync(
        RegistryFixture fixture,
        byte[] manifest,
        string? type = MediaType.Manifest,
        string name = "v1"
    ) => await fixture.SendAsync("PUT", $"/v2/a/manifests/{name}", manifest, type);

    [Fact]
    public async Task Tags_named_with_a_push_by_digest_are_made_and_told()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        byte[] manifest = new Manifest(await fixture.PushBlobAsync("a", Content), []).ToBytes();
        string tags = string.Join('&', Enumerable.Range(1, 12).Select(i => $"tag=v{i}"));
        using HttpResponseMessage put = await PutAsync(fixture, manifest, name: $"{Digest.Of(manifest)}?{tags}");
        Assert.Equal(201, (int)put.StatusCode);
        string[] told = put.Header("OCI-Tag").Split(',', StringSplitOptions.TrimEntries);
        Assert.Equal(Enumerable.Range(1, 12).Select(i => $"v{i}"), told);
        foreach (string tag in told)
            Assert.Equal(manifest, await fixture.Client.GetByteArrayAsync("/v2/a/manifests/" + tag, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_push_by_tag_has_no_other_tags()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        byte[] manifest = new Manifest(await fixture.PushBlobAsync("a", Content), []).ToBytes();
        using HttpResponseMessage put = await PutAsync(fixture, manifest, name: "v1?tag=v2");
        Assert.Equal((201, ""), ((int)put.StatusCode, put.Header("OCI-Tag")));
        Assert.Equal(404, (int)(await fixture.SendAsync("HEAD", "/v2/a/manifests/v2")).StatusCode);
    }

    [Theory]
    [InlineData(MediaType.Manifest + "; charset=utf-8")]
    [InlineData(null)]
    public async Task Parameters_of_the_content_type_are_dropped_and_a_missing_one_is_the_documents(string? type)
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        byte[] manifest = new Manifest(await fixture.PushBlobAsync("a", Content), []).ToBytes();
        using HttpRequestMessage message = new(HttpMethod.Put, "/v2/a/manifests/v1") { Content = new ByteArrayContent(manifest) };
        message.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        Assert.Equal(201, (int)(await fixture.Client.SendAsync(message, TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(MediaType.Manifest, (await fixture.SendAsync("GET", "/v2/a/manifests/v1")).Header("Content-Type"));
    }

    [Fact]
    public async Task A_manifest_without_any_type_is_refused()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        await (await PutAsync(fixture, "{}"u8.ToArray(), null)).ShouldBeAsync(400, "MANIFEST_INVALID");
    }

    [Fact]
    public async Task A_nested_index_is_taken_and_a_sparse_one_where_the_options_say_so()
    {
        await using RegistryFixture strict = await RegistryFixture.StartAsync();
        byte[] child = new Manifest(await strict.PushBlobAsync("a", Content), []).ToBytes();
        byte[] inner = new Oci.Index([Descriptor.Of(MediaType.Manifest, child)]).ToBytes();
        byte[] outer = new Oci.Index([Descriptor.Of(MediaType.Index, inner)]).ToBytes();
        await (await PutAsync(strict, outer, MediaType.Index)).ShouldBeAsync(404, "MANIFEST_BLOB_UNKNOWN");
        Assert.Equal(201, (int)(await PutAsync(strict, child, name: Digest.Of(child).ToString())).StatusCode);
        Assert.Equal(201, (int)(await PutAsync(strict, inner, MediaType.Index, Digest.Of(inner).ToString())).StatusCode);
        Assert.Equal(201, (int)(await PutAsync(strict, outer, MediaType.Index)).StatusCode);

        await using RegistryFixture sparse = await RegistryFixture.StartAsync(options => options with { AcceptsSparse = true });
        Assert.Equal(201, (int)(await PutAsync(sparse, outer, MediaType.Index)).StatusCode);
        Assert.Equal(201, (int)(await PutAsync(sparse, child, name: "v2")).StatusCode);
        Assert.Equal(404, (int)(await sparse.SendAsync("GET", $"/v2/a/manifests/{Digest.Of(inner)}")).StatusCode);
    }

    [Theory]
    [InlineData("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip")]
    [InlineData("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip")]
    public async Task A_layer_that_may_not_be_distributed_need_not_be_here(string type)
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        Descriptor config = await fixture.PushBlobAsync("a", Content);
        Assert.Equal(201, (int)(await PutAsync(fixture, new Manifest(config, [Descriptor.Of(type, "elsewhere"u8)]).ToBytes())).StatusCode);
    }

    [Fact]
    public async Task Unknown_fields_and_unknown_media_types_are_kept_as_they_came()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        byte[] manifest = Encoding.UTF8.GetBytes("{ \"mine\" : [ 1, {\"x\":null} ],\n \"mediaType\":\"application/vnd.example+json\" }");
        Assert.Equal(201, (int)(await PutAsync(fixture, manifest, "application/vnd.example+json")).StatusCode);
        using HttpResponseMessage get = await fixture.SendAsync("GET", "/v2/a/manifests/v1");
        Assert.Equal("application/vnd.example+json", get.Header("Content-Type"));
        Assert.Equal(manifest, await get.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_mount_that_names_no_source_finds_the_blob_wherever_it_is()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        Descriptor blob = await fixture.PushBlobAsync("deep/down/here", Content);
        using HttpResponseMessage mounted = await fixture.SendAsync("POST", $"/v2/b/blobs/uploads/?mount={blob.Digest}");
        Assert.Equal((201, $"/v2/b/blobs/{blob.Digest}"), ((int)mounted.StatusCode, mounted.Header("Location")));
        Assert.Equal(Content, await fixture.Client.GetByteArrayAsync(mounted.Headers.Location, TestContext.Current.CancellationToken));
        Assert.Equal(202, (int)(await fixture.SendAsync("POST", $"/v2/b/blobs/uploads/?mount={Digest.Of("x"u8)}")).StatusCode);
    }

    [Fact]
    public async Task A_chunk_without_range_is_appended()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        string location = await fixture.BeginUploadAsync("a");
        foreach (int at in new[] { 0, 5 })
        {
            using StreamContent streamed = new(new MemoryStream(Content[at..(at + 5)]));
            streamed.Headers.ContentLength = null;
            using HttpRequestMessage message = new(HttpMethod.Patch, location)
            {
                Content = streamed,
                Headers = { TransferEncodingChunked = true },
            };
            Assert.Equal(202, (int)(await fixture.Client.SendAsync(message, TestContext.Current.CancellationToken)).StatusCode);
        }

        Assert.Equal(201, (int)(await fixture.SendAsync("PUT", $"{location}?digest={Digest.Of(Content)}")).StatusCode);
    }

    [Theory]
    [InlineData("/v2/a/blobs/sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("/v2/a/manifests/sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("/v2/a/manifests/v1")]
    [InlineData("/v2/a/tags/list")]
    public async Task What_is_not_there_is_404_and_without_body_for_a_head(string path)
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        Assert.Equal(404, (int)(await fixture.SendAsync("GET", path)).StatusCode);
        using HttpResponseMessage head = await fixture.SendAsync("HEAD", path);
        Assert.Equal(404, (int)head.StatusCode);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Tags_after_one_can_be_asked_for_without_a_number()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        byte[] manifest = new Manifest(await fixture.PushBlobAsync("a", Content), []).ToBytes();
        foreach (string tag in new[] { "v1", "v2", "v3" })
            (await PutAsync(fixture, manifest, name: tag)).Dispose();
        Assert.Equal(
            """{"name":"a","tags":["v2","v3"]}""",
            await fixture.Client.GetStringAsync("/v2/a/tags/list?last=v1", TestContext.Current.CancellationToken)
        );
        Assert.Equal(
            """{"name":"a","tags":["v3"]}""",
            await fixture.Client.GetStringAsync("/v2/a/tags/list?n=5&last=v2x", TestContext.Current.CancellationToken)
        );
    }
}
