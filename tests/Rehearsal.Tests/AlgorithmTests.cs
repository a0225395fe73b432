using System.Security.Cryptography;
using Slipway.Oci;

namespace Slipway.Rehearsal.Tests;

/// <summary>Content by sha512, and algorithms that are not supported (distribution specification, "Pushing blobs").</summary>
public class AlgorithmTests
{
    private static readonly byte[] Content = "0123456789"u8.ToArray();

    private static Digest Sha512(byte[] content) => Digest.FromHash("sha512", SHA512.HashData(content));

    private static async Task<string> BeginAsync(RegistryFixture fixture, string query)
    {
        using HttpResponseMessage answer = await fixture.SendAsync("POST", "/v2/a/blobs/uploads/" + query);
        Assert.Equal(202, (int)answer.StatusCode);
        return answer.Headers.Location!.ToString();
    }

    [Theory]
    [InlineData("?digest-algorithm=sha512")]
    [InlineData("?digest-algorithm=sha256")]
    [InlineData("")]
    public async Task A_blob_can_be_pushed_by_sha512_whatever_its_upload_was_begun_for(string query)
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        string location = await BeginAsync(fixture, query);
        (await fixture.SendAsync("PATCH", location, Content[..4])).Dispose();
        using HttpResponseMessage put = await fixture.SendAsync("PUT", $"{location}?digest={Sha512(Content)}", Content[4..]);
        Assert.Equal((201, Sha512(Content).ToString()), ((int)put.StatusCode, put.Header("Docker-Content-Digest")));
        Assert.Equal(
            Content,
            await fixture.Client.GetByteArrayAsync($"/v2/a/blobs/{Sha512(Content)}", TestContext.Current.CancellationToken)
        );
        Assert.Equal(404, (int)(await fixture.SendAsync("HEAD", $"/v2/a/blobs/{Digest.Of(Content)}")).StatusCode);
    }

    [Fact]
    public async Task A_wrong_sha512_keeps_nothing()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        string location = await BeginAsync(fixture, "?digest-algorithm=sha512");
        await (await fixture.SendAsync("PUT", $"{location}?digest={Sha512([])}", Content)).ShouldBeAsync(400, "DIGEST_INVALID");
        Assert.Equal(0, fixture.Registry.OpenUploads);
    }

    [Fact]
    public async Task A_manifest_can_be_pushed_pulled_listed_and_deleted_by_sha512()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        Descriptor config = await fixture.PushBlobAsync("a", Content);
        Descriptor subject = new(MediaType.Manifest, Sha512("subject"u8.ToArray()), 7);
        byte[] manifest = new Manifest(config, []) { Subject = subject }.ToBytes();
        string path = $"/v2/a/manifests/{Sha512(manifest)}";
        using HttpResponseMessage put = await fixture.SendAsync("PUT", path + "?tag=v1", manifest, MediaType.Manifest);
        Assert.Equal((201, path, subject.Digest.ToString()), ((int)put.StatusCode, put.Header("Location"), put.Header("OCI-Subject")));
        using HttpResponseMessage byTag = await fixture.SendAsync("GET", "/v2/a/manifests/v1");
        Assert.Equal(Sha512(manifest).ToString(), byTag.Header("Docker-Content-Digest"));
        byte[] list = await fixture.Client.GetByteArrayAsync($"/v2/a/referrers/{subject.Digest}", TestContext.Current.CancellationToken);
        Assert.Equal(Sha512(manifest), Assert.Single(Oci.Index.Parse(list).Manifests).Digest);
        Assert.Equal(202, (int)(await fixture.SendAsync("DELETE", path)).StatusCode);
        Assert.Equal(404, (int)(await fixture.SendAsync("GET", "/v2/a/manifests/v1")).StatusCode);
    }

    [Theory]
    [InlineData("GET", "blobs/md5:d41d8cd98f00b204e9800998ecf8427e")]
    [InlineData("GET", "blobs/sha256:ABCDEF")]
    [InlineData("GET", "manifests/sha384:00")]
    [InlineData("POST", "blobs/uploads/?digest-algorithm=md5")]
    [InlineData("POST", "blobs/uploads/?digest=md5:d41d8cd98f00b204e9800998ecf8427e")]
    [InlineData("POST", "blobs/uploads/?digest=")]
    [InlineData("POST", "blobs/uploads/?mount=x&from=b")]
    [InlineData("PUT", "manifests/sha256:zz")]
    public async Task What_is_no_digest_of_a_supported_algorithm_is_400(string method, string what)
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        await (await fixture.SendAsync(method, "/v2/a/" + what, method == "PUT" ? Content : null)).ShouldBeAsync(400, "DIGEST_INVALID");
        Assert.Equal(0, fixture.Registry.OpenUploads);
    }
}
