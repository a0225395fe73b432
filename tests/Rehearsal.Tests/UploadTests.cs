using System.Net.Sockets;
using System.Text;
using Slipway.Oci;
using Slipway.StandIns;

namespace Slipway.Rehearsal.Tests;

/// <summary>Cases of the distribution specification, "Pushing a blob in chunks" and "Cancel a blob upload".</summary>
public class UploadTests
{
    private static readonly byte[] Content = "0123456789"u8.ToArray();
    private static readonly Digest Wanted = Digest.Of(Content);

    private static Task<HttpResponseMessage> PatchAsync(RegistryFixture fixture, string location, int first, int count) =>
        fixture.SendAsync(
            "PATCH",
            location,
            Content[first..(first + count)],
            "application/octet-stream",
            ("Content-Range", $"{first}-{first + count - 1}")
        );

    [Fact]
    public async Task Chunks_in_order_and_a_closing_put_make_a_blob()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        string location = await fixture.BeginUploadAsync("a");
        using HttpResponseMessage first = await PatchAsync(fixture, location, 0, 4);
        Assert.Equal(202, (int)first.StatusCode);
        Assert.Equal("0-3", first.Header("Range"));
        using HttpResponseMessage second = await PatchAsync(fixture, first.Headers.Location!.ToString(), 4, 4);
        Assert.Equal("0-7", second.Header("Range"));
        using HttpResponseMessage last = await fixture.SendAsync(
            "PUT",
            $"{second.Headers.Location}?digest={Wanted}",
            Content[8..],
            "application/octet-stream",
            ("Content-Range", "8-9")
        );
        Assert.Equal(201, (int)last.StatusCode);
        Assert.Equal(Content, await fixture.Client.GetByteArrayAsync(last.Headers.Location));
        Assert.Equal(0, fixture.Registry.OpenUploads);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(1)]
    public async Task A_chunk_out_of_order_is_416_and_the_offset_stays(int first)
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        string location = await fixture.BeginUploadAsync("a");
        (await PatchAsync(fixture, location, 0, 2)).Dispose();
        using HttpResponseMessage wrong = await PatchAsync(fixture, location, first, 2);
        Assert.Equal(416, (int)wrong.StatusCode);
        using HttpResponseMessage state = await fixture.SendAsync("GET", location);
        Assert.Equal(204, (int)state.StatusCode);
        Assert.Equal("0-1", state.Header("Range"));
        Assert.Equal(location, state.Headers.Location!.ToString());
    }

    [Fact]
    public async Task A_closing_put_out_of_order_is_416()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        string location = await fixture.BeginUploadAsync("a");
        using HttpResponseMessage answer = await fixture.SendAsync(
            "PUT",
            $"{location}?digest={Wanted}",
            Content[5..],
            "application/octet-stream",
            ("Content-Range", "5-9")
        );
        Assert.Equal(416, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData("0-99", "SIZE_INVALID")]
    [InlineData("bytes 0-9/10", "BLOB_UPLOAD_INVALID")]
    [InlineData("99999999999999999999-1", "BLOB_UPLOAD_INVALID")]
    public async Task A_content_range_that_does_not_fit_is_400(string range, string code)
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        string location = await fixture.BeginUploadAsync("a");
        using HttpResponseMessage answer = await fixture.SendAsync(
            "PATCH",
            location,
            Content,
            "application/octet-stream",
            ("Content-Range", range)
        );
        await answer.ShouldBeAsync(400, code);
    }

    [Fact]
    public async Task An_upload_is_told_the_least_chunk()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync(options => options with { MinimumChunk = 4096 });
        using HttpResponseMessage answer = await fixture.SendAsync("POST", "/v2/a/blobs/uploads/");
        Assert.Equal("4096", answer.Header("OCI-Chunk-Min-Length"));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(long.MaxValue)]
    public async Task A_cut_request_gets_no_answer_but_the_upload_keeps_what_came(long after)
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync(options =>
            options.WithFaults(request => request.Method == "PATCH" ? Fault.Cut(after) : null)
        );
        string location = await fixture.BeginUploadAsync("a");
        await Assert.ThrowsAsync<HttpRequestException>(() => PatchAsync(fixture, location, 0, 5));
        using HttpResponseMessage state = await fixture.SendAsync("GET", location);
        Assert.Equal($"0-{Math.Min(after, 5) - 1}", state.Header("Range"));
    }

    [Fact]
    public async Task A_cancelled_upload_is_gone_with_its_bytes()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        string location = await fixture.BeginUploadAsync("a");
        (await PatchAsync(fixture, location, 0, 4)).Dispose();
        Assert.Equal(204, (int)(await fixture.SendAsync("DELETE", location)).StatusCode);
        await (await PatchAsync(fixture, location, 4, 4)).ShouldBeAsync(404, "BLOB_UPLOAD_UNKNOWN");
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(fixture.Storage, ".slipway-uploads")));
    }

    [Fact]
    public async Task An_upload_belongs_to_its_repository()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        string location = await fixture.BeginUploadAsync("a");
        await (await fixture.SendAsync("GET", location.Replace("/a/", "/b/"))).ShouldBeAsync(404, "BLOB_UPLOAD_UNKNOWN");
    }

    [Fact]
    public async Task A_wrong_digest_at_the_end_keeps_nothing()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        string location = await fixture.BeginUploadAsync("a");
        await (await fixture.SendAsync("PUT", $"{location}?digest={Wanted}", "other"u8.ToArray())).ShouldBeAsync(400, "DIGEST_INVALID");
        Assert.Equal(404, (int)(await fixture.SendAsync("HEAD", $"/v2/a/blobs/{Wanted}")).StatusCode);
        Assert.Empty(Directory.EnumerateFiles(fixture.Storage, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_put_without_digest_is_refused()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        string location = await fixture.BeginUploadAsync("a");
        await (await fixture.SendAsync("PUT", location, Content)).ShouldBeAsync(400, "DIGEST_INVALID");
    }

    [Fact]
    public async Task After_a_broken_connection_the_rest_can_be_sent()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        string location = await fixture.BeginUploadAsync("a");
        using (TcpClient socket = new())
        {
            await socket.ConnectAsync("127.0.0.1", fixture.Registry.Address.Port);
            NetworkStream wire = socket.GetStream();
            await wire.WriteAsync(Encoding.ASCII.GetBytes($"PATCH {location} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n012345"));
        }

        while (fixture.Registry.Log.Count("PATCH") == 0)
            await Task.Delay(1, TestContext.Current.CancellationToken);
        using HttpResponseMessage state = await fixture.SendAsync("GET", location);
        int next = int.Parse(state.Header("Range").Split('-')[1], System.Globalization.CultureInfo.InvariantCulture) + 1;
        next = next == 1 ? 0 : next;
        using HttpResponseMessage rest = await PatchAsync(fixture, location, next, 10 - next);
        Assert.Equal(202, (int)rest.StatusCode);
        Assert.Equal(201, (int)(await fixture.SendAsync("PUT", $"{location}?digest={Wanted}")).StatusCode);
    }
}
