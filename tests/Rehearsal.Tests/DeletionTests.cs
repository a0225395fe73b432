using System.Text;
using Slipway.Oci;

namespace Slipway.Rehearsal.Tests;

/// <summary>Cases of the distribution specification, "Content Management".</summary>
public class DeletionTests
{
    private static async Task<byte[]> ImageAsync(RegistryFixture fixture, string seed, params string[] tags)
    {
        Descriptor config = await fixture.PushBlobAsync("a", Encoding.UTF8.GetBytes(seed));
        byte[] manifest = new Manifest(config, []).ToBytes();
        foreach (string name in tags.Append(Digest.Of(manifest).ToString()))
            Assert.Equal(201, await StatusAsync(fixture, "PUT", name, manifest));
        return manifest;
    }

    private static async Task<int> StatusAsync(RegistryFixture fixture, string method, string name, byte[]? body = null)
    {
        using HttpResponseMessage answer = await fixture.SendAsync(
            method,
            $"/v2/a/manifests/{name}",
            body,
            body is null ? null : MediaType.Manifest
        );
        return (int)answer.StatusCode;
    }

    [Fact]
    public async Task A_deleted_tag_is_gone_and_the_manifest_and_its_other_tags_stay()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        byte[] manifest = await ImageAsync(fixture, "x", "v1", "v2");
        Assert.Equal(202, await StatusAsync(fixture, "DELETE", "v1"));
        Assert.Equal(404, await StatusAsync(fixture, "GET", "v1"));
        Assert.Equal(200, await StatusAsync(fixture, "GET", "v2"));
        Assert.Equal(200, await StatusAsync(fixture, "GET", Digest.Of(manifest).ToString()));
        Assert.Equal("""{"name":"a","tags":["v2"]}""", await fixture.Client.GetStringAsync("/v2/a/tags/list"));
    }

    [Fact]
    public async Task A_deleted_manifest_takes_its_tags_away_and_no_others()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        byte[] manifest = await ImageAsync(fixture, "x", "v1", "v2");
        await ImageAsync(fixture, "y", "v3");
        Assert.Equal(202, await StatusAsync(fixture, "DELETE", Digest.Of(manifest).ToString()));
        foreach (string name in new[] { "v1", "v2", Digest.Of(manifest).ToString() })
        {
            Assert.Equal(404, await StatusAsync(fixture, "GET", name));
            Assert.Equal(404, await StatusAsync(fixture, "HEAD", name));
        }

        Assert.Equal("""{"name":"a","tags":["v3"]}""", await fixture.Client.GetStringAsync("/v2/a/tags/list"));
    }

    [Fact]
    public async Task A_repository_without_tags_has_an_empty_list()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        await ImageAsync(fixture, "x", "v1");
        Assert.Equal(202, await StatusAsync(fixture, "DELETE", "v1"));
        Assert.Equal("""{"name":"a","tags":[]}""", await fixture.Client.GetStringAsync("/v2/a/tags/list"));
    }

    [Fact]
    public async Task A_deleted_blob_is_gone_here_and_stays_elsewhere()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        Descriptor blob = await fixture.PushBlobAsync("a", "x"u8.ToArray());
        await fixture.PushBlobAsync("b", "x"u8.ToArray());
        Assert.Equal(202, (int)(await fixture.SendAsync("DELETE", $"/v2/a/blobs/{blob.Digest}")).StatusCode);
        await (await fixture.SendAsync("GET", $"/v2/a/blobs/{blob.Digest}")).ShouldBeAsync(404, "BLOB_UNKNOWN");
        Assert.Equal("x", await fixture.Client.GetStringAsync($"/v2/b/blobs/{blob.Digest}"));
        await fixture.PushBlobAsync("a", "x"u8.ToArray());
        Assert.Equal("x", await fixture.Client.GetStringAsync($"/v2/a/blobs/{blob.Digest}"));
    }

    [Theory]
    [InlineData("manifests/v1", 404, "MANIFEST_UNKNOWN")]
    [InlineData("manifests/sha256:0000000000000000000000000000000000000000000000000000000000000000", 404, "MANIFEST_UNKNOWN")]
    [InlineData("blobs/sha256:0000000000000000000000000000000000000000000000000000000000000000", 404, "BLOB_UNKNOWN")]
    [InlineData("manifests/sha256:x", 400, "DIGEST_INVALID")]
    [InlineData("blobs/x", 400, "DIGEST_INVALID")]
    public async Task What_is_not_there_cannot_be_deleted(string what, int status, string code)
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        await (await fixture.SendAsync("DELETE", "/v2/a/" + what)).ShouldBeAsync(status, code);
    }

    [Fact]
    public async Task Where_deletion_is_off_everything_stays()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync(options => options with { AllowsDeletion = false });
        byte[] manifest = await ImageAsync(fixture, "x", "v1");
        foreach (string what in new[] { "manifests/v1", $"manifests/{Digest.Of(manifest)}", $"blobs/{Digest.Of("x"u8)}" })
        {
            await (await fixture.SendAsync("DELETE", "/v2/a/" + what)).ShouldBeAsync(405, "UNSUPPORTED");
            Assert.Equal(200, (int)(await fixture.SendAsync("GET", "/v2/a/" + what)).StatusCode);
        }
    }
}
