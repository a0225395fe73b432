using Slipway.Oci;

namespace Slipway.Rehearsal.Tests;

/// <summary>Cases of the distribution specification: "Pulling blobs", "Pushing blobs", "Mounting a blob".</summary>
public class BlobTests
{
    private static readonly byte[] Content = "0123456789"u8.ToArray();
    private static readonly Digest Wanted = Digest.Of(Content);

    [Fact]
    public async Task A_pushed_blob_comes_back_with_its_digest_and_size()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        await fixture.PushBlobAsync("a/b", Content);
        using HttpResponseMessage head = await fixture.SendAsync("HEAD", $"/v2/a/b/blobs/{Wanted}");
        using HttpResponseMessage get = await fixture.SendAsync("GET", $"/v2/a/b/blobs/{Wanted}");
        Assert.Equal(200, (int)head.StatusCode);
        Assert.Equal(10, head.Content.Headers.ContentLength);
        Assert.Equal(Wanted.ToString(), head.Header("Docker-Content-Digest"));
        Assert.Equal(Wanted.ToString(), get.Header("Docker-Content-Digest"));
        Assert.Equal(Content, await get.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task A_blob_of_another_repository_is_unknown_here()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        await fixture.PushBlobAsync("a/b", Content);
        using HttpResponseMessage answer = await fixture.SendAsync("GET", $"/v2/a/c/blobs/{Wanted}");
        await answer.ShouldBeAsync(404, "BLOB_UNKNOWN");
    }

    [Theory]
    [InlineData("bytes=0-3", "0123", "bytes 0-3/10")]
    [InlineData("bytes=4-", "456789", "bytes 4-9/10")]
    [InlineData("bytes=-2", "89", "bytes 8-9/10")]
    [InlineData("bytes=8-99", "89", "bytes 8-9/10")]
    public async Task A_range_gives_just_those_bytes(string range, string wanted, string contentRange)
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        await fixture.PushBlobAsync("a", Content);
        using HttpResponseMessage answer = await fixture.SendAsync("GET", $"/v2/a/blobs/{Wanted}", headers: ("Range", range));
        Assert.Equal(206, (int)answer.StatusCode);
        Assert.Equal(wanted, await answer.Content.ReadAsStringAsync());
        Assert.Equal(contentRange, answer.Header("Content-Range"));
    }

    [Theory]
    [InlineData("bytes=10-", 416)]
    [InlineData("bytes=5-4", 416)]
    [InlineData("bytes=-0", 416)]
    [InlineData("bytes=-", 200)]
    [InlineData("bytes=0-1,3-4", 200)]
    [InlineData("lines=0-1", 200)]
    [InlineData("bytes=99999999999999999999-", 200)]
    public async Task What_is_no_range_is_ignored_and_one_that_holds_nothing_refused(string range, int status)
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        await fixture.PushBlobAsync("a", Content);
        using HttpResponseMessage answer = await fixture.SendAsync("GET", $"/v2/a/blobs/{Wanted}", headers: ("Range", range));
        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData("sha256:00")]
    [InlineData("md5:d41d8cd98f00b204e9800998ecf8427e")]
    [InlineData("nonsense")]
    public async Task What_is_no_digest_is_DIGEST_INVALID(string digest)
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        await (await fixture.SendAsync("GET", $"/v2/a/blobs/{digest}")).ShouldBeAsync(400, "DIGEST_INVALID");
        await (await fixture.SendAsync("POST", $"/v2/a/blobs/uploads/?digest={digest}", Content)).ShouldBeAsync(400, "DIGEST_INVALID");
    }

    [Fact]
    public async Task A_single_post_of_other_bytes_keeps_nothing()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        using HttpResponseMessage answer = await fixture.SendAsync("POST", $"/v2/a/blobs/uploads/?digest={Wanted}", "other"u8.ToArray());
        await answer.ShouldBeAsync(400, "DIGEST_INVALID");
        Assert.Equal(0, fixture.Registry.OpenUploads);
        Assert.Empty(Directory.EnumerateFiles(fixture.Storage, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Mounting_answers_201_when_the_other_repository_has_it()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        await fixture.PushBlobAsync("a", Content);
        using HttpResponseMessage answer = await fixture.SendAsync("POST", $"/v2/b/blobs/uploads/?mount={Wanted}&from=a");
        Assert.Equal(201, (int)answer.StatusCode);
        Assert.Equal(Content, await fixture.Client.GetByteArrayAsync(answer.Headers.Location));
    }

    [Fact]
    public async Task Mounting_what_is_not_there_begins_an_upload()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        using HttpResponseMessage answer = await fixture.SendAsync("POST", $"/v2/b/blobs/uploads/?mount={Wanted}&from=a");
        Assert.Equal(202, (int)answer.StatusCode);
        Assert.Equal(201, (int)(await fixture.SendAsync("PUT", $"{answer.Headers.Location}?digest={Wanted}", Content)).StatusCode);
    }

    [Fact]
    public async Task Content_survives_a_restart_and_a_half_upload_does_not()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        await fixture.PushBlobAsync("a", Content);
        await File.WriteAllTextAsync(Path.Combine(fixture.Storage, ".slipway-uploads", "half"), "x");
        await using RehearsalRegistry again = await RehearsalRegistry.StartAsync(
            new RehearsalOptions { Storage = fixture.Storage },
            default
        );
        Assert.Equal(Content, await fixture.Client.GetByteArrayAsync(new Uri(again.Address, $"/v2/a/blobs/{Wanted}")));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(fixture.Storage, ".slipway-uploads")));
    }
}
