using System.Collections.Immutable;
using System.Text;
using Slipway.Oci;

namespace Slipway.Rehearsal.Tests;

/// <summary>Cases of the distribution specification: "Pulling manifests", "Pushing Manifests", "Listing Tags".</summary>
public class ManifestTests
{
    private static async Task<byte[]> ImageAsync(RegistryFixture fixture, string repository, string seed = "x")
    {
        Descriptor config = await fixture.PushBlobAsync(repository, Encoding.UTF8.GetBytes("config " + seed));
        Descriptor layer = await fixture.PushBlobAsync(repository, Encoding.UTF8.GetBytes("layer " + seed));
        return new Manifest(config with { MediaType = MediaType.Config }, [layer]).ToBytes();
    }

    [Fact]
    public async Task A_manifest_pushed_by_tag_comes_back_byte_for_byte_by_tag_and_digest()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        byte[] manifest = await ImageAsync(fixture, "a");
        using HttpResponseMessage put = await fixture.SendAsync("PUT", "/v2/a/manifests/v1", manifest, MediaType.Manifest);
        Assert.Equal(201, (int)put.StatusCode);
        Assert.Equal(Digest.Of(manifest).ToString(), put.Header("Docker-Content-Digest"));
        foreach (string name in new[] { "v1", Digest.Of(manifest).ToString() })
        {
            using HttpResponseMessage get = await fixture.SendAsync("GET", $"/v2/a/manifests/{name}");
            Assert.Equal(manifest, await get.Content.ReadAsByteArrayAsync());
            Assert.Equal(MediaType.Manifest, get.Header("Content-Type"));
            using HttpResponseMessage head = await fixture.SendAsync("HEAD", $"/v2/a/manifests/{name}");
            Assert.Equal(manifest.Length, head.Content.Headers.ContentLength);
            Assert.Equal(Digest.Of(manifest).ToString(), head.Header("Docker-Content-Digest"));
        }
    }

    [Fact]
    public async Task A_tag_moves_to_what_was_pushed_last()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        byte[] first = await ImageAsync(fixture, "a", "1"),
            second = await ImageAsync(fixture, "a", "2");
        (await fixture.SendAsync("PUT", "/v2/a/manifests/v1", first, MediaType.Manifest)).Dispose();
        (await fixture.SendAsync("PUT", "/v2/a/manifests/v1", second, MediaType.Manifest)).Dispose();
        Assert.Equal(second, await fixture.Client.GetByteArrayAsync("/v2/a/manifests/v1"));
        Assert.Equal(first, await fixture.Client.GetByteArrayAsync($"/v2/a/manifests/{Digest.Of(first)}"));
    }

    [Fact]
    public async Task A_manifest_whose_blobs_are_in_another_repository_is_refused_and_not_tagged()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        byte[] manifest = await ImageAsync(fixture, "other");
        await (await fixture.SendAsync("PUT", "/v2/a/manifests/v1", manifest, MediaType.Manifest)).ShouldBeAsync(
            404,
            "MANIFEST_BLOB_UNKNOWN"
        );
        await (await fixture.SendAsync("GET", "/v2/a/manifests/v1")).ShouldBeAsync(404, "MANIFEST_UNKNOWN");
    }

    [Fact]
    public async Task An_index_needs_its_children_here()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        byte[] child = await ImageAsync(fixture, "a");
        byte[] index = new Oci.Index([Descriptor.Of(MediaType.Manifest, child)]).ToBytes();
        await (await fixture.SendAsync("PUT", "/v2/a/manifests/v1", index, MediaType.Index)).ShouldBeAsync(404, "MANIFEST_BLOB_UNKNOWN");
        (await fixture.SendAsync("PUT", $"/v2/a/manifests/{Digest.Of(child)}", child, MediaType.Manifest)).Dispose();
        Assert.Equal(201, (int)(await fixture.SendAsync("PUT", "/v2/a/manifests/v1", index, MediaType.Index)).StatusCode);
    }

    [Fact]
    public async Task A_subject_need_not_exist()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        Descriptor config = await fixture.PushBlobAsync("a", "{}"u8.ToArray());
        byte[] manifest = new Manifest(config, []) { Subject = Descriptor.Of(MediaType.Manifest, "elsewhere"u8) }.ToBytes();
        Assert.Equal(
            201,
            (int)(await fixture.SendAsync("PUT", $"/v2/a/manifests/{Digest.Of(manifest)}", manifest, MediaType.Manifest)).StatusCode
        );
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("""{"layers":[{"digest":"x"}]}""")]
    [InlineData("""{"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}""")]
    [InlineData("""{"a":1,"a":2}""")]
    public async Task A_malformed_manifest_is_MANIFEST_INVALID(string body)
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        await (await fixture.SendAsync("PUT", "/v2/a/manifests/v1", Encoding.UTF8.GetBytes(body), MediaType.Manifest)).ShouldBeAsync(
            400,
            "MANIFEST_INVALID"
        );
    }

    [Fact]
    public async Task A_manifest_that_lies_about_a_layers_size_is_refused()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        Descriptor blob = await fixture.PushBlobAsync("a", "{}"u8.ToArray());
        byte[] manifest = new Manifest(blob, [blob with { Size = 3 }]).ToBytes();
        await (await fixture.SendAsync("PUT", "/v2/a/manifests/v1", manifest, MediaType.Manifest)).ShouldBeAsync(400, "MANIFEST_INVALID");
    }

    [Fact]
    public async Task A_manifest_of_4_MiB_is_taken_and_one_byte_more_is_413()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        byte[] Padded(int size) => Encoding.UTF8.GetBytes("{\"x\":\"" + new string('x', size - 8) + "\"}");
        Assert.Equal(201, (int)(await fixture.SendAsync("PUT", "/v2/a/manifests/v1", Padded(4 * 1024 * 1024), "application/x")).StatusCode);
        await (await fixture.SendAsync("PUT", "/v2/a/manifests/v2", Padded(4 * 1024 * 1024 + 1), "application/x")).ShouldBeAsync(
            413,
            "SIZE_INVALID"
        );
    }

    [Fact]
    public async Task A_manifest_under_another_digest_is_refused()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        byte[] manifest = await ImageAsync(fixture, "a");
        await (await fixture.SendAsync("PUT", $"/v2/a/manifests/{Digest.Of("x"u8)}", manifest, MediaType.Manifest)).ShouldBeAsync(
            400,
            "DIGEST_INVALID"
        );
    }

    [Theory]
    [InlineData("/v2/A/manifests/v1", 400, "NAME_INVALID")]
    [InlineData("/v2/a//b/manifests/v1", 400, "NAME_INVALID")]
    [InlineData("/v2/a/_tags/manifests/v1", 400, "NAME_INVALID")]
    [InlineData("/v2/a/..%2f..%2fx/manifests/v1", 400, "NAME_INVALID")]
    [InlineData("/v2/a/manifests/.v1", 400, "MANIFEST_INVALID")]
    [InlineData("/v2/a/manifests/-", 400, "MANIFEST_INVALID")]
    [InlineData("/v2/a/manifests/..%2f..", 400, "MANIFEST_INVALID")]
    [InlineData("/v2/_catalog", 404, "UNSUPPORTED")]
    [InlineData("/v2/a/referrers/x", 400, "DIGEST_INVALID")]
    public async Task Names_and_tags_follow_the_grammar(string path, int status, string code)
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        await (await fixture.SendAsync("GET", path)).ShouldBeAsync(status, code);
    }

    [Fact]
    public async Task A_tag_of_128_characters_is_one_and_of_129_is_not()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        byte[] manifest = await ImageAsync(fixture, "a");
        Assert.Equal(
            201,
            (int)(await fixture.SendAsync("PUT", "/v2/a/manifests/" + new string('a', 128), manifest, MediaType.Manifest)).StatusCode
        );
        Assert.Equal(
            400,
            (int)(await fixture.SendAsync("PUT", "/v2/a/manifests/" + new string('a', 129), manifest, MediaType.Manifest)).StatusCode
        );
    }

    [Fact]
    public async Task Tags_come_sorted_and_in_pages_that_link_on()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        byte[] manifest = await ImageAsync(fixture, "a");
        foreach (string tag in new[] { "v2", "V1", "v10" })
            (await fixture.SendAsync("PUT", $"/v2/a/manifests/{tag}", manifest, MediaType.Manifest)).Dispose();
        Assert.Equal("""{"name":"a","tags":["V1","v10","v2"]}""", await fixture.Client.GetStringAsync("/v2/a/tags/list"));
        using HttpResponseMessage page = await fixture.SendAsync("GET", "/v2/a/tags/list?n=2");
        Assert.Equal("""{"name":"a","tags":["V1","v10"]}""", await page.Content.ReadAsStringAsync());
        Assert.Equal("</v2/a/tags/list?n=2&last=v10>; rel=\"next\"", page.Header("Link"));
        using HttpResponseMessage rest = await fixture.SendAsync("GET", "/v2/a/tags/list?n=2&last=v10");
        Assert.Equal("""{"name":"a","tags":["v2"]}""", await rest.Content.ReadAsStringAsync());
        Assert.Equal("", rest.Header("Link"));
    }

    [Fact]
    public async Task No_tags_are_asked_for_and_none_are_linked()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        (await fixture.SendAsync("PUT", "/v2/a/manifests/v1", await ImageAsync(fixture, "a"), MediaType.Manifest)).Dispose();
        using HttpResponseMessage answer = await fixture.SendAsync("GET", "/v2/a/tags/list?n=0");
        Assert.Equal("""{"name":"a","tags":[]}""", await answer.Content.ReadAsStringAsync());
        Assert.Equal("", answer.Header("Link"));
        await (await fixture.SendAsync("GET", "/v2/a/tags/list?n=x")).ShouldBeAsync(400, "UNSUPPORTED");
        await (await fixture.SendAsync("GET", "/v2/nowhere/tags/list")).ShouldBeAsync(404, "NAME_UNKNOWN");
    }
}
